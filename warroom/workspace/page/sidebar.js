/** The left side: which workspace this is, who one is, and everywhere one can go. */

import { avatar } from "./avatar.js";
import { standing, standingWords } from "./badges.js";
import { appOfChannel, directory, nameOf, personOf, players, signedTitle, titleOf } from "./directory.js";
import { hasDraft } from "./drafts.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { openKeys } from "./keys.js";
import { nextTheme, theme, THEME_WORDS } from "./theme.js";

export class Sidebar {
  /** `desk` carries out what is asked for here. */
  constructor(node, desk) {
    Object.assign(this, { node, desk });
    this.head = el("div.side-head");
    this.lists = el("div.side-lists");
    fill(node, this.head, this.lists);
  }

  draw(place) {
    const scroll = this.lists.scrollTop;
    const focus = this.node.contains(document.activeElement) ? document.activeElement.dataset.go : null;
    fill(this.head, this.name(), this.people(place), this.find());
    fill(this.lists, ...this.sections(place));
    this.lists.scrollTop = scroll;
    if (focus) this.node.querySelector(`[data-go="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }

  name() {
    return el("div.side-name", {},
      el("div.side-title-words", {}, this.team()),
      this.themeButton(), iconButton("help", "Keys (Ctrl /)", openKeys),
      iconButton("close", "Close the list", () => this.desk.closeDrawer(), { class: "drawer-close" }));
  }

  /** The workspace's name opens what whoever runs it may do. */
  team() {
    const { name } = directory.team;
    return el("button.team-button", { type: "button", "aria-haspopup": "dialog", "aria-label": `Workspace ${name}: apps, faults, people`, title: "Apps, faults, people, start over (Ctrl ,)", data: { go: "workspace" }, on: { click: () => this.desk.openWorkspace() } },
      el("span.team", {}, name, icon("chevron")), el("span.not-slack", {}, "A local stand-in. Not Slack."));
  }

  themeButton() {
    const [drawing, words] = THEME_WORDS[theme()];
    const turn = () => {
      nextTheme();
      const again = this.themeButton();
      node.replaceWith(again);
      again.focus();
    };
    const node = iconButton(drawing, `Colours: ${words}`, turn, { data: { go: "theme" } });
    return node;
  }

  find() {
    return el("button.find", { type: "button", data: { go: "find" }, on: { click: () => this.desk.findPlace() } }, icon("search"), el("span", {}, "Go to…"), el("kbd", {}, "Ctrl K"));
  }

  // --- who one is ---

  people(place) {
    return el("section.who", { "aria-label": "Who you are" }, el("p.who-label", {}, "You are"), el("div.who-list", {}, ...players().map((person) => this.chip(person, place))));
  }

  /** A link, so that the middle button or "open in a new window" makes a second person at the same table. */
  chip(person, place) {
    const mine = person.id === directory.me.id;
    const label = [nameOf(person.id), person.role || "no role", standingWords(person)].filter(Boolean).join(", ");
    const query = new URLSearchParams({ as: person.id, ...(place.channel ? { channel: place.channel } : {}) });
    const click = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.desk.become(person.id);
    };
    return el("a.chip", { href: `?${query}`, title: `Be ${label}`, "aria-label": mine ? `You are ${label}` : `Be ${label}`, "aria-current": mine ? "true" : null, data: { go: `be-${person.id}` }, on: { click } },
      avatar(person.avatar, "small"), el("span.chip-name", {}, nameOf(person.id)), standing(person), el("span.chip-role", {}, person.role ?? ""));
  }

  // --- where one can go ---

  /** Goes to the place above or below the present one, or to the next with something unread. */
  step(by, unreadOnly) {
    const rows = [...this.lists.querySelectorAll("ul .place")].filter((row) => row.offsetParent && (!unreadOnly || row.classList.contains("unread") || row.ariaCurrent));
    const now = rows.findIndex((row) => row.ariaCurrent);
    rows[(now + by + rows.length) % rows.length]?.click();
  }

  sections(place) {
    const all = [...directory.channels.values()];
    const named = all.filter((channel) => !channel.is_im && !channel.is_mpim).sort(byName);
    const mine = named.filter((channel) => channel.is_member && !channel.is_archived);
    const others = named.filter((channel) => !channel.is_member && !channel.is_archived);
    const archived = named.filter((channel) => channel.is_archived);
    const direct = all.filter((channel) => (channel.is_im && !appOfChannel(channel)) || channel.is_mpim).sort(byNewest);
    return [
      this.section("Channels", mine.map((channel) => this.row(channel, place)), el("span.side-tools", {}, iconButton("list", "Browse all channels", () => this.desk.rooms.browse()), iconButton("plus", "Make a channel", () => this.desk.rooms.create()))),
      others.length ? this.folded(`Channels you can join (${others.length})`, others.map((channel) => this.row(channel, place)), "join") : null,
      this.section("Direct messages", direct.map((channel) => this.row(channel, place)), this.writeButton()),
      this.section("Apps", [...directory.apps.values()].map((app) => this.appRow(app, place)), iconButton("plus", "Install an app", () => this.desk.openWorkspace("apps"), { data: { go: "install" } })),
      archived.length ? this.folded(`Archived (${archived.length})`, archived.map((channel) => this.row(channel, place)), "archived") : null,
    ];
  }

  writeButton() {
    const button = iconButton("plus", "Write to somebody", () => this.desk.rooms.write(button), { data: { go: "write" } });
    return button;
  }

  section(title, rows, extra = null) {
    return el("section.side-section", { "aria-label": title }, el("div.side-title", {}, el("h2", {}, title), extra), el("ul", {}, ...rows), rows.length ? null : el("p.side-empty", {}, "nothing yet"));
  }

  folded(title, rows, key) {
    this.open ??= new Set();
    const holds = rows.some((row) => row.querySelector("[aria-current]"));
    const toggled = (event) => this.open[event.target.open ? "add" : "delete"](key);
    return el("details.side-section", { open: this.open.has(key) || holds, on: { toggle: toggled } }, el("summary", {}, icon("chevron"), title), el("ul", {}, ...rows));
  }

  row(channel, place) {
    const sign = channel.is_im ? avatar(personOf(channel.user)?.avatar, "small") : icon(kindOf(channel));
    const here = place.channel === channel.id;
    return this.item({ key: channel.id, sign, title: titleOf(channel), label: signedTitle(channel), unread: channel.unread, mentions: channel.mentions, here, draft: hasDraft(channel.id), shared: channel.is_ext_shared, kind: wordsOf(channel), go: () => this.desk.openChannel(channel.id) });
  }

  appRow(app, place) {
    const channel = [...directory.channels.values()].find((one) => one.is_im && one.user === app.bot_user_id);
    const sign = avatar(personOf(app.bot_user_id)?.avatar ?? { emoji: ":robot_face:" }, "small");
    const here = channel ? place.channel === channel.id : false;
    return this.item({ key: app.app_id, sign, title: app.name, label: app.name, unread: channel?.unread, mentions: channel?.mentions, here, kind: "app", badge: "APP", go: () => this.desk.openApp(app.app_id) });
  }

  item({ key, sign, title, label, unread, mentions, here, kind, badge, draft, shared, go }) {
    const quiet = here || !unread;
    const spoken = [label, kind, quiet ? "" : `${unread} unread`, quiet || !mentions ? "" : `${mentions} for you`].filter(Boolean).join(", ");
    const button = el("button.place", { type: "button", "aria-label": spoken, "aria-current": here ? "page" : null, data: { go: key }, class: quiet ? "" : "unread", on: { click: go } },
      el("span.sign", {}, sign), el("span.place-title", {}, title), badge ? el("span.badge", {}, badge) : null, shared ? el("span.badge", { title: "People of another company are here" }, "shared") : null,
      draft && !here ? el("span.draft-mark", { title: "You have begun to write here" }, icon("pencil")) : null,
      quiet ? null : mentions ? el("span.count-badge", {}, String(mentions)) : el("span.unread-count", { title: `${unread} unread` }, String(unread)));
    return el("li", {}, button);
  }
}

export function kindOf(channel) {
  if (channel.is_archived) return "archive";
  if (channel.is_mpim) return "people";
  return channel.is_private ? "lock" : "hash";
}

function wordsOf(channel) {
  if (channel.is_im) return "direct message";
  if (channel.is_mpim) return "group message";
  return [channel.is_private ? "private" : "", channel.is_archived ? "archived" : "", channel.is_member ? "" : "not joined"].filter(Boolean).join(" ");
}

const byName = (a, b) => a.name.localeCompare(b.name);
const byNewest = (a, b) => Number(b.last_ts ?? 0) - Number(a.last_ts ?? 0);
