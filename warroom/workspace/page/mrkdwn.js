/**
 * Slack's mrkdwn as DOM nodes.
 *
 * A text is first cut at its ``` fences, then into quoted and plain lines, then each stretch is read character by character.
 * Only `&amp;`, `&lt;` and `&gt;` are entities; `<...>` is a link, a mention or a date. What is not understood stays text.
 */

import { slackDate } from "./dates.js";
import { channelOf, directory, nameOf } from "./directory.js";
import { el, outside } from "./dom.js";
import { emojiOf } from "./emoji.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const DEEPEST = 8;
const WORD = /[\p{L}\p{N}]/u;
const EMOJI_NAME = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y;
const ENTITY = /&(amp|lt|gt);/y;
const BARE_LINK = /https?:\/\/[^\s<>|"'`]+/y;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const ENTITIES = { amp: "&", lt: "<", gt: ">" };

export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ENTITIES[name]);
}

/** The nodes for a mrkdwn text, for `fill(node, ...mrkdwn(text))`. `verbatim` leaves bare addresses as text. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const nodes = [];
  String(text ?? "").split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2) nodes.push(codeBlock(part));
    else if (part) nodes.push(...quotesAndLines(index ? part.replace(/^\n/, "") : part, verbatim));
  });
  return nodes;
}

/** A plain_text object: emoji names are drawn unless `emoji` is false, nothing else is read. */
export function plain(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  return object.emoji === false ? lines(object.text ?? "") : withEmoji(object.text ?? "");
}

/** Any text object, by its type. */
export function textObject(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, { verbatim: object.verbatim }) : plain(object);
}

/** A text as one spoken or listed line: no marks, names instead of ids. */
export function spoken(text) {
  const holder = el("span", {}, ...mrkdwn(text));
  for (const line of holder.querySelectorAll("br")) line.replaceWith(" ");
  return holder.textContent.replace(/\s+/g, " ").trim();
}

function codeBlock(source) {
  const inner = source.replace(/^\n/, "").replace(/\n$/, "");
  return el("pre", { tabindex: "0" }, el("code", {}, ...codeText(inner)));
}

function codeText(source) {
  return source.split(/(<[^<>\n]+>)/).map((part, index) => (index % 2 ? angle(part.slice(1, -1)) : unescape(part)));
}

function quotesAndLines(text, verbatim) {
  const nodes = [];
  for (const { quoted, body } of stretches(text)) {
    const inner = new Inline(body, verbatim).nodes();
    nodes.push(...(quoted ? [el("blockquote", {}, ...inner)] : inner));
  }
  return nodes;
}

/** Runs of lines that begin with ">" and runs that do not; ">>>" quotes everything after it. */
function stretches(text) {
  const found = [];
  const rest = text.split("\n");
  while (rest.length) {
    if (/^(?:&gt;|>){3}/.test(rest[0])) return [...found, { quoted: true, body: rest.join("\n").replace(/^(?:&gt;|>){3} ?/, "") }];
    const mark = /^(?:&gt;|>) ?/;
    const quoted = mark.test(rest[0]);
    const run = [];
    while (rest.length && mark.test(rest[0]) === quoted && !/^(?:&gt;|>){3}/.test(rest[0])) run.push(rest.shift().replace(mark, ""));
    found.push({ quoted, body: run.join("\n") });
  }
  return found;
}

/** Reads one stretch of text. Remembers marks that never close, so that a long hostile text is read in linear time. */
class Inline {
  constructor(text, verbatim = false, depth = 0) {
    Object.assign(this, { text, verbatim, depth, at: 0, pending: "", made: [], hopeless: {} });
  }

  nodes() {
    while (this.at < this.text.length) this.step();
    this.flush();
    return this.made;
  }

  step() {
    const char = this.text[this.at];
    if (char === "\n") this.put(el("br"), 1);
    else if (char === "<") this.angled();
    else if (char === "`") this.code();
    else if (char === "&") this.matched(ENTITY, (found) => ENTITIES[found[1]]);
    else if (char === ":") this.matched(EMOJI_NAME, (found) => drawnEmoji(found[1]));
    else if (char === "h" && !this.verbatim) this.bareLink();
    else if (Object.hasOwn(STYLES, char)) this.styled(char);
    else this.keep();
  }

  keep() {
    this.pending += this.text[this.at];
    this.at += 1;
  }

  put(node, length) {
    this.flush();
    this.made.push(node);
    this.at += length;
  }

  flush() {
    if (this.pending) this.made.push(this.pending);
    this.pending = "";
  }

