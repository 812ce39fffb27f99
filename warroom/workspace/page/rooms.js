/** What a reader does with channels: find, make, join, leave, describe, rename, archive, invite, remove people, bookmark. */

import { tell } from "./api.js";
import { avatar } from "./avatar.js";
import { openBrowser } from "./browser.js";
import { openDetails } from "./details.js";
import { confirmed, openForm } from "./dialogs.js";
import { editable } from "./deeds.js";
import { channelOf, directory, mentionable, nameOf } from "./directory.js";
import { el } from "./dom.js";
import { personHint } from "./badges.js";
import { matching, openPicker } from "./popover.js";

const MOST_TOGETHER = 8; // people in a group message beside oneself (conversations.open)
const plainText = (text) => ({ type: "plain_text", text });

export class Rooms {
  constructor(desk) {
    this.desk = desk;
  }

  /** Does something to a channel, then looks again at what this person sees. */
  async change(name, body) {
    if (!(await this.desk.act(name, body))) return false;
    return this.desk.guarded(() => this.desk.refreshChannels());
  }

  browse() {
    this.desk.closeDrawer();
    openBrowser(this.desk);
  }

  details(channel, tab = "about") {
    openDetails(this.desk, channel.id, tab);
  }

  async join(channelId) {
    if ((await this.change("join", { channel: channelId })) && this.desk.place.channel === channelId) await this.desk.refetch();
  }

  async leave(channelId) {
    if (!(await this.desk.act("leave", { channel: channelId }))) return;
    await this.desk.guarded(() => this.desk.refreshChannels());
    if (this.desk.place.channel !== channelId) return;
    if (channelOf(channelId)) await this.desk.refetch();
    else await this.desk.guarded(() => this.desk.refresh());
  }

  async archive(channel) {
    const sure = await confirmed({ title: plainText(`Archive #${channel.name}?`), text: plainText("Everybody keeps reading it, nobody can write in it, and apps leave it."), confirm: plainText("Archive"), deny: plainText("Keep it open"), style: "danger" });
    return sure ? this.desk.act("archive", { channel: channel.id }) : false;
  }

  async kick(channel, userId) {
    const name = nameOf(userId);
    const sure = await confirmed({ title: plainText(`Remove ${name}?`), text: plainText(`${name} no longer gets what is said in #${channel.name}${channel.is_private ? " and cannot come back without an invitation" : ""}.`), confirm: plainText("Remove"), deny: plainText("Keep them"), style: "danger" });
    return sure ? this.change("kick", { channel: channel.id, user: userId }) : false;
  }

  invite(channel, anchor) {
    const items = invitable(channel).map((person) => ({ key: person.id, label: nameOf(person.id), hint: personHint(person) }));
    openPicker(anchor, { label: "Invite", load: (typed) => matching(items, typed), picked: (item) => this.change("invite", { channel: channel.id, users: [item.key] }) });
  }

  /** Lets the reader choose one person or several, and opens their direct message. */
  write(anchor) {
    const chosen = new Set();
    const others = mentionable().filter((person) => person.id !== directory.me.id);
    const items = () => others.map((person) => ({ key: person.id, label: nameOf(person.id), hint: personHint(person), lead: avatar(person.avatar, "small"), chosen: chosen.has(person.id) }));
    const picked = ({ key }) => {
      if (!chosen.delete(key) && chosen.size < MOST_TOGETHER) chosen.add(key);
    };
    openPicker(anchor, { label: "Write to", hint: "Write to… (several make a group)", multi: true, load: (typed) => matching(items(), typed), picked, closed: () => chosen.size && this.desk.openPeople([...chosen]) });
  }

  describe(channel) {
    const topic = el("input.input", { name: "topic", type: "text", maxlength: "250", value: editable(channel.topic?.value), id: "channel-topic", autocomplete: "off" });
    const purpose = el("textarea.input", { name: "purpose", rows: "3", maxlength: "250", value: editable(channel.purpose?.value), id: "channel-purpose" });
    const fields = [el("label.label", { for: "channel-topic" }, "Topic"), topic, el("label.label", { for: "channel-purpose" }, "Description"), purpose];
    const save = async (form) => tell("describe", { as: directory.me.id, channel: channel.id, topic: form.get("topic"), purpose: form.get("purpose") });
    openForm({ title: `About #${channel.name}`, fields, done: "Save", save });
    topic.focus();
  }

  rename(channel) {
    const name = nameField(channel.name);
    const save = async (form) => tell("rename", { as: directory.me.id, channel: channel.id, name: form.get("name") });
    openForm({ title: `Rename #${channel.name}`, fields: [el("label.label", { for: name.id }, "Name"), name, nameHint()], done: "Rename", save });
    name.select();
  }

  bookmark(channel) {
    const title = el("input.input", { name: "title", type: "text", maxlength: "256", required: true, id: "bookmark-title", autocomplete: "off" });
    const link = el("input.input", { name: "link", type: "url", maxlength: "2048", required: true, placeholder: "https://", id: "bookmark-link", autocomplete: "off" });
    const emoji = el("input.input", { name: "emoji", type: "text", placeholder: ":link:", id: "bookmark-emoji", autocomplete: "off" });
    const fields = [el("label.label", { for: link.id }, "Link"), link, el("label.label", { for: title.id }, "Name"), title, el("label.label", { for: emoji.id }, "Emoji (optional)"), emoji];
    const save = async (form) => {
      const answer = await tell("bookmark", { as: directory.me.id, channel: channel.id, title: form.get("title"), link: form.get("link"), emoji: form.get("emoji") });
      this.marked(channel, answer);
    };
    openForm({ title: "Add a bookmark", fields, done: "Add", save });
    link.focus();
  }

  unbookmark(channel, mark) {
    return this.desk.guarded(async () => this.marked(channel, await tell("bookmark", { as: directory.me.id, channel: channel.id, remove: mark.id })));
  }

  marked(channel, { bookmarks }) {
    if (this.desk.place.channel !== channel.id) return;
    this.desk.bookmarks = bookmarks ?? [];
    this.desk.marksTold += 1;
    this.desk.drawAround();
  }

  create() {
    const name = nameField("");
    const fields = [
      el("label.label", { for: name.id }, "Name"), name, nameHint(),
      el("label.choice", {}, el("input", { type: "checkbox", name: "private" }), el("span.choice-words", {}, "Private: only invited people see it")),
    ];
    const save = async (form) => {
      const answer = await tell("create", { as: directory.me.id, name: form.get("name"), is_private: form.get("private") === "on" });
      await this.desk.refreshChannels();
      if (answer.channel) await this.desk.openChannel(answer.channel.id);
    };
    openForm({ title: "Make a channel", fields, done: "Make it", save });
    name.focus();
  }
}

function nameField(value) {
  return el("input.input", { name: "name", type: "text", maxlength: "80", required: true, autocomplete: "off", pattern: "[a-z0-9_\\-]+", title: "lower-case letters, digits, - and _", id: "channel-name", value });
}

function nameHint() {
  return el("p.hint", {}, "lower-case letters, digits, - and _");
}

/** Who can still be invited to a channel. */
export function invitable(channel) {
  const here = new Set(channel.members ?? []);
  return mentionable().filter((person) => !here.has(person.id));
}
