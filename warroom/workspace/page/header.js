/** The top of the middle: where one is, what it is about, its people, its bookmarks, and what is pinned. */

import { avatar } from "./avatar.js";
import { sharing, standing } from "./badges.js";
import { appOfChannel, personOf, titleOf } from "./directory.js";
import { el, fill, icon, iconButton, outside } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { summary } from "./message.js";
import { openMenu } from "./popover.js";
import { kindOf } from "./sidebar.js";

export class Header {
  constructor(node, desk) {
    Object.assign(this, { node, desk });
  }

  draw(channel, tab) {
    const app = appOfChannel(channel);
    const focus = this.node.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    fill(this.node,
      el("div.header-line", {},
        iconButton("menu", "Channels and people", () => this.desk.openDrawer(), { class: "drawer-open", data: { act: "drawer" } }),
        this.title(channel), el("div.header-tools", {}, ...this.tools(channel))),
      app ? this.tabs(app, tab) : null, channel && !channel.is_im ? this.marks(channel) : null);
    if (focus) this.node.querySelector(`[data-act="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }

  title(channel) {
    if (!channel) return el("div.header-title", {}, el("h1", {}, "Nowhere yet"));
    const person = channel.is_im ? personOf(channel.user) : null;
    const sign = channel.is_im ? avatar(person?.avatar, "small") : icon(kindOf(channel));
    const about = channel.topic?.value || channel.purpose?.value;
    const role = person?.role;
    return el("div.header-title", {}, el("h1", {}, el("span.sign", {}, sign), el("span.header-name", {}, titleOf(channel)), standing(person), sharing(channel), channel.is_archived ? el("span.badge", {}, "archived") : null),
      about || role ? el("p.topic", { title: about ?? role }, ...(about ? mrkdwn(about) : [role])) : null);
  }

  tools(channel) {
    const inspect = iconButton("info", "Wire log (what the app and the workspace say to each other)", () => this.desk.toggleInspector(), { "aria-pressed": String(this.desk.inspecting()), data: { act: "inspector" } });
    if (!channel || channel.is_im) return [inspect];
    const count = channel.members?.length ?? channel.num_members ?? 0;
    const people = el("button.header-button", { type: "button", "aria-label": `${count} members`, "aria-haspopup": "dialog", data: { act: "members" }, on: { click: () => this.desk.rooms.details(channel, "members") } }, icon("people"), String(count));
    const more = iconButton("dots", "Channel actions", () => openMenu(more, this.actions(channel, more), "Channel actions"), { "aria-haspopup": "menu", data: { act: "channel" } });
    return [people, inspect, more];
  }

  actions(channel, anchor) {
    const { rooms, deeds } = this.desk;
    const mine = channel.is_member && !channel.is_archived;
    const named = mine && !channel.is_mpim;
    return [
      { label: "About this channel", lead: icon("list"), pick: () => rooms.details(channel) },
      named ? { label: "Invite people", lead: icon("plus"), pick: () => rooms.invite(channel, anchor) } : null,
      named ? { label: "Edit topic and description", lead: icon("pencil"), pick: () => rooms.describe(channel) } : null,
      mine ? { label: "Add a bookmark", lead: icon("star"), pick: () => rooms.bookmark(channel) } : null,
      { label: "Copy link", lead: icon("link"), pick: () => deeds.copyAddress({ channel: channel.id }) },
      named && !channel.is_general ? { label: "Archive this channel", lead: icon("archive"), pick: () => rooms.archive(channel) } : null,
      named && !channel.is_general ? { label: "Leave this channel", lead: icon("close"), danger: true, pick: () => rooms.leave(channel.id) } : null,
    ].filter(Boolean);
  }

  tabs(app, tab) {
    const one = (name, words, drawing) => el("button.tab", { type: "button", role: "tab", "aria-selected": String(tab === name), data: { act: `tab-${name}` }, on: { click: () => this.desk.openTab(name) } }, icon(drawing), words);
    return el("div.tabs", { role: "tablist", "aria-label": app.name }, app.home_tab ? one("home", "Home", "home") : null, one("messages", "Messages", "reply"), one("about", "About", "info"));
  }

  /** The channel's bookmarks, each with a way to drop it. */
  marks(channel) {
    if (!this.desk.bookmarks.length) return null;
    const one = (mark) => {
      const drop = iconButton("close", `Remove the bookmark ${mark.title}`, () => this.desk.rooms.unbookmark(channel, mark), { class: "mark-drop" });
      return el("li", {}, outside(mark.link, el("span", { "aria-hidden": "true" }, emojiOf(mark.emoji) ?? "🔗"), " ", mark.title), channel.is_member && !channel.is_archived ? drop : null);
    };
    return el("ul.marks", { "aria-label": "Bookmarks" }, ...this.desk.bookmarks.map(one));
  }
}

/** The bar of pinned messages; pressing it jumps there. */
export function pinnedBar(pins, desk) {
  const messages = pins.map((ts) => desk.pane.messages.get(ts)).filter(Boolean);
  if (!messages.length) return null;
  const [first, ...others] = messages;
  const jump = (message) => () => desk.reveal(message.ts);
  const more = others.length
    ? el("button.link.pins-more", { type: "button", "aria-haspopup": "menu", on: { click: () => openMenu(more, messages.map((message) => ({ label: summary(message).slice(0, 90), lead: icon("pin"), pick: jump(message) })), "Pinned messages") } }, `${others.length} more`)
    : null;
  return el("div.pinned", {}, el("button.pinned-first", { type: "button", title: "Jump to the pinned message", on: { click: jump(first) } },
    icon("pin"), el("span.pinned-label", {}, "Pinned"), el("span.pinned-words", {}, summary(first))), more);
}
