/**
 * The window's one centre: where the reader is, and what is fetched and shown there.
 *
 * What the reader asks for is carried out by `deeds` (messages), `rooms` (channels) and `side` (the thread); what happens
 * afterwards arrives through `events.js`. Each move has a turn number, so that an answer which comes after the reader has
 * moved on is dropped.
 */

import { readAddress, writeAddress } from "./address.js";
import { ask, Refusal, tell } from "./api.js";
import { Composer } from "./composer.js";
import { About } from "./about.js";
import { MessageDeeds } from "./deeds.js";
import { appOfChannel, channelOf, directory, learnChannels, learnPeople, nameOf, players, signedTitle } from "./directory.js";
import { closeDialogs } from "./dialogs.js";
import { el, fill, icon } from "./dom.js";
import { Header, pinnedBar } from "./header.js";
import { Home } from "./home.js";
import { Inspector } from "./inspector.js";
import { Modals } from "./modal.js";
import { mrkdwn } from "./mrkdwn.js";
import { explain, notice } from "./notices.js";
import { Pane } from "./pane.js";
import { Rooms } from "./rooms.js";
import { Sidebar } from "./sidebar.js";
import { openSwitcher } from "./switcher.js";
import { ThreadSide } from "./threadside.js";
import { openWorkspace } from "./workspace.js";

const at = (id) => document.getElementById(id);
const READ_PAUSE_MS = 250;
const MOST_OLDER = 20;

export class Desk {
  constructor() {
    this.place = { channel: null, thread: null, tab: "messages" };
    this.turn = 0;
    this.pins = [];
    this.bookmarks = [];
    this.marksTold = 0;
    this.lastPlaces = new Map();
    this.modals = new Modals();
    this.home = new Home();
    this.deeds = new MessageDeeds(this);
    this.rooms = new Rooms(this);
    this.sidebar = new Sidebar(at("sidebar"), this);
    this.header = new Header(at("header"), this);
    this.inspector = new Inspector(at("inspector"), { closed: () => this.toggleInspector() });
    this.pane = new Pane({ label: "Messages", seen: (ts) => this.read(ts) });
    this.composer = new Composer({ label: "Message", desk: this, send: (text, files, progress) => this.deeds.say(text, { files, progress }), editLast: () => this.deeds.editLast(this.pane) });
    this.side = new ThreadSide(at("thread"), this);
    at("scrim").addEventListener("click", () => this.closeDrawer());
    this.composer.takeDropsOn(at("main"));
  }

  // --- who ---

  /** Reads who is there and takes the person the address names, else the first. */
  async arrive() {
    learnPeople(await ask("people"));
    const wanted = readAddress();
    const people = players();
    directory.me = people.find((person) => person.id === wanted.as) ?? people[0] ?? null;
    if (!directory.me) throw nobody();
    Object.assign(this.place, { channel: wanted.channel, thread: wanted.thread, tab: wanted.tab ?? "messages", ts: wanted.ts });
  }

  become(personId) {
    if (personId === directory.me.id) return;
    this.lastPlaces.set(directory.me.id, this.place.channel);
    directory.me = directory.people.get(personId);
    this.modals.sync([]);
    this.place = { channel: this.place.channel, thread: null, tab: "messages" };
    this.turn += 1;
    this.onBecome();
  }

  /**
   * After people came, changed or went. Who is no longer there is no longer played: instead the one of the same name, else the
   * first. Answers whether it is still the same person.
   */
  async lookWhoIsThere() {
    const before = directory.me;
    learnPeople(await ask("people"));
    const people = players();
    const now = people.find((person) => person.id === before.id) ?? people.find((person) => person.name === before.name) ?? people[0];
    if (!now) throw nobody();
    this.become(now.id);
    directory.me = now;
    return now.id === before.id;
  }

  /** The workspace began anew: nothing that this window knows is still so. */
  async startOver() {
    this.modals.sync([]);
    closeDialogs();
    this.lastPlaces.clear();
    this.side.close({ step: false });
    if (await this.lookWhoIsThere()) await this.refresh();
    notice("The workspace has started over: everything is as at the first start.");
  }

  // --- fetching everything ---