  matched(pattern, made) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    const node = found && made(found);
    if (!node) this.keep();
    else this.putMade(node, found[0].length);
  }

  putMade(made, length) {
    if (typeof made === "string") this.putText(made, length);
    else this.put(made, length);
  }

  putText(text, length) {
    this.pending += text;
    this.at += length;
  }

  bareLink() {
    BARE_LINK.lastIndex = this.at;
    const found = WORD.test(this.text[this.at - 1] ?? " ") ? null : BARE_LINK.exec(this.text);
    if (!found) return this.keep();
    const address = found[0].replace(/[.,;:!?)\]*_~]+$/, "");
    return this.put(outside(unescape(address), unescape(address)), address.length);
  }

  angled() {
    const end = this.closing(">", this.at + 1);
    const inner = end < 0 ? "" : this.text.slice(this.at + 1, end);
    if (!inner || inner.includes("<")) this.keep();
    else this.putMade(angle(inner), inner.length + 2);
  }

  code() {
    const end = this.closing("`", this.at + 1);
    const inner = end < 0 ? "" : this.text.slice(this.at + 1, end);
    if (!inner.trim()) this.keep();
    else this.put(el("code", {}, ...codeText(inner)), inner.length + 2);
  }

  styled(mark) {
    const end = this.opens(mark) ? this.styleEnd(mark) : -1;
    if (end < 0) return this.keep();
    const inner = this.text.slice(this.at + 1, end);
    return this.put(el(STYLES[mark], {}, ...new Inline(inner, this.verbatim, this.depth + 1).nodes()), inner.length + 2);
  }

  opens(mark) {
    const [before, after] = [this.text[this.at - 1] ?? " ", this.text[this.at + 1] ?? " "];
    return this.depth < DEEPEST && !WORD.test(before) && before !== mark && !/\s/.test(after) && after !== mark && !this.isHopeless(mark);
  }

  styleEnd(mark) {
    for (let at = this.at + 1; at < this.text.length && this.text[at] !== "\n"; at = this.after(at)) {
      if (at > this.at + 1 && this.text[at] === mark && this.closes(at)) return at;
    }
    this.giveUp(mark);
    return -1;
  }

  closes(at) {
    return !/\s/.test(this.text[at - 1]) && !WORD.test(this.text[at + 1] ?? " ");
  }

  /** The next place to look: code and angle brackets are stepped over whole. */
  after(at) {
    const close = { "`": "`", "<": ">" }[this.text[at]];
    const end = close ? this.closing(close, at + 1) : -1;
    return end < 0 ? at + 1 : end + 1;
  }

  /** Where `mark` next stands on this line, or -1. */
  closing(mark, from) {
    if (this.isHopeless(mark)) return -1;
    const found = this.text.indexOf(mark, from);
    const end = this.lineEnd(from);
    if (found >= 0 && found < end) return found;
    this.giveUp(mark, end);
    return -1;
  }

  lineEnd(from) {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  isHopeless(mark) {
    return this.at < (this.hopeless[mark] ?? 0);
  }

  giveUp(mark, end = this.lineEnd(this.at)) {
    this.hopeless[mark] = end;
  }
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}

function withEmoji(text) {
  return text.split(/(:[a-z0-9_+'-]+(?:::skin-tone-[2-6])?:)/).flatMap((part, index) => (index % 2 ? [drawnEmoji(part.slice(1, -1)) ?? part] : lines(part)));
}

/** An emoji with its name for screen readers, or null when the name is unknown. */
export function drawnEmoji(name) {
  const char = emojiOf(name);
  return char && el("span.emoji", { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, char);
}

/** What stands between < and >; without a scheme it is no address, and stays as it was written. */
function angle(inner) {
  const [target, label] = cut(inner, "|");
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!SCHEME.test(target)) return unescape(`<${inner}>`);
  return outside(unescape(target), unescape(label || target).replace(/^mailto:/, ""));
}

function cut(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

export function mention(userId, label = "") {
  const mine = userId === directory.me?.id;
  const known = nameOf(userId);
  const name = known === userId && label ? unescape(label) : known;
  return el(mine ? "span.mention.me" : "span.mention", { title: mine ? "That is you" : name }, `@${name}`);
}

export function channelLink(channelId, label = "") {
  const channel = channelOf(channelId);
  const name = channel?.name ?? unescape(label);
  if (!name) return el("span.mention", { title: "You cannot see this channel" }, "#private channel");
  return el("a.mention", { href: `?channel=${encodeURIComponent(channelId)}`, data: { channel: channelId } }, `#${name}`);
}

export function broadcast(range) {
  return el("span.mention.me", { title: "Everybody here is mentioned" }, `@${range}`);
}

/** A group of people by its id; its handle if it is known here. */
export function groupMention(groupId, label = "") {
  const known = directory.groups.get(groupId);
  const mine = known?.users?.includes(directory.me?.id);
  return el(mine ? "span.mention.me" : "span.mention", { title: known?.name ?? null }, known ? `@${known.handle}` : unescape(label) || `@${groupId || "group"}`);
}

function special(target, label) {
  const [kind, ...rest] = target.split("^");
  if (kind === "date") return dateNode(rest, label);
  if (["here", "channel", "everyone"].includes(kind)) return broadcast(kind);
  if (kind === "subteam") return groupMention(rest[0] ?? "", label);
  return el("span", {}, unescape(label) || `<${target}>`);
}

function dateNode([seconds, pattern = "", address], fallback) {
  const words = slackDate(seconds, unescape(pattern)) ?? unescape(fallback);
  const relative = pattern.includes("{ago}") ? { seconds, pattern: unescape(pattern) } : {};
  const node = el("time", { title: unescape(fallback), data: relative }, words);
  return address ? outside(unescape(address), node) : node;
}
