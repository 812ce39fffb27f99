/** One message as a row: who, when, what, its reactions, its thread, and what the reader can do with it. */

import { attachmentNodes, blockNodes } from "./blocks.js";
import { avatar } from "./avatar.js";
import { ago, clock, dateOf, dayKey, fullTime } from "./dates.js";
import { directory, nameOf, personOf } from "./directory.js";
import { el, icon, iconButton, outside, safeUrl } from "./dom.js";
import { EMOJI, emojiOf, QUICK } from "./emoji.js";
import { mrkdwn, spoken } from "./mrkdwn.js";
import { matching, openMenu, openPicker } from "./popover.js";
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
    role ? el("span.role", {}, role) : null,
    el("time.time", { title: fullTime(message.ts), datetime: dateOf(message.ts).toISOString() }, clock(message.ts)));
}

function ephemeralLine(message, desk) {
  return el("div.ephemeral-line", {}, icon("eye"), el("span", {}, "Only visible to you"), el("span.separator", {}, "·"),
    el("button.link", { type: "button", on: { click: () => desk.dismiss(message) } }, "Dismiss"));
}

function broadcastLine(message, desk) {
  return el("button.link.broadcast-line", { type: "button", on: { click: () => desk.openThread(message.thread_ts) } }, icon("reply"), "replied in a thread");
}

function content(message, place) {
  const surface = messageSurface(place.channelId, message);
  const blocks = message.blocks?.length ? blockNodes(message.blocks, surface) : null;
  const card = message.blocks?.length > 1 && message.author?.is_app;
  const words = message.text ? el("div.text", { class: message.subtype === "me_message" ? "me-message" : onlyEmoji(message) }, ...mrkdwn(message.text)) : null;
  const edited = message.edited ? el("span.edited", { title: `edited ${fullTime(message.edited.ts)}` }, "(edited)") : null;
  if (edited && words && !blocks) words.append(" ", edited);
  return el("div.content", {},
    blocks ? [el("div.blocks", { class: card ? "card" : "" }, ...blocks), edited] : words,
    ...attachmentNodes(message.attachments, surface),
    ...(message.files ?? []).map(fileCard));
}

function onlyEmoji(message) {
  return /^\s*(:[a-z0-9_+'-]+:\s*){1,4}$/.test(message.text ?? "") ? "jumbo" : "";
}

function fileCard(file) {
  const name = file.title || file.name || "file";
  const size = file.size ? `, ${sizeWords(file.size)}` : "";
  const address = [file.url_private_download, file.url_private, file.permalink].find((url) => url && safeUrl(url));
  return el("div.file-card", {}, el("span.file-sign", { "aria-hidden": "true" }, "📄"), el("span", {},
    address ? outside(address, name) : name, el("span.file-kind", {}, `${file.pretty_type ?? file.filetype ?? "file"}${size}`)));
}

function sizeWords(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
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
  const heard = { click: () => desk.react(message, name, mine) };
  return el("button.reaction", { type: "button", "aria-pressed": String(mine), title: `${who} reacted with :${name}:`, "aria-label": `${name.replaceAll("_", " ")}, ${count ?? users.length}, ${who}`, data: { act: `react-${name}` }, on: heard },
    el("span", { "aria-hidden": "true" }, emojiOf(name) ?? `:${name}:`), el("span.reaction-count", { "aria-hidden": "true" }, String(count ?? users.length)));
}

/** Lets the reader choose among all emoji by name. */
export function pickEmoji(anchor, message, desk) {
  openEmojiPicker(anchor, (name) => desk.react(message, name, false));
}

export function openEmojiPicker(anchor, picked) {
  const items = [...EMOJI].map(([name, char]) => ({ label: `:${name}:`, words: name.replaceAll("_", " ") + name, lead: el("span.pick-emoji", { "aria-hidden": "true" }, char), name }));
  openPicker(anchor, { label: "Emoji", hint: "Find an emoji", load: (typed) => matching(items, typed.replaceAll(":", "")), picked: (item) => picked(item.name) });
}

function threadLine(message, desk) {
  if (!message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(personOf(id)?.avatar, "tiny"));
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const latest = message.latest_reply ? el("span.latest", {}, `last reply ${ago(dateOf(message.latest_reply))}`) : null;
  return el("button.thread-line", { type: "button", data: { act: "thread" }, on: { click: () => desk.openThread(message.ts) } },
    el("span.faces", {}, ...faces), el("span.reply-count", {}, words), latest);
}

// --- what the reader can do ---------------------------------------------------------------------------------------------------

function toolbar(message, { desk, inThread }) {
  const quick = QUICK.map((name) => el("button.icon-button", { type: "button", title: `React with :${name}:`, "aria-label": `React with ${name.replaceAll("_", " ")}`, on: { click: () => desk.react(message, name, false) } }, emojiOf(name)));
  const pick = iconButton("smile", "Another reaction", () => pickEmoji(pick, message, desk));
  const reply = inThread ? null : iconButton("reply", "Reply in thread", () => desk.openThread(message.thread_ts ?? message.ts));
  const more = iconButton("dots", "More actions", () => openMenu(more, moreItems(message, desk), "Message actions"), { "aria-haspopup": "menu", data: { act: "more" } });
  more.classList.add("more");
  const own = message.is_ephemeral ? [] : [...quick, pick, reply];
  return el("div.toolbar", { role: "toolbar", "aria-label": "Message actions" }, ...own, more);
}

function moreItems(message, desk) {
  const mine = message.user === directory.me.id && !message.bot_id && !message.is_ephemeral;
  const touch = message.is_ephemeral ? [{ label: "Dismiss", lead: icon("close"), pick: () => desk.dismiss(message) }] : touchItems(message, desk);
  return [
    ...touch,
    ...desk.messageShortcuts().map(({ app, shortcut }) => ({ label: shortcut.name, hint: `${app.name}${shortcut.description ? ` · ${shortcut.description}` : ""}`, lead: icon("bolt"), pick: () => desk.shortcut(shortcut, message) })),
    message.is_ephemeral ? null : { label: "Copy link", lead: icon("link"), pick: () => desk.copyLink(message) },
    message.is_ephemeral ? null : { label: desk.isPinned(message) ? "Unpin from this channel" : "Pin to this channel", lead: icon("pin"), pick: () => desk.pin(message) },
    mine ? { label: "Edit message", lead: icon("pencil"), pick: () => desk.edit(message) } : null,
    mine ? { label: "Delete message", lead: icon("trash"), danger: true, pick: () => desk.remove(message) } : null,
  ].filter(Boolean);
}

/** On a touch screen the row of buttons is not shown, so the menu carries everything. */
function touchItems(message, desk) {
  if (!matchMedia("(hover: none), (max-width: 720px)").matches) return [];
  const emoji = QUICK.map((name) => ({ label: `React with ${name.replaceAll("_", " ")}`, lead: el("span.pick-emoji", { "aria-hidden": "true" }, emojiOf(name)), pick: () => desk.react(message, name, false) }));
  return [...emoji, { label: "Reply in thread", lead: icon("reply"), pick: () => desk.openThread(message.thread_ts ?? message.ts) }];
}

// --- lines of the workspace itself ----------------------------------------------------------------------------------------------

function systemRow(message) {
  const named = /^<@/.test(message.text ?? "");
  const words = mrkdwn(message.text || message.subtype?.replaceAll("_", " "));
  return el("div.system", { data: { ts: message.ts } }, el("span.system-words", {}, named ? null : el("strong", {}, `${authorName(message)} `), ...words),
    el("time.time", { title: fullTime(message.ts) }, clock(message.ts)));
}
