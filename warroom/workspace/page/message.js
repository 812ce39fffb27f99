/** One message as a row: who, when, what, its reactions, its thread, and what the reader can do with it. */

import { attachmentNodes, blockNodes } from "./blocks.js";
import { avatar } from "./avatar.js";
import { standing } from "./badges.js";
import { ago, clock, dateOf, dayKey, fullTime } from "./dates.js";
import { directory, nameOf, personOf } from "./directory.js";
import { el, icon, iconButton } from "./dom.js";
import { emojiOf, QUICK } from "./emoji.js";
import { openEmojiPicker } from "./emojipicker.js";
import { fileCard } from "./files.js";
import { mrkdwn, spoken } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { Values } from "./values.js";

const SYSTEM = /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive|convert_to_private|posting_permissions)$|^(pinned_item|unpinned_item)$/;
const TOGETHER_SECONDS = 300;

const valuesBySurface = new Map();

/** Where presses on this message go, and what was entered on it; the same for every drawing of the message. */
export function messageSurface(channelId, message) {
  const key = `m:${directory.me.id}:${channelId}:${message.ts}`;
  if (!valuesBySurface.has(key)) valuesBySurface.set(key, new Values());
  const values = valuesBySurface.get(key);
  const thread = message.thread_ts ? { thread_ts: message.thread_ts } : {};
  return { key, values, target: { message: { channel: channelId, ts: message.ts, ...thread } }, state: () => values.state(message.blocks) };
}

export function isSystem(message) {
  return SYSTEM.test(message.subtype ?? "");
}

function authorKey(message) {
  return `${message.user ?? ""}/${message.bot_id ?? ""}/${message.username ?? ""}/${message.author?.name ?? ""}`;
}

/** Whether a message stands alone with its author's name, or joins the one above it. */
export function isHead(message, before) {
  if (!before || isSystem(before) || isSystem(message) || message.subtype === "thread_broadcast") return true;
  if (message.is_ephemeral || before.is_ephemeral || authorKey(message) !== authorKey(before)) return true;
  return dayKey(message.ts) !== dayKey(before.ts) || Number(message.ts) - Number(before.ts) > TOGETHER_SECONDS;
}

/** The message as one line for screen readers, the pinned bar and the quick view. */
export function summary(message) {
  return spoken(message.text) || headline(message.blocks) || (message.files?.length ? "a file" : "a message");
}

function headline(blocks) {
  return (blocks ?? []).map((block) => spoken(block.text?.text ?? "")).find(Boolean) ?? "";
}

/** `{channelId, head, inThread, desk}` say where the row stands; `desk` carries out what the reader asks for. */
export function messageRow(message, place) {
  if (isSystem(message)) return systemRow(message);
  const row = el("article.message", { data: { ts: message.ts }, tabindex: "-1", "aria-label": `${authorName(message)}, ${clock(message.ts)}` },
    gutter(message, place.head), el("div.message-body", {}, ...bodyParts(message, place)), toolbar(message, place));
  row.classList.toggle("head", place.head);
  row.classList.toggle("ephemeral", Boolean(message.is_ephemeral));
  return row;
}

function authorName(message) {
  return message.author?.real_name ?? message.author?.name ?? message.username ?? nameOf(message.user ?? "");
}

function bodyParts(message, place) {
  return [
    message.is_ephemeral ? ephemeralLine(message, place.desk) : null,
    message.subtype === "thread_broadcast" && !place.inThread ? broadcastLine(message, place.desk) : null,
    place.head ? nameLine(message) : null,
    content(message, place),
    reactionLine(message, place.desk),
    place.inThread ? null : threadLine(message, place.desk),
  ];
}

function gutter(message, head) {
  if (head) return el("div.gutter", {}, avatar(message.author?.avatar ?? personOf(message.user)?.avatar));
  return el("div.gutter", {}, el("time.hover-time", { title: fullTime(message.ts) }, clock(message.ts)));
}

