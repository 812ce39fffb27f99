/** What a reader does with messages: say, react, pin, edit, delete, dismiss, run a shortcut, copy a link. */

import { linkTo } from "./address.js";
import { tell } from "./api.js";
import { commands } from "./composer.js";
import { confirmed, openForm } from "./dialogs.js";
import { channelOf, directory } from "./directory.js";
import { el, icon } from "./dom.js";
import { explain, notice } from "./notices.js";
import { share } from "./upload.js";

const DISMISSED = "warroom-workspace-dismissed";
const MOST_DISMISSED = 500;

export class MessageDeeds {
  constructor(desk) {
    this.desk = desk;
    this.dismissed = new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));
  }

  /** Answers whether the text and the files were taken; what was not is given back to the box. */
  async say(text, { files = [], progress, thread = null, broadcast = false } = {}) {
    if (thread && !files.length && isCommand(text)) {
      notice("Slash commands do not work in threads, here as in Slack. Write it in the channel.", "warning");
      return false;
    }
    const where = { channel: this.desk.place.channel, text, ...(thread ? { thread_ts: thread } : {}), ...(broadcast ? { broadcast: true } : {}) };
    try {
      if (files.length) await share(files, where, progress);
      else await tell("say", { as: directory.me.id, ...where });
      return true;
    } catch (refusal) {
      explain(refusal);
      return refusal.code === "operation_timeout"; // a command that ran out of time has been sent all the same
    }
  }

  here(body) {
    return { channel: this.desk.place.channel, ...body };
  }

  react(message, name, remove) {
    const mine = message.reactions?.some((one) => one.name === name && one.users?.includes(directory.me.id));
    if (mine && !remove) return Promise.resolve(true);
    return this.desk.act("react", this.here({ ts: message.ts, name, ...(remove ? { remove: true } : {}) }));
  }

  isPinned(message) {
    return this.desk.pins.includes(message.ts);
  }

  async pin(message) {
    const remove = this.isPinned(message) ? { remove: true } : {};
    if (await this.desk.act("pin", this.here({ ts: message.ts, ...remove }))) await this.desk.refetch();
  }

  isDismissed(channelId, ts) {
    return this.dismissed.has(dismissKey(channelId, ts));
  }

  dismiss(message) {
    this.dismissed.add(dismissKey(this.desk.place.channel, message.ts));
    sessionStorage.setItem(DISMISSED, JSON.stringify([...this.dismissed].slice(-MOST_DISMISSED)));
    this.desk.pane.drop(message.ts);
    this.desk.side.pane.drop(message.ts);
  }

  isMine(message) {
    return message.user === directory.me.id && !message.bot_id && !message.is_ephemeral;
  }

  async remove(message) {
    const sure = await confirmed({ title: { type: "plain_text", text: "Delete this message?" }, text: { type: "mrkdwn", text: message.text || "It holds files, which go with it." }, confirm: { type: "plain_text", text: "Delete" }, deny: { type: "plain_text", text: "Keep it" }, style: "danger" });
    if (sure) await this.desk.act("delete", this.here({ ts: message.ts }));
  }

  edit(message) {
    const box = el("textarea.input", { name: "text", rows: "5", value: editable(message.text), "aria-label": "Message" });
    const save = async (form) => tell("edit", { as: directory.me.id, ...this.here({ ts: message.ts, text: form.get("text") }) });
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

  openThread(message) {
    return this.desk.side.open(message.thread_ts ?? message.ts);
  }

  messageShortcuts() {
    return shortcutsOf("message");
  }

  shortcut(shortcut, message = null) {
    const on = message ? { message: this.here({ ts: message.ts }) } : {};
    return this.desk.act("shortcut", { callback_id: shortcut.callback_id, ...on });
  }

  composerMenu(composer) {
    const global = shortcutsOf("global").map(({ app, shortcut }) => ({ label: shortcut.name, hint: [app.name, shortcut.description].filter(Boolean).join(" · "), lead: icon("bolt"), group: "Shortcuts", pick: () => this.shortcut(shortcut) }));
    const slash = commands().map(({ app, command }) => ({ label: `${command.command} ${command.usage_hint ?? ""}`, hint: [command.description, app.name].filter(Boolean).join(" · "), group: "Commands", lead: el("span.slash", { "aria-hidden": "true" }, "/"), pick: () => composer.insert(`${command.command} `) }));
    const all = [...global, ...slash];
    return all.length ? all : [{ label: "No app offers shortcuts or commands here.", pick: () => undefined }];
  }

  copyLink(message) {
    const thread = message.thread_ts && message.thread_ts !== message.ts ? { thread: message.thread_ts } : {};
    return this.copyAddress(this.here({ ts: message.ts, ...thread }));
  }

  copyAddress(place) {
    return copied(linkTo(place), "The link is on your clipboard.", "The link is");
  }

  copyText(message) {
    return copied(editable(message.text), "The text is on your clipboard.", "The text is");
  }
}

async function copied(text, done, otherwise) {
  try {
    await navigator.clipboard.writeText(text);
    notice(done);
  } catch {
    notice(`The browser does not let this page copy. ${otherwise} ${text}`, "warning");
  }
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

/** A text as its author typed it: entities back to characters, mentions to names. */
export function editable(text) {
  return String(text ?? "")
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${directory.people.get(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${channelOf(id)?.name ?? label ?? id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}
