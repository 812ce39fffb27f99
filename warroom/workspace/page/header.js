/** The top of the middle: where one is, what it is about, its people, and what is pinned. */

import { avatar } from "./avatar.js";
import { appOfChannel, directory, mentionable, nameOf, personOf, titleOf } from "./directory.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { summary } from "./message.js";
import { matching, openMenu, openPicker } from "./popover.js";
import { kindOf } from "./sidebar.js";

export class Header {
  constructor(node, desk) {
    Object.assign(this, { node, desk });
  }

  draw(channel, tab) {
    const app = appOfChannel(channel);
    fill(this.node,
      el("div.header-line", {},
        iconButton("menu", "Channels and people", () => this.desk.openDrawer(), { class: "drawer-open", data: { act: "drawer" } }),
        this.title(channel), el("div.header-tools", {}, ...this.tools(channel))),
      app ? this.tabs(app, tab) : null);
  }

  title(channel) {
    if (!channel) return el("div.header-title", {}, el("h1", {}, "Nowhere yet"));
    const sign = channel.is_im ? avatar(personOf(channel.user)?.avatar, "small") : icon(kindOf(channel));
    const about = channel.topic?.value || channel.purpose?.value;
    const role = channel.is_im ? personOf(channel.user)?.role : null;
    return el("div.header-title", {}, el("h1", {}, el("span.sign", {}, sign), el("span.header-name", {}, titleOf(channel)), channel.is_archived ? el("span.badge", {}, "archived") : null),
      about || role ? el("p.topic", { title: about ?? role }, ...(about ? mrkdwn(about) : [role])) : null);
  }

  tools(channel) {
    const inspect = iconButton("info", "Wire log (what the app and the workspace say to each other)", () => this.desk.toggleInspector(), { "aria-pressed": String(this.desk.inspecting()), data: { act: "inspector" } });
    if (!channel || channel.is_im) return [inspect];
    const count = channel.members?.length ?? channel.num_members ?? 0;
    const people = el("button.header-button", { type: "button", "aria-label": `${count} members`, "aria-haspopup": "listbox", on: { click: () => this.members(people, channel) } }, icon("people"), String(count));
    const more = iconButton("dots", "Channel actions", () => openMenu(more, this.actions(channel), "Channel actions"), { "aria-haspopup": "menu" });
    return [people, inspect, channel.is_member && !channel.is_archived ? more : null];
  }

  actions(channel) {
    return [
      { label: "Invite people", lead: icon("plus"), pick: () => this.desk.invite(channel) },
      { label: "Copy link", lead: icon("link"), pick: () => this.desk.copyAddress({ channel: channel.id }) },
      { label: "Archive this channel", lead: icon("archive"), pick: () => this.desk.archive(channel) },
      { label: "Leave this channel", lead: icon("close"), danger: true, pick: () => this.desk.leave(channel.id) },
    ];
  }

  members(anchor, channel) {
    const items = (channel.members ?? []).map((id) => ({ key: id, label: nameOf(id), hint: personOf(id)?.role ?? (personOf(id)?.is_bot ? "app" : ""), lead: avatar(personOf(id)?.avatar, "small") }));
    openPicker(anchor, { label: "Members", load: (typed) => matching(items, typed), picked: (item) => item.key !== directory.me.id && this.desk.openPerson(item.key) });
  }

  tabs(app, tab) {
    const one = (name, words, drawing) => el("button.tab", { type: "button", role: "tab", "aria-selected": String(tab === name), on: { click: () => this.desk.openTab(name) } }, icon(drawing), words);
    return el("div.tabs", { role: "tablist", "aria-label": app.name }, app.home_tab ? one("home", "Home", "home") : null, one("messages", "Messages", "reply"));
  }
}

/** Who can still be invited to a channel. */
export function invitable(channel) {
  const here = new Set(channel.members ?? []);
  return mentionable().filter((person) => !here.has(person.id));
}

/** The bar of pinned messages; pressing it jumps there. */
export function pinnedBar(pins, pane) {
  const messages = pins.map((ts) => pane.messages.get(ts)).filter(Boolean);
  if (!messages.length) return null;
  const [first, ...others] = messages;
  const jump = (message) => () => pane.reveal(message.ts);
  const more = others.length
    ? el("button.link.pins-more", { type: "button", "aria-haspopup": "menu", on: { click: () => openMenu(more, messages.map((message) => ({ label: summary(message).slice(0, 90), lead: icon("pin"), pick: jump(message) })), "Pinned messages") } }, `${others.length} more`)
    : null;
  return el("div.pinned", {}, el("button.pinned-first", { type: "button", title: "Jump to the pinned message", on: { click: jump(first) } },
    icon("pin"), el("span.pinned-label", {}, "Pinned"), el("span.pinned-words", {}, summary(first))), more);
}