function nameLine(message) {
  const role = message.author?.is_app ? null : personOf(message.user)?.role;
  return el("div.name-line", {},
    el("span.name", {}, authorName(message)),
    message.author?.is_app ? el("span.badge", { title: "Written by an app" }, "APP") : null,
    message.author?.is_app ? null : standing(personOf(message.user)),
    role ? el("span.role", {}, role) : null,
    el("time.time", { title: fullTime(message.ts), datetime: dateOf(message.ts).toISOString() }, clock(message.ts)));
}

function ephemeralLine(message, desk) {
  return el("div.ephemeral-line", {}, icon("eye"), el("span", {}, "Only visible to you"), el("span.separator", {}, "·"),
    el("button.link", { type: "button", on: { click: () => desk.deeds.dismiss(message) } }, "Dismiss"));
}

function broadcastLine(message, desk) {
  return el("button.link.broadcast-line", { type: "button", on: { click: () => desk.deeds.openThread(message) } }, icon("reply"), "replied in a thread");
}

function content(message, place) {
  const surface = messageSurface(place.channelId, message);
  const blocks = message.blocks?.length ? blockNodes(message.blocks, surface) : null;
  const card = message.blocks?.length > 1 && message.author?.is_app;
  const words = message.text ? el("div.text", { class: message.subtype === "me_message" ? "me-message" : onlyEmoji(message) }, ...mrkdwn(message.text)) : null;
  const edited = message.edited ? el("span.edited", { title: `edited ${fullTime(message.edited.ts)}` }, "(edited)") : null;
  const written = blocks ? el("div.blocks", { class: card ? "card" : onlyEmoji(message) }, ...blocks) : words;
  if (edited) markEdited(written, edited);
  return el("div.content", {},
    written,
    ...attachmentNodes(message.attachments, surface),
    ...(message.files ?? []).map(fileCard));
}

/** The mark stands right behind the last words, where they end in a line of text. */
function markEdited(written, mark) {
  const last = written?.querySelector(":scope > .block:last-child > .rich > .rich-section:last-child") ?? written;
  last?.append(" ", mark);
}