  /** Fetches all that this person sees: at the start, as somebody else, and after a dropped stream. */
  async refresh({ keepPlace = false } = {}) {
    const as = directory.me.id;
    this.pane.expect();
    this.side.pane.expect();
    const [people, { channels }, { views }] = await Promise.all([ask("people"), ask("channels", { as }), ask("views", { as })]);
    if (as !== directory.me.id) return;
    learnPeople(people);
    directory.me = directory.people.get(as) ?? directory.me;
    learnChannels(channels);
    this.modals.sync(views);
    await this.openPlace({ ...this.place, channel: this.reachable(this.place.channel) }, { keepPlace, step: false });
  }

  /** The wanted channel if this person can see it, else where they were last, else the busiest they are in. */
  reachable(wanted) {
    const last = this.lastPlaces.get(directory.me.id);
    const found = [wanted, last].find((id) => id && channelOf(id));
    if (found) return found;
    const mine = [...directory.channels.values()].filter((channel) => channel.is_member && !channel.is_archived);
    const weight = (channel) => (channel.mentions ? 2e12 : 0) + (channel.unread ? 1e12 : 0) + (channel.is_im ? 0 : 1e11) + Number(channel.last_ts ?? 0);
    return mine.sort((a, b) => weight(b) - weight(a))[0]?.id ?? [...directory.channels.keys()][0] ?? null;
  }

  async refreshChannels() {
    const as = directory.me.id;
    const { channels } = await ask("channels", { as });
    if (as !== directory.me.id) return;
    learnChannels(channels);
    this.drawAround();
  }

  // --- going somewhere ---

  async openChannel(channelId, { ts = null, thread = null } = {}) {
    this.closeDrawer();
    const app = appOfChannel(channelOf(channelId));
    const tab = app?.home_tab && !channelOf(channelId).unread && !ts ? "home" : "messages";
    if (this.place.channel === channelId && this.place.tab === tab && !ts) return this.composer.focus();
    await this.guarded(() => this.openPlace({ channel: channelId, thread, tab, ts }));
    if (!matchMedia("(hover: none)").matches && !ts) this.composer.focus();
    return undefined;
  }

  openTab(tab) {
    return this.guarded(() => this.openPlace({ ...this.place, tab, thread: null }));
  }

  async openApp(appId) {
    const app = directory.apps.get(appId);
    const known = [...directory.channels.values()].find((channel) => channel.is_im && channel.user === app.bot_user_id);
    if (known) return this.openChannel(known.id);
    return this.openPeople([app.bot_user_id]);
  }

  /** The direct message with these people; it is made when there is none. */
  openPeople(userIds) {
    return this.guarded(async () => {
      const { channel } = await tell("open", { as: directory.me.id, users: userIds });
      directory.channels.set(channel.id, { ...directory.channels.get(channel.id), ...channel });
      await this.openChannel(channel.id);
    });
  }

  /** Fetches and shows a place. */
  async openPlace(place, { keepPlace = false, step = true } = {}) {
    this.turn += 1;
    const turn = this.turn;
    const as = directory.me.id;
    if (place.channel !== this.place.channel) keepPlace = false;
    if (!keepPlace) Object.assign(this, { pins: [], bookmarks: [], older: [] });
    this.place = place;
    directory.here = place.channel;
    writeAddress({ as, ...place }, step);
    this.drawAround();
    const channel = channelOf(place.channel);
    if (!channel) return void fill(at("stage"), el("p.nothing", {}, "There is no conversation here yet."));
    if (place.tab !== "messages" && appOfChannel(channel)) return void (await this.showTab(appOfChannel(channel), place.tab, turn));
    this.pane.expect();
    this.drawFoot(channel); // who writes at once does not write in the conversation that was left
    const answer = await ask("messages", { as, channel: place.channel });
    if (turn !== this.turn) return;
    this.showMessages(channel, answer, keepPlace);
    if (!channel.is_im) this.fetchBookmarks(channel, turn);
    if (place.thread) await this.side.show(place.thread, { keepPlace });
    else this.side.close({ step: false });
    if (place.ts) await this.reveal(place.ts, turn);
    delete this.place.ts;
  }

  /** An app's Home tab, or what is known about the app. */
  async showTab(app, tab, turn) {
    this.side.close({ step: false });
    fill(at("pins"));
    fill(at("foot"));
    if (tab === "about") return void fill(at("stage"), new About(app, this).node);
    hold(at("stage"), this.home.node);
    this.published = null;
    const { view } = await ask("home", { as: directory.me.id, app: app.app_id });
    if (turn === this.turn) this.home.draw(app, this.published ?? view);
    return undefined;
  }

