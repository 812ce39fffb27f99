/** The `markdown` block: headings, lists, quotes, fences, rules, tables and the usual marks within a line, as DOM nodes. */

import { el, outside } from "./dom.js";
import { drawnEmoji } from "./mrkdwn.js";

const BLOCKS = [
  [/^ {0,3}```/, fence],
  [/^ {0,3}#{1,6} /, heading],
  [/^ {0,3}([-*_])( *\1){2,} *$/, rule],
  [/^ {0,3}>/, quote],
  [/^ *(?:[-*+]|\d{1,9}[.)]) +/, list],
  [/^ *\|.*\| *$/, table],
];

export function markdown(text, depth = 0) {
  const rest = String(text ?? "").replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  while (rest.length) {
    if (!rest[0].trim()) rest.shift();
    else nodes.push((readerFor(rest[0], depth) ?? paragraph)(rest, depth));
  }
  return nodes;
}

function readerFor(line, depth) {
  return depth > 6 ? null : BLOCKS.find(([pattern]) => pattern.test(line))?.[1];
}

function take(rest, pattern) {
  const taken = [];
  while (rest.length && pattern.test(rest[0])) taken.push(rest.shift());
  return taken;
}

function paragraph(rest, depth) {
  const taken = [rest.shift()];
  while (rest.length && rest[0].trim() && !readerFor(rest[0], depth)) taken.push(rest.shift());
  return el("p", {}, ...taken.flatMap((line, index) => [index ? el("br") : null, ...inline(line)]));
}

function fence(rest) {
  const [, language] = /^ *```+ *(\S*)/.exec(rest.shift());
  const taken = [];
  while (rest.length && !/^ {0,3}```/.test(rest[0])) taken.push(rest.shift());
  rest.shift();
  return el("pre", { tabindex: "0", data: language ? { language } : {} }, el("code", {}, taken.join("\n")));
}

function heading(rest) {
  const [, marks, words] = /^ *(#+) +(.*?)(?: +#+)? *$/.exec(rest.shift()) ?? ["", "#", ""];
  return el(`p.heading.heading-${Math.min(marks.length, 3)}`, { role: "heading", "aria-level": marks.length + 2 }, ...inline(words));
}

function rule(rest) {
  rest.shift();
  return el("hr");
}

function quote(rest, depth) {
  const body = take(rest, /^ {0,3}>/).map((line) => line.replace(/^ *> ?/, ""));
  return el("blockquote", {}, ...markdown(body.join("\n"), depth + 1));
}

function list(rest, depth) {
  const [, indent, mark] = /^( *)(\S+)/.exec(rest[0]);
  const ordered = /\d/.test(mark);
  const items = [];
  while (rest.length && itemOf(rest[0], indent.length, ordered)) items.push(item(rest, indent.length, depth));
  return el(ordered ? "ol" : "ul", ordered ? { start: Number.parseInt(mark, 10) } : {}, ...items);
}

function itemOf(line, indent, ordered) {
  const found = /^( *)([-*+]|\d{1,9}[.)]) +/.exec(line);
  return found && found[1].length <= indent + 1 && /\d/.test(found[2]) === ordered;
}

function item(rest, indent, depth) {
  const first = rest.shift().replace(/^ *(?:[-*+]|\d{1,9}[.)]) +/, "");
  const inner = take(rest, new RegExp(`^ {${indent + 2},}\\S`)).map((line) => line.slice(indent + 2));
  const task = /^\[([ xX])\] /.exec(first);
  const words = task ? [task[1] === " " ? "☐ " : "☑ ", ...inline(first.slice(4))] : inline(first);
  return el("li", {}, ...words, ...(inner.length ? markdown(inner.join("\n"), depth + 1) : []));
}

function table(rest) {
  const rows = take(rest, /^ *\|.*\| *$/).map((line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim()));
  const ruled = rows[1]?.every((cell) => /^:?-+:?$/.test(cell));
  const head = ruled ? rows.splice(0, 2)[0] : null;
  const row = (cells, tag) => el("tr", {}, ...cells.map((cell) => el(tag, {}, ...inline(cell))));
  const body = el("tbody", {}, ...rows.map((cells) => row(cells, "td")));
  return el("div.table-scroll", { tabindex: "0" }, el("table", {}, head && el("thead", {}, row(head, "th")), body));
}

const MARKS = [
  [/^`([^`]+)`/, (found) => el("code", {}, found[1])],
  [/^\*\*(\S(?:.*?\S)??)\*\*/, (found, depth) => el("strong", {}, ...inline(found[1], depth))],
  [/^__(\S(?:.*?\S)??)__(?!\w)/, (found, depth) => el("strong", {}, ...inline(found[1], depth))],
  [/^~~(\S(?:.*?\S)??)~~/, (found, depth) => el("s", {}, ...inline(found[1], depth))],
  [/^\*(?![\s*])([^*\n]*[^\s*])\*/, (found, depth) => el("em", {}, ...inline(found[1], depth))],
  [/^_(?![\s_])([^_\n]*[^\s_])_(?!\w)/, (found, depth) => el("em", {}, ...inline(found[1], depth))],
  [/^!?\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)/, (found, depth) => outside(found[2], ...inline(found[1] || found[2], depth))],
  [/^<(https?:[^\s>]+)>/, (found) => outside(found[1], found[1])],
  [/^https?:\/\/[^\s<>()"']*[^\s<>()"'.,;:!?]/, (found) => outside(found[0], found[0])],
  [/^:([a-z0-9_+'-]+):/, (found) => drawnEmoji(found[1])],
  [/^\\([\\`*_~[\](){}#+.!|>-])/, (found) => found[1]],
];
const SPECIAL = new Set("`*_~![<h:\\");

/** The marks within one line. Lines are limited by Slack's 12,000 characters, and nesting to six levels. */
function inline(text, depth = 0) {
  const nodes = [];
  let kept = "";
  let at = 0;
  while (at < text.length) {
    const [node, length] = SPECIAL.has(text[at]) && depth < 6 ? marked(text.slice(at, at + 4000), depth + 1) : [null, 0];
    if (node) nodes.push(kept, node);
    kept = node ? "" : kept + text[at];
    at += node ? length : 1;
  }
  return [...nodes, kept].filter((part) => part !== "");
}

function marked(rest, depth) {
  for (const [pattern, made] of MARKS) {
    const found = pattern.exec(rest);
    const node = found && made(found, depth);
    if (node) return [node, found[0].length];
  }
  return [null, 0];
}
