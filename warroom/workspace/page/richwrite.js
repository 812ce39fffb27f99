/** From what a person types to `rich_text`, and back: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, lists, quotes, fences. */

const STYLES = { "*": "bold", _: "italic", "~": "strike", "`": "code" };
const MARKS = Object.fromEntries(Object.entries(STYLES).map(([mark, name]) => [name, mark]));
const INLINE = /(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]])|:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):|(?<![\p{L}\p{N}])([*_~`])(?=\S)([^\n]*?\S)\3(?![\p{L}\p{N}])/gu;
const BULLET = /^( *)[-*•] +(.*)$/;
const NUMBER = /^( *)\d{1,9}[.)] +(.*)$/;
const QUOTE = /^> ?(.*)$/;
const FENCE = /^```/;

/** The `rich_text` block for a typed text, or null when it is empty. */
export function richFrom(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const elements = [];
  while (lines.length) elements.push(takePart(lines));
  return text.trim() ? { type: "rich_text", elements: merged(elements) } : null;
}

function takePart(lines) {
  if (FENCE.test(lines[0])) return fence(lines);
  if (QUOTE.test(lines[0])) return { type: "rich_text_quote", elements: leaves(takeWhile(lines, QUOTE).map(([, words]) => words).join("\n")) };
  if (BULLET.test(lines[0])) return list(lines, BULLET, "bullet");
  if (NUMBER.test(lines[0])) return list(lines, NUMBER, "ordered");
  return { type: "rich_text_section", elements: leaves(lines.shift()), line: true };
}

function takeWhile(lines, pattern, fits = () => true) {
  const taken = [];
  for (let found = pattern.exec(lines[0]); found && fits(found); found = lines.length ? pattern.exec(lines[0]) : null) {
    taken.push(found);
    lines.shift();
  }
  return taken;
}

function fence(lines) {
  lines.shift();
  const end = lines.findIndex((line) => FENCE.test(line));
  const inner = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return { type: "rich_text_preformatted", elements: [{ type: "text", text: inner.join("\n") || " " }] };
}

function list(lines, pattern, style) {
  const indent = pattern.exec(lines[0])[1].length;
  const items = takeWhile(lines, pattern, (found) => found[1].length === indent);
  return { type: "rich_text_list", style, indent: Math.min(8, Math.floor(indent / 2)), elements: items.map(([, , words]) => ({ type: "rich_text_section", elements: leaves(words) })) };
}

/** Lines that follow one another are one section with line breaks, as Slack's own editor makes it. */
function merged(parts) {
  const made = [];
  for (const { line, ...part } of parts) {
    const before = made.at(-1);
    if (line && before?.type === "rich_text_section") before.elements = joined([...before.elements, { type: "text", text: "\n" }, ...part.elements]);
    else made.push(part);
  }
  return made;
}

function leaves(text, style = {}) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    found.push(plainLeaf(text.slice(at, match.index), style), ...special(match, style));
    at = match.index + match[0].length;
  }
  return joined([...found, plainLeaf(text.slice(at), style)]);
}

function special([, url, emoji, mark, inner], style) {
  if (url) return [{ type: "link", url, ...styled(style) }];
  if (emoji) return [{ type: "emoji", name: emoji }];
  const within = { ...style, [STYLES[mark]]: true };
  return mark === "`" ? [plainLeaf(inner, within)] : leaves(inner, within);
}

const styled = (style) => (Object.keys(style).length ? { style } : {});
const plainLeaf = (text, style) => ({ type: "text", text, ...styled(style) });

/** Neighbouring texts of one style as one; empty ones go. */
function joined(found) {
  const made = [];
  for (const leaf of found) {
    const before = made.at(-1);
    if (leaf.type === "text" && !leaf.text) continue;
    if (leaf.type === "text" && before?.type === "text" && JSON.stringify(before.style) === JSON.stringify(leaf.style)) before.text += leaf.text;
    else made.push({ ...leaf });
  }
  return made;
}

/** How one would have typed a `rich_text` block. */
export function typedFrom(block) {
  return (block?.elements ?? []).map(typedPart).join("\n");
}

function typedPart(part) {
  if (part.type === "rich_text_list") return (part.elements ?? []).map((item, index) => `${"  ".repeat(part.indent ?? 0)}${part.style === "ordered" ? `${index + 1}.` : "-"} ${typedLeaves(item.elements)}`).join("\n");
  const words = typedLeaves(part.elements);
  if (part.type === "rich_text_quote") return words.split("\n").map((line) => `> ${line}`).join("\n");
  return part.type === "rich_text_preformatted" ? `\`\`\`\n${words}\n\`\`\`` : words;
}

function typedLeaves(elements) {
  return (elements ?? []).map(typedLeaf).join("");
}

function typedLeaf(leaf) {
  const bare = { link: () => leaf.url, emoji: () => `:${leaf.name}:`, user: () => `<@${leaf.user_id}>`, channel: () => `<#${leaf.channel_id}>` }[leaf.type]?.() ?? leaf.text ?? "";
  const marks = Object.keys(MARKS).filter((name) => leaf.style?.[name]).map((name) => MARKS[name]);
  return marks.reduce((inner, mark) => `${mark}${inner}${mark}`, bare);
}
