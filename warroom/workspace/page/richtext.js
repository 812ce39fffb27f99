/** The `rich_text` block: sections, lists, quotes and preformatted text, given as data rather than as marks. */

import { slackDate } from "./dates.js";
import { el, outside } from "./dom.js";
import { broadcast, channelLink, drawnEmoji, mention } from "./mrkdwn.js";

const PARTS = {
  rich_text_section: (part) => el("div.rich-section", {}, ...leaves(part.elements)),
  rich_text_quote: (part) => el("blockquote", {}, ...leaves(part.elements)),
  rich_text_preformatted: (part) => el("pre", { tabindex: "0" }, el("code", {}, ...leaves(part.elements, true))),
  rich_text_list: (part) => {
    const items = (part.elements ?? []).map((item) => el("li", {}, ...leaves(item.elements)));
    const tag = part.style === "ordered" ? "ol" : "ul";
    const start = tag === "ol" && part.offset ? { start: Number(part.offset) + 1 } : {};
    return el(`${tag}.indent-${Math.min(Number(part.indent) || 0, 8)}`, start, ...items);
  },
};

const LEAVES = {
  text: (leaf) => linesOf(leaf.text),
  link: (leaf) => [outside(leaf.url, leaf.text || leaf.url)],
  user: (leaf) => [mention(leaf.user_id)],
  channel: (leaf) => [channelLink(leaf.channel_id)],
  usergroup: (leaf) => [el("span.mention", {}, `@${leaf.usergroup_id}`)],
  broadcast: (leaf) => [broadcast(leaf.range)],
  emoji: (leaf) => [drawnEmoji(leaf.name) ?? `:${leaf.name}:`],
  date: (leaf) => [el("time", { title: leaf.fallback }, slackDate(leaf.timestamp, leaf.format ?? "{date} {time}") ?? leaf.fallback ?? "")],
  color: (leaf) => [el("code", {}, leaf.value)],
};

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

export function richText(block) {
  return el("div.rich", {}, ...(block.elements ?? []).map((part) => PARTS[part.type]?.(part) ?? unknownPart(part)));
}

function unknownPart(part) {
  return el("p.unsupported", {}, `unsupported rich text: ${part.type}`);
}

function linesOf(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}

function leaves(elements, pre = false) {
  return (elements ?? []).flatMap((leaf) => {
    if (pre && leaf.type === "text") return [leaf.text ?? ""];
    const nodes = LEAVES[leaf.type]?.(leaf) ?? [el("span.unsupported", {}, `unsupported: ${leaf.type}`)];
    return styled(nodes, leaf.style ?? {});
  });
}

function styled(nodes, style) {
  const wanted = Object.keys(STYLES).filter((name) => style[name]);
  return wanted.reduce((inner, name) => [el(STYLES[name], {}, ...inner)], nodes);
}
