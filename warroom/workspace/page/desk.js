/**
 * The window's one centre: where the reader is, and everything the reader can ask for.
 *
 * It fetches a place and shows it; what happens afterwards arrives through `events.js`. Each move has a turn number, so that
 * an answer which comes after the reader has moved on is dropped.
 */

import { readAddress, linkTo, writeAddress } from "./address.js";
import { ask, tell } from "./api.js";
import { Composer, commands } from "./composer.js";
import { confirmed, openForm } from "./dialogs.js";
import { appOfChannel, channelOf, directory, learnChannels, learnPeople, nameOf, players, signedTitle } from "./directory.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { Header, invitable, pinnedBar } from "./header.js";
import { Home } from "./home.js";
import { Inspector } from "./inspector.js";
import { Modals } from "./modal.js";
import { explain, notice } from "./notices.js";
import { Pane } from "./pane.js";
import { matching, openPicker } from "./popover.js";
import { Sidebar } from "./sidebar.js";
import { openSwitcher } from "./switcher.js";
import { mrkdwn } from "./mrkdwn.js";

const at = (id) => document.getElementById(id);
const READ_PAUSE_MS = 250;
const DISMISSED = "warroom-workspace-dismissed";

export class Desk {
  constructor() {
    this.place = { channel: null, thread: null, tab: "messages" };
    this.turn = 0;
    this.pins = [];
    this.lastPlaces = new Map();
    this.dismissed = new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));
    this.modals = new Modals();
    this.home = new Home();
    this.sidebar = new Sidebar(at("sidebar"), this);
    this.header = new Header(at("header"), this);
    this.inspector = new Inspector(at("inspector"), { closed: () => this.toggleInspector() });
    this.pane = new Pane({ label: "Messages", seen: (ts) => this.read(ts) });
    this.composer = new Composer({ label: "Message", desk: this, send: (text) => this.say(text), editLast: () => this.editLast(this.pane) });
    this.threadPane = new Pane({ label: "Thread", inThread: true });
    this.threadComposer = new Composer({ label: "Reply", desk: this, inThread: true, send: (text) => this.say(text, this.place.thread), editLast: () => this.editLast(this.threadPane) });
    at("scrim").addEventListener("click", () => this.closeDrawer());
  }

  // --- who ---

  /** Reads who is there and takes the person the address names, else the first. */
  async arrive() {
    learnPeople(await ask("people"));
    const wanted = readAddress();
    const people = players();
    directory.me = people.find((person) => person.id === wanted.as) ?? people[0] ?? null;
    if (!directory.me) throw new Error("There is nobody in this workspace to be.");
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

  // --- fetching everything ---

  /** Fetches all that this person sees: at the start, as somebody else, and after a dropped stream. */
  async refresh({ keepPlace = false } = {}) {
    const as = directory.me.id;
    this.pane.expect();
    this.threadPane.expect();
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

  async openChannel(channelId, ts = null) {
    this.closeDrawer();
    const app = appOfChannel(channelOf(channelId));
    const tab = app?.home_tab && !channelOf(channelId).unread && !ts ? "home" : "messages";
    if (this.place.channel === channelId && this.place.tab === tab && !ts) return this.composer.focus();
    await this.guarded(() => this.openPlace({ channel: channelId, thread: null, tab, ts }));
    if (!matchMedia("(hover: none)").matches) this.composer.focus();
    return undefined;
  }

  openTab(tab) {
    return this.guarded(() => this.openPlace({ ...this.place, tab, thread: null }));
  }

  async openApp(appId) {
    const app = directory.apps.get(appId);
    const known = [...directory.channels.values()].find((channel) => channel.is_im && channel.user === app.bot_user_id);
    if (known) return this.openChannel(known.id);
    return this.openPerson(app.bot_user_id);
  }

  openPerson(userId) {
    return this.guarded(async () => {
      const { channel } = await tell("open", { as: directory.me.id, users: [userId] });
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
    this.place = place;
    writeAddress({ as, ...place }, step);
    this.drawAround();
    const channel = channelOf(place.channel);
    if (!channel) return void fill(at("stage"), el("p.nothing", {}, "There is no conversation here yet."));
    if (place.tab === "home" && appOfChannel(channel)) return void (await this.showHome(appOfChannel(channel), turn));
    this.pane.expect();
    const answer = await ask("messages", { as, channel: place.channel });
    if (turn !== this.turn) return;
    this.showMessages(channel, answer, keepPlace);
    if (place.thread) await this.showThread(place.thread, { keepPlace });
    else this.closeThread({ step: false });
    if (place.ts && !this.pane.reveal(place.ts)) this.threadPane.reveal(place.ts);
    delete this.place.ts;
  }

  async showHome(app, turn) {
    this.closeThread({ step: false });
    hold(at("stage"), this.home.node);
    fill(at("pins"));
    fill(at("foot"));
    this.published = null;
    const { view } = await ask("home", { as: directory.me.id, app: app.app_id });
    if (turn === this.turn) this.home.draw(app, this.published ?? view);
  }

  showMessages(channel, { messages, pins, more }, keepPlace) {
    const shown = messages.filter((message) => !this.dismissed.has(dismissKey(channel.id, message.ts)));
    const newFrom = keepPlace ? null : firstUnread(shown, channel);
    hold(at("stage"), this.pane.node);
    this.pane.show(shown, { desk: this, channelId: channel.id, newFrom, keepPlace, lead: beginning(channel, more) });
    this.pins = pins ?? [];
    this.drawPins();
    this.drawFoot(channel);
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
    const waiting = [...directory.channels.values()].reduce((sum, one) => sum + (one.mentions ?? 0), 0);
    document.title = `${waiting ? `(${waiting}) ` : ""}${channel ? signedTitle(channel) : "Local workspace"} – ${nameOf(directory.me.id)}`;
  }

  drawPins() {
    fill(at("pins"), this.place.tab === "messages" ? pinnedBar(this.pins, this.pane) : null);
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
      el("button.button.primary", { type: "button", on: { click: () => this.join(channel.id) } }, "Join channel"));
  }

  // --- threads ---

  async openThread(ts) {
    this.place.thread = ts;
    writeAddress({ as: directory.me.id, ...this.place }, true);
    await this.guarded(() => this.showThread(ts));
    if (!matchMedia("(hover: none)").matches) this.threadComposer.focus();
  }

  async showThread(ts, { keepPlace = false } = {}) {
    const as = directory.me.id;
    const { channel } = this.place;
    this.threadPane.expect();
    const { messages } = await ask("messages", { as, channel, thread_ts: ts });
    if (this.place.thread !== ts || this.place.channel !== channel || as !== directory.me.id) return;
    const kept = keepPlace && !at("thread").hidden;
    if (!kept) fill(at("thread"), this.threadHead(), this.threadPane.node, this.threadFoot());
    at("thread").hidden = false;
    at("layout").classList.add("with-thread");
    const shown = messages.filter((message) => !this.dismissed.has(dismissKey(channel, message.ts)));
    this.threadPane.show(shown, { desk: this, channelId: channel, keepPlace: kept });
  }

  threadHead() {
    return el("div.thread-head", {}, iconButton("back", "Back to the channel", () => this.closeThread(), { class: "thread-back" }),
      el("div", {}, el("h2", {}, "Thread"), el("p.topic", {}, signedTitle(channelOf(this.place.channel)))), iconButton("close", "Close the thread", () => this.closeThread(), { class: "thread-close" }));
  }

  threadFoot() {
    const channel = channelOf(this.place.channel);
    if (channel.is_archived || !channel.is_member) return null;
    this.threadComposer.attend(`${channel.id}:${this.place.thread}`, "Reply in this thread");
    return this.threadComposer.node;
  }

  closeThread({ step = true } = {}) {
    if (at("thread").hidden) return;
    const { thread } = this.place;
    this.place.thread = null;
    at("thread").hidden = true;
    at("layout").classList.remove("with-thread");
    if (step) writeAddress({ as: directory.me.id, ...this.place }, true);
    if (step && thread) this.pane.rows.get(thread)?.node.querySelector("[data-act=thread]")?.focus({ preventScroll: true });
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

  findPlace(only) {
    this.closeDrawer();
    openSwitcher(this, only);
  }

  // --- saying and doing ---

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

  async say(text, threadTs = null) {
    if (threadTs && isCommand(text)) {
      notice("Slash commands do not work in threads, here as in Slack. Write it in the channel.", "warning");
      return false;
    }
    const thread = threadTs ? { thread_ts: threadTs } : {};
    return this.guardedSay({ as: directory.me.id, channel: this.place.channel, text, ...thread });
  }

  /** A command that ran out of time has been sent all the same, so its text is not given back. */
  async guardedSay(body) {
    try {
      await tell("say", body);
      return true;
    } catch (refusal) {
      explain(refusal);
      return refusal.code === "operation_timeout";
    }
  }

  act(name, body) {
    return this.guarded(() => tell(name, { as: directory.me.id, ...body }));
  }

  react(message, name, remove) {
    const mine = message.reactions?.some((one) => one.name === name && one.users?.includes(directory.me.id));
    if (mine && !remove) return Promise.resolve(true);
    return this.act("react", { channel: this.place.channel, ts: message.ts, name, ...(remove ? { remove: true } : {}) });
  }

  isPinned(message) {
    return this.pins.includes(message.ts);
  }

  async pin(message) {
    const remove = this.isPinned(message) ? { remove: true } : {};
    if (await this.act("pin", { channel: this.place.channel, ts: message.ts, ...remove })) await this.refetch();
  }

  dismiss(message) {
    this.dismissed.add(dismissKey(this.place.channel, message.ts));
    sessionStorage.setItem(DISMISSED, JSON.stringify([...this.dismissed].slice(-500)));
    this.pane.drop(message.ts);
    this.threadPane.drop(message.ts);
  }

  async remove(message) {
    const sure = await confirmed({ title: { type: "plain_text", text: "Delete this message?" }, text: { type: "mrkdwn", text: message.text }, confirm: { type: "plain_text", text: "Delete" }, deny: { type: "plain_text", text: "Keep it" }, style: "danger" });
    if (sure) await this.act("delete", { channel: this.place.channel, ts: message.ts });
  }

  edit(message) {
    const box = el("textarea.input", { name: "text", rows: "5", value: editable(message.text), "aria-label": "Message" });
    const save = async (form) => tell("edit", { as: directory.me.id, channel: this.place.channel, ts: message.ts, text: form.get("text") });
    openForm({ title: "Edit message", fields: [box], done: "Save", save });
    box.focus();
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      box.form.requestSubmit();
    });
  }

  editLast(pane) {
    const last = pane.lastOwn();
    if (last) this.edit(last);
  }

  messageShortcuts() {
    return shortcutsOf("message");
  }

  shortcut(shortcut, message = null) {
    const on = message ? { message: { channel: this.place.channel, ts: message.ts } } : {};
    return this.act("shortcut", { callback_id: shortcut.callback_id, ...on });
  }

  composerMenu(composer) {
    const global = shortcutsOf("global").map(({ app, shortcut }) => ({ label: shortcut.name, hint: [app.name, shortcut.description].filter(Boolean).join(" · "), lead: icon("bolt"), group: "Shortcuts", pick: () => this.shortcut(shortcut) }));
    const slash = commands().map(({ app, command }) => ({ label: `${command.command} ${command.usage_hint ?? ""}`, hint: [command.description, app.name].filter(Boolean).join(" · "), group: "Commands", lead: el("span.slash", { "aria-hidden": "true" }, "/"), pick: () => composer.insert(`${command.command} `) }));
    return [...global, ...slash];
  }

  copyLink(message) {
    const thread = message.thread_ts && message.thread_ts !== message.ts ? { thread: message.thread_ts } : {};
    return this.copyAddress({ channel: this.place.channel, ts: message.ts, ...thread });
  }

  async copyAddress(place) {
    const address = linkTo(place);
    try {
      await navigator.clipboard.writeText(address);
      notice("The link is on your clipboard.");
    } catch {
      notice(`The browser does not let this page copy. The link is ${address}`, "warning");
    }
  }

  // --- channels ---

  async join(channelId) {
    if (await this.act("join", { channel: channelId })) await this.guarded(() => this.refreshChannels().then(() => this.openPlace({ ...this.place }, { keepPlace: true, step: false })));
  }

  async leave(channelId) {
    if (await this.act("leave", { channel: channelId })) await this.guarded(() => this.refreshChannels().then(() => this.refetch()));
  }

  async archive(channel) {
    const sure = await confirmed({ title: { type: "plain_text", text: `Archive #${channel.name}?` }, text: { type: "plain_text", text: "Everybody keeps reading it, nobody can write in it, and apps leave it." }, confirm: { type: "plain_text", text: "Archive" }, deny: { type: "plain_text", text: "Keep it open" }, style: "danger" });
    if (sure) await this.act("archive", { channel: channel.id });
  }

  invite(channel) {
    const anchor = at("header").querySelector(".header-button");
    const items = invitable(channel).map((person) => ({ key: person.id, label: nameOf(person.id), hint: person.role ?? (person.is_bot ? "app" : "") }));
    openPicker(anchor, { label: "Invite", load: (typed) => matching(items, typed), picked: (item) => this.act("invite", { channel: channel.id, users: [item.key] }) });
  }

  createChannel() {
    const name = el("input.input", { name: "name", type: "text", maxlength: "80", required: true, autocomplete: "off", pattern: "[a-z0-9_\\-]+", title: "lower-case letters, digits, - and _", id: "new-channel" });
    const fields = [
      el("label.label", { for: "new-channel" }, "Name"), name, el("p.hint", {}, "lower-case letters, digits, - and _"),
      el("label.choice", {}, el("input", { type: "checkbox", name: "private" }), el("span.choice-words", {}, "Private: only invited people see it")),
    ];
    const save = async (form) => {
      const answer = await tell("create", { as: directory.me.id, name: form.get("name"), is_private: form.get("private") === "on" });
      await this.refreshChannels();
      if (answer.channel) await this.openChannel(answer.channel.id);
    };
    openForm({ title: "Make a channel", fields, done: "Make it", save });
    name.focus();
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
}

/** Makes `child` the only one; a child that is there already is not touched, so it keeps its place, focus and scrolling. */
function hold(node, child) {
  if (node.firstChild !== child || node.childNodes.length > 1) fill(node, child);
}

function dismissKey(channelId, ts) {
  return `${directory.me.id}:${channelId}:${ts}`;
}

function isCommand(text) {
  return commands().some(({ command }) => text === command.command || text.startsWith(`${command.command} `));
}

function shortcutsOf(type) {
  return [...directory.apps.values()].flatMap((app) => (app.shortcuts ?? []).filter((shortcut) => shortcut.type === type).map((shortcut) => ({ app, shortcut })));
}

/** The ts of the message before which the "New" line stands, or null when everything has been read. */
function firstUnread(messages, channel) {
  if (!channel.unread) return null;
  if (channel.last_read) return messages.find((message) => Number(message.ts) > Number(channel.last_read) && message.user !== directory.me.id)?.ts ?? null;
  const others = messages.filter((message) => message.user !== directory.me.id && !message.is_ephemeral);
  return (others.at(-channel.unread) ?? others[0])?.ts ?? null;
}

function beginning(channel, more) {
  if (more) return el("p.beginning", {}, "Older messages are not shown: this page keeps to the newest 500.");
  const purpose = channel.purpose?.value;
  return el("div.beginning", {}, el("p.beginning-title", {}, `This is the beginning of ${signedTitle(channel)}.`), purpose ? el("p", {}, ...mrkdwn(purpose)) : null);
}

/** A message's text as its author typed it: entities back to characters, mentions to names. */
function editable(text) {
  return String(text ?? "")
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${directory.people.get(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${channelOf(id)?.name ?? label ?? id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}
