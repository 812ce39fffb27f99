/** Where one writes: Enter sends, Shift+Enter breaks the line, `/` `@` `#` and `:` offer what fits, files can be dropped and pasted. */

import { Tray } from "./attach.js";
import { avatar } from "./avatar.js";
import { directory, mentionable, nameOf } from "./directory.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { EMOJI } from "./emoji.js";
import { openEmojiPicker } from "./emojipicker.js";
import { spoken } from "./mrkdwn.js";
import { matching, openMenu, PickList } from "./popover.js";

const MOST_OFFERED = 8;
const WORD_START = /(?:^|[\s(])([@#:])([\p{L}\p{N}_.+-]*)$/u;

export class Composer {
  /**
   * `send(text, files, progress)` answers a promise of whether both were taken; `editLast()` is asked on arrow up in an empty
   * box; `extra` stands below the box.
   */
  constructor({ label, send, editLast = () => {}, desk, inThread = false, extra = null }) {
    Object.assign(this, { send, editLast, desk, inThread, key: "", sending: false });
    this.list = new PickList({ label: "Suggestions", picked: (item) => this.complete(item) });
    this.offer = el("div.offer", { hidden: true }, this.list.node);
    this.usage = el("p.usage", { "aria-live": "polite" });
    this.box = el("textarea.compose-box", {
      rows: "1", "aria-label": label, "aria-controls": this.list.id, autocomplete: "off",
      on: { input: () => this.typed(), keydown: (event) => this.keydown(event), blur: () => this.shut(), click: () => this.suggest(), paste: (event) => this.pasted(event) },
    });
    this.list.control = this.box;
    this.list.node.addEventListener("pointerdown", (event) => event.preventDefault());
    this.who = el("span.compose-who");
    this.tray = new Tray({ changed: () => this.mayBeSent() });
    this.node = el("form.composer", { on: { submit: (event) => (event.preventDefault(), this.submit()) } }, this.offer, this.usage,
      el("div.compose-frame", {}, this.tray.node, el("div.compose-line", {}, this.who, this.box, this.tools())), extra, this.tray.field);
  }

  tools() {
    const emoji = iconButton("smile", "Insert an emoji", () => openEmojiPicker(emoji, (name) => this.insert(`:${name}: `)));
    const bolt = iconButton("bolt", "Shortcuts and commands", () => openMenu(bolt, this.desk.deeds.composerMenu(this), "Shortcuts and commands"), { "aria-haspopup": "menu" });
    this.sendButton = el("button.send", { type: "submit", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
    const clip = iconButton("clip", "Attach files", () => this.choose());
    return el("div.compose-tools", {}, clip, this.inThread ? null : bolt, emoji, this.sendButton);
  }

  /** Moves to another conversation, keeping what was being written in each. */
  attend(key, placeholder) {
    this.keepDraft();
    this.key = `${directory.me.id}:${key}`;
    this.box.value = draftOf(this.key);
    this.box.placeholder = placeholder;
    fill(this.who, avatar(directory.me.avatar, "small"));
    this.who.title = `You write as ${nameOf(directory.me.id)}`;
    this.typed();
    this.shut();
    requestAnimationFrame(() => this.fit());
  }

  keepDraft() {
    if (this.key && keepDraft(this.key, this.box.value)) this.desk.sidebar?.draw(this.desk.place);
  }

  choose() {
    this.tray.choose();
  }

  pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.tray.add(files);
  }

  /** Files let go anywhere on `node` come into this box. */
  takeDropsOn(node) {
    const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && this.node.isConnected;
    const mark = (on) => node.classList.toggle("dropping", on);
    node.addEventListener("dragover", (event) => holds(event) && (event.preventDefault(), mark(true)));
    node.addEventListener("dragleave", (event) => !node.contains(event.relatedTarget) && mark(false));
    node.addEventListener("drop", (event) => {
      mark(false);
      if (!holds(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.tray.add(event.dataTransfer.files);
      this.focus();
    });
  }

  mayBeSent() {
    this.sendButton.disabled = !this.box.value.trim() && !this.tray.chosen.length;
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  insert(text) {
    this.box.focus();
    this.box.setRangeText(text, this.box.selectionStart, this.box.selectionEnd, "end");
    this.typed();
  }

  typed() {
    this.keepDraft();
    this.mayBeSent();
    this.fit();
    this.showUsage();
    this.suggest();
  }

  /** As high as its text, which can only be measured while it stands on the page. */
  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 240)}px`;
  }

  /** Once a command is written out, its usage hint stays above the box. */
  showUsage() {
    const [name] = this.box.value.split(/\s/, 1);
    const known = this.box.value.startsWith("/") && /\s/.test(this.box.value) ? commands().find(({ command }) => command.command === name) : null;
    fill(this.usage, known ? [el("strong", {}, known.command.command), " ", el("code", {}, known.command.usage_hint ?? ""), " ", known.command.description ?? ""] : null);
  }

  keydown(event) {
    if (event.isComposing) return;
    if (!this.offer.hidden && this.offered(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.box.value) {
      event.preventDefault();
      this.editLast();
    }
  }

  offered(event) {
    if (event.key === "Escape") {
      this.shut();
      event.stopPropagation();
      return true;
    }
    if (event.key === "Enter" && (event.shiftKey || this.isWrittenOut())) return false;
    if (event.key === "Tab") event.preventDefault();
    if (event.key === "Tab") this.list.pick(this.list.active);
    else this.list.key(event);
    return event.defaultPrevented;
  }

  /** What is typed to its last letter is sent by Enter, not completed once more. */
  isWrittenOut() {
    const word = this.box.value.slice(0, this.box.selectionStart).match(/\S*$/)[0].replace(/^\(/, "");
    return this.list.items[this.list.active]?.insert === word;
  }

  async submit() {
    const text = this.box.value.trim();
    if ((!text && !this.tray.chosen.length) || this.sending) return;
    this.sending = true;
    const { key } = this;
    const files = this.tray.take();
    const progress = files.length ? this.tray.show(files) : undefined;
    this.box.value = "";
    this.typed();
    this.shut();
    const taken = await this.send(text, files, progress);
    this.sending = false;
    if (files.length) this.tray.draw();
    if (!taken) this.giveBack(key, text, files);
  }

  /** What was refused comes back, into the box it was written in. */
  giveBack(key, text, files) {
    if (key !== this.key) return void keepDraft(key, text);
    if (files.length) this.tray.restore(files);
    if (!this.box.value) this.box.value = text;
    this.typed();
    this.shut();
    return undefined;
  }

  // --- suggestions ---

  suggest() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const items = this.itemsFor(before).slice(0, MOST_OFFERED);
    this.offer.hidden = !items.length || document.activeElement !== this.box;
    if (!this.offer.hidden) this.list.show(items);
  }

  shut() {
    this.offer.hidden = true;
    this.box.removeAttribute("aria-activedescendant");
  }

  itemsFor(before) {
    if (/^\/\S*$/.test(before)) return matching(commandItems(), before);
    const [, mark, typed] = WORD_START.exec(before) ?? [];
    if (mark === "@") return matching(peopleItems(), typed);
    if (mark === "#") return matching(channelNameItems(), typed);
    return mark === ":" && typed.length >= 2 ? matching(emojiItems(), typed) : [];
  }

  complete(item) {
    const end = this.box.selectionStart;
    const start = this.box.value.slice(0, end).search(/\S*$/);
    const lead = /^\(/.test(this.box.value.slice(start)) ? 1 : 0;
    this.box.setRangeText(`${item.insert} `, start + lead, end, "end");
    this.typed();
    this.shut();
  }
}

/** Every slash command of every app, with its app. */
export function commands() {
  return [...directory.apps.values()].flatMap((app) => (app.commands ?? []).map((command) => ({ app, command })));
}

function commandItems() {
  return commands().map(({ app, command }) => ({
    label: `${command.command} ${command.usage_hint ?? ""}`, hint: `${command.description ?? ""} · ${app.name}`, words: command.command, insert: command.command, lead: icon("bolt"),
  }));
}

function peopleItems() {
  const people = mentionable().map((person) => ({ label: nameOf(person.id), hint: `@${person.name}${person.role ? ` · ${person.role}` : ""}`, insert: `@${person.name}`, lead: avatar(person.avatar, "small") }));
  const all = [["here", "everybody in this channel who is active"], ["channel", "everybody in this channel"]];
  return [...people, ...all.map(([name, hint]) => ({ label: `@${name}`, hint, insert: `@${name}`, lead: icon("people") }))];
}

function channelNameItems() {
  return [...directory.channels.values()].filter((channel) => channel.name && !channel.is_im && !channel.is_mpim && !channel.is_archived)
    .map((channel) => ({ label: channel.name, hint: spoken(channel.topic?.value), words: channel.name, insert: `#${channel.name}`, lead: icon(channel.is_private ? "lock" : "hash") }));
}

function emojiItems() {
  return [...EMOJI].map(([name, char]) => ({ label: `:${name}:`, words: name, insert: `:${name}:`, lead: el("span.pick-emoji", { "aria-hidden": "true" }, char) }));
}