  showMessages(channel, { messages, pins, more }, keepPlace) {
    const fetched = keepPlace && this.older?.length ? [...this.older.filter((one) => !messages.length || one.ts < messages[0].ts), ...messages] : messages;
    this.more = keepPlace && this.older?.length ? this.more : more;
    const shown = fetched.filter((message) => !this.deeds.isDismissed(channel.id, message.ts));
    const newFrom = keepPlace ? null : firstUnread(shown, channel);
    hold(at("stage"), this.pane.node);
    this.pane.show(shown, { desk: this, channelId: channel.id, newFrom, keepPlace, lead: this.beginning(channel) });
    this.pins = pins ?? [];
    this.drawPins();
    this.drawFoot(channel);
  }

  /** What stands above the first message: the channel's beginning, or a way to what came before. */
  beginning(channel) {
    if (this.more) return el("div.beginning", {}, el("button.button", { type: "button", data: { act: "older" }, on: { click: () => this.guarded(() => this.fetchOlder()) } }, "Show older messages"));
    const purpose = channel.purpose?.value;
    return el("div.beginning", {}, el("p.beginning-title", {}, `This is the beginning of ${signedTitle(channel)}.`), purpose ? el("p", {}, ...mrkdwn(purpose)) : null, directory.apps.size ? null : this.noApp());
  }

  /** In a workspace without apps: how to get one. */
  noApp() {
    return el("div.no-app", {}, el("p", {}, el("strong", {}, "No app is installed here yet. ")), el("p", {}, "Install yours from its manifest; it gets tokens, and talks to this workspace as it would to Slack."),
      el("button.button.primary", { type: "button", "aria-haspopup": "dialog", on: { click: () => this.openWorkspace("apps") } }, "Install an app"));
  }

  /** Fetches the messages before the oldest one shown; the reader stays at what they were reading. */
  async fetchOlder() {
    const { turn, place } = this;
    const [oldest] = this.pane.messages.keys();
    const { messages, more } = await ask("messages", { as: directory.me.id, channel: place.channel, before: oldest });
    if (turn !== this.turn) return;
    this.older = [...messages, ...(this.older ?? [])];
    this.more = more;
    this.pane.prepend(messages, this.beginning(channelOf(place.channel)));
  }

  /** Goes to a message, fetching older ones until it is there. */
  async reveal(ts, turn = this.turn) {
    for (let tries = 0; tries < MOST_OLDER; tries += 1) {
      if (turn !== this.turn || this.side.pane.reveal(ts) || this.pane.reveal(ts) || !this.more) return;
      await this.fetchOlder();
    }
  }

  async fetchBookmarks(channel, turn) {
    const told = this.marksTold;
    const answer = await ask("bookmarks", { as: directory.me.id, channel: channel.id }).catch(() => null);
    if (turn !== this.turn || told !== this.marksTold || !answer) return;
    this.bookmarks = answer.bookmarks;
    this.header.draw(channel, this.place.tab);
  }

  /** Fetches this channel's messages again without moving the reader. */
  refetch() {
    return this.guarded(() => this.openPlace({ ...this.place }, { keepPlace: true, step: false }));
  }

  // --- drawing what surrounds the messages ---

  drawAround() {
    const channel = channelOf(this.place.channel);
    this.sidebar.draw(this.place);
    this.header.draw(channel, this.place.tab);
    const all = [...directory.channels.values()];
    const waiting = all.reduce((sum, one) => sum + (one.mentions ?? 0), 0);
    const mark = waiting ? `(${waiting}) ` : all.some((one) => one.unread) ? "* " : "";
    document.title = `${mark}${channel ? signedTitle(channel) : "Local workspace"} – ${nameOf(directory.me.id)}`;
  }

  drawPins() {
    fill(at("pins"), this.place.tab === "messages" ? pinnedBar(this.pins, this) : null);
  }

  drawFoot(channel) {
    if (channel.is_archived) return void fill(at("foot"), this.archivedBar(channel));
    if (!channel.is_member) return void fill(at("foot"), this.joinBar(channel));
    hold(at("foot"), this.composer.node);
    const key = `${channel.id}`;
    if (this.composer.key !== `${directory.me.id}:${key}`) this.composer.attend(key, this.invitation(channel));
    return undefined;
  }

