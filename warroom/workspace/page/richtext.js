/** The `rich_text` block: sections, lists, quotes and preformatted text, given as data rather than as marks. */

import { slackDate } from "./dates.js";
import { directory } from "./directory.js";
import { el, outside } from "./dom.js";
import { broadcast, channelLink, drawnEmoji, groupMention, mention } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

const COLOUR = /^#[0-9a-f]{3,8}$/i;

const PARTS = {
  rich_text_section: (part) => el("div.rich-section", {}, ...leaves(part.elements)),
  rich_text_quote: (part) => el("blockquote", { class: part.border ? "bordered" : "" }, ...leaves(part.elements)),
  rich_text_preformatted: (part) => el("pre", { tabindex: "0", data: part.language ? { language: part.language } : {} }, el("code", {}, ...leaves(part.elements, true))),
  rich_text_list: (part) => {
    const items = (part.elements ?? []).map((item) => el("li", {}, ...leaves(item.elements)));
    const tag = part.style === "ordered" ? "ol" : "ul";
    const start = tag === "ol" && part.offset ? { start: Number(part.offset) + 1 } : {};
    const indent = Math.max(0, Math.min(Math.trunc(Number(part.indent)) || 0, 8));
    return el(`${tag}.indent-${indent}`, { ...start, class: part.border ? "bordered" : "" }, ...items);
  },
};

const LEAVES = {
  text: (leaf) => linesOf(leaf.text),
  link: (leaf) => [outside(leaf.url, leaf.text || leaf.url)],
  user: (leaf) => [mention(leaf.user_id)],
  channel: (leaf) => [channelLink(leaf.channel_id)],
  usergroup: (leaf) => [groupMention(leaf.usergroup_id)],
  team: (leaf) => [el("span.mention", {}, `@${leaf.team_id === directory.team?.id ? directory.team.name : leaf.team_id}`)],
  broadcast: (leaf) => [broadcast(leaf.range)],
  emoji: (leaf) => [drawnEmoji(leaf.name) ?? `:${leaf.name}:`],
  date: (leaf) => [dateLeaf(leaf)],
  color: (leaf) => [colourLeaf(leaf.value)],
};

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

export function richText(block) {
  return el("div.rich", {}, ...(block.elements ?? []).map((part) => (Object.hasOwn(PARTS, part?.type ?? "") ? PARTS[part.type](part) : unknownPart(part))));
}

function unknownPart(part) {
  return unknown("rich text", part);
}

function dateLeaf({ timestamp, format = "{date} {time}", fallback, url }) {
  const node = el("time", { title: fallback ?? null, data: /\{ago\}/.test(format) ? { seconds: timestamp, pattern: format } : {} }, slackDate(timestamp, format) ?? fallback ?? "");
  return url ? outside(url, node) : node;
}

/** A colour as its number, with a patch of it. */
function colourLeaf(value) {
  const patch = el("span.colour-patch", { "aria-hidden": "true" });
  if (COLOUR.test(String(value))) patch.style.setProperty("--patch", value);
  return el("span.colour", {}, patch, el("code", {}, String(value ?? "")));
}

function linesOf(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}

function leaves(elements, pre = false) {
  return (elements ?? []).flatMap((leaf) => {
    if (pre && leaf?.type === "text") return [leaf.text ?? ""];
    const nodes = Object.hasOwn(LEAVES, leaf?.type ?? "") ? LEAVES[leaf.type](leaf) : [unknown("part", leaf)];
    return styled(nodes, leaf?.style ?? {});
  });
}

function styled(nodes, style) {
  const wanted = Object.keys(STYLES).filter((name) => style[name]);
  return wanted.reduce((inner, name) => [el(STYLES[name], {}, ...inner)], nodes);
}
