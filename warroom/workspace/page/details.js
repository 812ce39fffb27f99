/** All about one channel: what it is for, who is in it, what is pinned. */

import { avatar } from "./avatar.js";
import { sharing, standing } from "./badges.js";
import { dayName } from "./dates.js";
import { showDialog } from "./dialogs.js";
import { appOfBot, channelOf, directory, nameOf, personOf, signedTitle } from "./directory.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { summary } from "./message.js";
import { matching } from "./popover.js";

const TABS = [["about", "About"], ["members", "Members"], ["pins", "Pinned"]];

export function openDetails(desk, channelId, tab) {
  new Details(desk, channelId, tab).open();
}

class Details {
  constructor(desk, channelId, tab) {
    Object.assign(this, { desk, channelId, tab });
    this.tabs = el("div.tabs", { role: "tablist" });
    this.body = el("div.details-body", { role: "tabpanel" });
  }

  get channel() {
    return channelOf(this.channelId);
  }

  open() {
    this.dialog = el("dialog.dialog.details", { "aria-label": signedTitle(this.channel) },
      el("div.dialog-head", {}, el("h2", {}, signedTitle(this.channel)), sharing(this.channel), iconButton("close", "Close", () => this.close())), this.tabs, this.body);
    this.draw();
    showDialog(this.dialog, () => this.close());
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  close() {
    this.dialog.close();
    this.dialog.remove();
  }

  draw() {
    const { members = [] } = this.channel;
    const words = { members: ` ${members.length}`, pins: ` ${this.desk.pins.length}`, about: "" };
    const show = (key) => ((this.tab = key), this.draw(), this.tabs.querySelector("[aria-selected=true]").focus());
    fill(this.tabs, ...TABS.map(([key, label]) => el("button.tab", { type: "button", role: "tab", "aria-selected": String(key === this.tab), on: { click: () => show(key) } }, label + words[key])));
    fill(this.body, ...{ about: () => this.about(), members: () => this.members(), pins: () => this.pins() }[this.tab]());
  }

  about() {
    const { channel } = this;
    const mine = channel.is_member && !channel.is_archived;
    const fact = (label, ...words) => el("div.fact", {}, el("h3", {}, label), el("div", {}, ...words));
    const act = (label, run, kind = "") => el("button.button", { type: "button", class: kind, on: { click: () => (this.close(), run()) } }, label);
    const { rooms, deeds } = this.desk;
    return [
      fact("Topic", ...(channel.topic?.value ? mrkdwn(channel.topic.value) : ["none"])), fact("Description", ...(channel.purpose?.value ? mrkdwn(channel.purpose.value) : ["none"])),
      channel.creator ? fact("Made", `by ${nameOf(channel.creator)}, ${dayName(String(channel.created))}`) : null, fact("Id", el("code", {}, channel.id)),
      el("div.actions", {}, mine && !channel.is_mpim ? [act("Edit topic and description", () => rooms.describe(channel)), act("Rename", () => rooms.rename(channel))] : null, act("Copy link", () => deeds.copyAddress({ channel: channel.id })),
        mine && !channel.is_mpim && !channel.is_general ? [act("Leave", () => rooms.leave(channel.id)), act("Archive", () => rooms.archive(channel), "danger")] : null),
    ];
  }

  members() {
    const { channel } = this;
    const list = el("ul.browser-list");
    const items = (channel.members ?? []).map((id) => ({ id, words: `${nameOf(id)} ${personOf(id)?.name ?? ""} ${personOf(id)?.role ?? ""}` })).sort((a, b) => a.words.localeCompare(b.words));
    const draw = () => fill(list, ...matching(items, box.value).map(({ id }) => this.member(id)));
    const box = el("input.input", { type: "search", placeholder: "Find a member", "aria-label": "Find a member", autocomplete: "off", on: { input: () => draw() } });
    draw();
    const invite = channel.is_member && !channel.is_archived && !channel.is_mpim ? el("button.button", { type: "button", on: { click: (event) => this.desk.rooms.invite(channel, event.target) } }, icon("plus"), "Invite people") : null;
    return [el("div.browser-top", {}, box, invite), list];
  }

  member(id) {
    const { channel, desk } = this;
    const person = personOf(id);
    const write = () => (this.close(), desk.openPeople([id]));
    const kick = async () => (await desk.rooms.kick(channel, id)) && this.draw();
    const removable = channel.is_member && !channel.is_archived && !channel.is_mpim && !channel.is_general && id !== directory.me.id;
    return el("li.browser-row", {}, el("button.browser-go", { type: "button", disabled: id === directory.me.id, on: { click: write } }, avatar(person?.avatar, "small"), el("span.browser-words", {}, el("span.browser-name", {}, nameOf(id), id === directory.me.id ? " (you)" : "", standing(person), appOfBot(id) ? el("span.badge", {}, "APP") : null), el("span.pick-hint", {}, person?.role ?? ""))),
      removable ? el("button.button", { type: "button", "aria-label": `Remove ${nameOf(id)}`, on: { click: kick } }, "Remove") : null);
  }

  pins() {
    const messages = this.desk.pins.map((ts) => this.desk.pane.messages.get(ts)).filter(Boolean);
    if (!messages.length) return [el("p.nothing", {}, "Nothing is pinned here yet. Pin a message from its “More actions”.")];
    const row = (message) => el("li.browser-row", {}, el("button.browser-go", { type: "button", on: { click: () => (this.close(), this.desk.reveal(message.ts)) } }, icon("pin"), el("span.browser-words", {}, el("span.browser-name", {}, message.author?.real_name ?? message.author?.name ?? ""), el("span.pick-hint", {}, summary(message)))));
    return [el("ul.browser-list", {}, ...messages.map(row))];
  }
}