function onlyEmoji(message) {
  return /^\s*(:[a-z0-9_+'-]+(::skin-tone-[2-6])?:\s*){1,4}$/.test(message.text ?? "") ? "jumbo" : "";
}

// --- reactions and threads --------------------------------------------------------------------------------------------------

function reactionLine(message, desk) {
  if (!message.reactions?.length) return null;
  const add = el("button.reaction.add", { type: "button", "aria-label": "Add a reaction", title: "Add a reaction", data: { act: "add-reaction" }, on: { click: () => pickEmoji(add, message, desk) } }, icon("smile"));
  return el("div.reactions", {}, ...message.reactions.map((reaction) => reactionButton(reaction, message, desk)), add);
}

function reactionButton({ name, users = [], count }, message, desk) {
  const mine = users.includes(directory.me.id);
  const who = users.map((id) => (id === directory.me.id ? "you" : nameOf(id))).join(", ");
  const heard = { click: () => desk.deeds.react(message, name, mine) };
  return el("button.reaction", { type: "button", "aria-pressed": String(mine), title: `${who} reacted with :${name}:`, "aria-label": `${name.replaceAll("_", " ")}, ${count ?? users.length}, ${who}`, data: { act: `react-${name}` }, on: heard },
    el("span", { "aria-hidden": "true" }, emojiOf(name) ?? `:${name}:`), el("span.reaction-count", { "aria-hidden": "true" }, String(count ?? users.length)));
}

/** Lets the reader choose among all emoji by name. */
export function pickEmoji(anchor, message, desk) {
  openEmojiPicker(anchor, (name) => desk.deeds.react(message, name, false));
}

function threadLine(message, desk) {
  if (!message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(personOf(id)?.avatar, "tiny"));
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const latest = message.latest_reply ? el("span.latest", {}, `last reply ${ago(dateOf(message.latest_reply))}`) : null;
  return el("button.thread-line", { type: "button", data: { act: "thread" }, on: { click: () => desk.deeds.openThread(message) } },
    el("span.faces", {}, ...faces), el("span.reply-count", {}, words), latest);
}

// --- what the reader can do ---------------------------------------------------------------------------------------------------

function toolbar(message, { desk, inThread }) {
  const quick = QUICK.map((name) => el("button.icon-button", { type: "button", title: `React with :${name}:`, "aria-label": `React with ${name.replaceAll("_", " ")}`, on: { click: () => desk.deeds.react(message, name, false) } }, emojiOf(name)));
  const pick = iconButton("smile", "Another reaction", () => pickEmoji(pick, message, desk), { data: { act: "pick" } });
  const reply = inThread ? null : iconButton("reply", "Reply in thread", () => desk.deeds.openThread(message));
  const more = iconButton("dots", "More actions", () => openMenu(more, moreItems(message, desk), "Message actions"), { "aria-haspopup": "menu", class: "more", data: { act: "more" } });
  const own = message.is_ephemeral ? [] : [...quick, pick, reply];
  return el("div.toolbar", { role: "toolbar", "aria-label": "Message actions" }, ...own, more);
}

function moreItems(message, desk) {
  const mine = desk.deeds.isMine(message);
  const touch = message.is_ephemeral ? [{ label: "Dismiss", lead: icon("close"), pick: () => desk.deeds.dismiss(message) }] : touchItems(message, desk);
  return [
    ...touch,
    ...desk.deeds.messageShortcuts().map(({ app, shortcut }) => ({ label: shortcut.name, hint: `${app.name}${shortcut.description ? ` · ${shortcut.description}` : ""}`, lead: icon("bolt"), pick: () => desk.deeds.shortcut(shortcut, message) })),
    message.text ? { label: "Copy text", lead: icon("copy"), pick: () => desk.deeds.copyText(message) } : null,
    message.is_ephemeral ? null : { label: "Copy link", lead: icon("link"), pick: () => desk.deeds.copyLink(message) },
    message.is_ephemeral ? null : { label: desk.deeds.isPinned(message) ? "Unpin from this channel" : "Pin to this channel", lead: icon("pin"), pick: () => desk.deeds.pin(message) },
    mine ? { label: "Edit message", lead: icon("pencil"), pick: () => desk.deeds.edit(message) } : null,
    mine ? { label: "Delete message", lead: icon("trash"), danger: true, pick: () => desk.deeds.remove(message) } : null,
  ].filter(Boolean);
}

/** On a touch screen the row of buttons is not shown, so the menu carries everything. */
function touchItems(message, desk) {
  if (!matchMedia("(hover: none), (max-width: 720px)").matches) return [];
  const emoji = QUICK.map((name) => ({ label: `React with ${name.replaceAll("_", " ")}`, lead: el("span.pick-emoji", { "aria-hidden": "true" }, emojiOf(name)), pick: () => desk.deeds.react(message, name, false) }));
  return [...emoji, { label: "Reply in thread", lead: icon("reply"), pick: () => desk.deeds.openThread(message) }];
}

/** Carries out what a key on a focused message means; false when it means nothing there. */
export function actOnMessage(key, message, row, { desk, inThread }) {
  const { deeds } = desk;
  const mine = deeds.isMine(message);
  const shared = !message.is_ephemeral;
  const press = (act) => () => row.querySelector(`[data-act="${act}"]`)?.click();
  const acts = {
    r: shared && press("pick"),
    t: shared && !inThread && (() => deeds.openThread(message)),
    p: shared && (() => deeds.pin(message)),
    l: shared && (() => deeds.copyLink(message)),
    e: mine && (() => deeds.edit(message)),
    m: press("more"),
    delete: mine && (() => deeds.remove(message)),
  };
  const act = Object.hasOwn(acts, key.toLowerCase()) && acts[key.toLowerCase()];
  if (act) act();
  return Boolean(act);
}

// --- lines of the workspace itself ----------------------------------------------------------------------------------------------

function systemRow(message) {
  const named = /^<@/.test(message.text ?? "");
  const words = mrkdwn(message.text || message.subtype?.replaceAll("_", " "));
  return el("div.system", { data: { ts: message.ts } }, el("span.system-words", {}, named ? null : el("strong", {}, `${authorName(message)} `), ...words),
    el("time.time", { title: fullTime(message.ts) }, clock(message.ts)));
}