  invitation(channel) {
    const where = `Message ${signedTitle(channel)}`;
    return matchMedia("(max-width: 720px)").matches ? where : `${where} as ${nameOf(directory.me.id)}`;
  }

  archivedBar(channel) {
    const open = () => this.act("unarchive", { channel: channel.id });
    return el("div.foot-note", {}, icon("archive"), "This channel is archived: it can be read, but nobody can write here.", el("button.button", { type: "button", on: { click: open } }, "Unarchive"));
  }

  joinBar(channel) {
    return el("div.foot-note", {}, `You are looking at #${channel.name}, which you have not joined.`,
      el("button.button.primary", { type: "button", on: { click: () => this.rooms.join(channel.id) } }, "Join channel"));
  }

  // --- the drawer on a phone, the inspector ---

  openDrawer() {
    at("layout").classList.add("drawer");
    at("scrim").hidden = false;
    at("sidebar").querySelector(".drawer-close")?.focus();
  }

  closeDrawer() {
    if (at("scrim").hidden) return false;
    at("layout").classList.remove("drawer");
    at("scrim").hidden = true;
    return true;
  }

  inspecting() {
    return this.inspector?.open ?? false;
  }

  /** An app published its Home tab; what is still being fetched is older than this. */
  showPublished(app, view) {
    if (this.place.tab !== "home" || appOfChannel(channelOf(this.place.channel)) !== app) return;
    this.published = view;
    this.home.draw(app, view);
  }

  toggleInspector() {
    this.inspector.show(!this.inspector.open);
    at("layout").classList.toggle("with-inspector", this.inspector.open);
    const button = at("header").querySelector("[data-act=inspector]");
    button?.setAttribute("aria-pressed", String(this.inspector.open));
    if (!this.inspector.open) button?.focus();
  }

  findPlace() {
    this.closeDrawer();
    openSwitcher(this);
  }

  /** What whoever runs the workspace may do. */
  openWorkspace(part = "apps") {
    this.closeDrawer();
    openWorkspace(this, part);
  }

  // --- doing ---

  /** Runs something that may be refused, and explains a refusal. Answers whether it went well. */
  async guarded(act) {
    try {
      await act();
      return true;
    } catch (refusal) {
      if (!("code" in refusal)) throw refusal;
      explain(refusal);
      return false;
    }
  }

  act(name, body) {
    return this.guarded(() => tell(name, { as: directory.me.id, ...body }));
  }

  /** Tells the workspace how far this person has read; the marks on the left go at once. */
  read(ts) {
    const channel = channelOf(this.place.channel);
    if (this.place.tab !== "messages" || this.pane.channelId !== channel?.id || this.pane.waiting) return;
    if (channel.unread || channel.mentions) {
      Object.assign(channel, { unread: 0, mentions: 0 });
      this.drawAround();
    } else if (this.readTo === `${channel.id}:${ts}`) return;
    this.readTo = `${channel.id}:${ts}`;
    channel.last_read = ts;
    clearTimeout(this.reading);
    const body = { as: directory.me.id, channel: channel.id, ts };
    this.reading = setTimeout(() => channel.is_member && tell("read", body).catch(() => undefined), READ_PAUSE_MS);
  }

  /** Marks every conversation as read. */
  async readAll() {
    const waiting = [...directory.channels.values()].filter((channel) => channel.unread || channel.mentions);
    await this.guarded(() => Promise.all(waiting.map((channel) => tell("read", { as: directory.me.id, channel: channel.id, ts: channel.last_ts }))));
    for (const channel of waiting) Object.assign(channel, { unread: 0, mentions: 0, last_read: channel.last_ts });
    this.pane.forgetNew();
    this.drawAround();
  }
}

function nobody() {
  return new Refusal("nobody", "There is nobody in this workspace to be.");
}

/** Makes `child` the only one; a child that is there already is not touched, so it keeps its place, focus and scrolling. */
function hold(node, child) {
  if (node.firstChild !== child || node.childNodes.length > 1) fill(node, child);
}

/** The ts of the message before which the "New" line stands, or null when everything has been read. */
function firstUnread(messages, channel) {
  if (!channel.unread) return null;
  if (channel.last_read) return messages.find((message) => Number(message.ts) > Number(channel.last_read) && message.user !== directory.me.id)?.ts ?? null;
  const others = messages.filter((message) => message.user !== directory.me.id && !message.is_ephemeral);
  return (others.at(-channel.unread) ?? others[0])?.ts ?? null;
}
