/** The sheet of all emoji: by group, with a search, the ones used last, and a choice of skin tone that is remembered. */

import { el, fill } from "./dom.js";
import { EMOJI_GROUPS, inTone, QUICK } from "./emoji.js";
import { openPopover } from "./popover.js";

const TONE = "warroom-workspace-tone";
const RECENT = "warroom-workspace-emoji";
const MOST_RECENT = 16;
const TONES = [[1, "no skin tone"], [2, "light"], [3, "medium light"], [4, "medium"], [5, "medium dark"], [6, "dark"]];
const HAND = { char: "✋", toned: true };

const ALL = EMOJI_GROUPS.flatMap(({ entries }) => entries);

/** Opens the sheet beside `anchor`; `picked(name)` is told the chosen name, with its tone. */
export function openEmojiPicker(anchor, picked) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const sheet = new Sheet((name) => {
    handle.close({ refocus: true });
    picked(name);
  });
  const handle = openPopover(anchor, sheet.node, { label: "Emoji", wide: true });
  sheet.box.focus({ preventScroll: true });
}

class Sheet {
  constructor(picked) {
    Object.assign(this, { picked, tone: Number(localStorage.getItem(TONE)) || 1 });
    this.box = el("input.pick-search", { type: "search", placeholder: "Find an emoji", "aria-label": "Search: Emoji", autocomplete: "off", on: { input: () => this.draw() } });
    this.list = el("div.emoji-list", { on: { focusin: (event) => this.tell(event.target), pointerover: (event) => this.tell(event.target) } });
    this.told = el("span.emoji-told", { role: "status" });
    this.tones = el("div.emoji-tones", { role: "radiogroup", "aria-label": "Skin tone" });
    this.node = el("div.emoji-sheet", { on: { keydown: (event) => this.key(event) } }, this.box, this.list, el("div.emoji-foot", {}, this.told, this.tones));
    this.draw();
    this.drawTones();
  }

  draw() {
    const typed = this.box.value.trim().toLowerCase().replaceAll(":", "").replaceAll(" ", "_");
    const groups = typed ? [{ title: "Found", entries: found(typed) }] : [{ title: "Used lately", entries: recent() }, ...EMOJI_GROUPS];
    fill(this.list, ...groups.map(({ title, entries }) => this.group(title, entries)));
    if (typed && !groups[0].entries.length) fill(this.list, el("p.pick-empty", {}, "No emoji is called so."));
    this.list.scrollTop = 0;
  }

  group(title, entries) {
    return el("section.emoji-group", { "aria-label": title }, el("p.pick-group", { "aria-hidden": "true" }, title), el("div.emoji-grid", {}, ...entries.map((entry) => this.button(entry))));
  }

  button(entry) {
    return el("button.emoji-pick", { type: "button", tabindex: "-1", "aria-label": entry.name.replaceAll("_", " "), data: { name: entry.name }, on: { click: () => this.pick(entry) } }, inTone(entry, this.tone));
  }

  pick(entry) {
    localStorage.setItem(RECENT, JSON.stringify([entry.name, ...recentNames().filter((name) => name !== entry.name)].slice(0, MOST_RECENT)));
    this.picked(entry.toned && this.tone > 1 ? `${entry.name}::skin-tone-${this.tone}` : entry.name);
  }

  tell(target) {
    if (target.dataset.name) this.told.textContent = `:${target.dataset.name}:`;
  }

  drawTones() {
    fill(this.tones, ...TONES.map(([tone, words]) => el("button.emoji-tone", { type: "button", role: "radio", "aria-checked": String(tone === this.tone), "aria-label": words, title: words, on: { click: () => this.setTone(tone) } }, inTone(HAND, tone))));
  }

  setTone(tone) {
    this.tone = tone;
    localStorage.setItem(TONE, String(tone));
    this.draw();
    this.drawTones();
    this.tones.querySelector("[aria-checked=true]").focus();
  }

  /** The arrows walk over the sheet, from the search box downwards; Enter in the box takes the first. */
  key(event) {
    const all = [...this.list.querySelectorAll(".emoji-pick")];
    if (event.key === "Enter" && event.target === this.box) {
      event.preventDefault();
      return all[0]?.click();
    }
    const next = event.target === this.box ? (event.key === "ArrowDown" ? all[0] : null) : neighbour(all, event.target, event.key);
    if (!next && !(event.key === "ArrowUp" && all.includes(event.target))) return undefined;
    event.preventDefault();
    return (next ?? this.box).focus();
  }
}

/** The emoji that stands where the arrow points. */
function neighbour(all, from, key) {
  const at = all.indexOf(from);
  if (at < 0) return null;
  if (key === "ArrowRight" || key === "ArrowLeft") return all[at + (key === "ArrowRight" ? 1 : -1)] ?? null;
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const { left, top } = from.getBoundingClientRect();
  const down = key === "ArrowDown";
  const beyond = all.map((node) => ({ node, box: node.getBoundingClientRect() })).filter(({ box }) => (down ? box.top > top + 4 : box.top < top - 4));
  const row = down ? Math.min(...beyond.map(({ box }) => box.top)) : Math.max(...beyond.map(({ box }) => box.top));
  const near = beyond.filter(({ box }) => Math.abs(box.top - row) < 4).sort((a, b) => Math.abs(a.box.left - left) - Math.abs(b.box.left - left));
  return near[0]?.node ?? null;
}

function found(typed) {
  const fits = ALL.filter(({ names }) => names.some((name) => name.includes(typed)));
  const begins = ({ names }) => Number(names.some((name) => name.startsWith(typed)));
  return fits.sort((a, b) => begins(b) - begins(a)).slice(0, 160);
}

function recentNames() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]").filter((name) => typeof name === "string");
  } catch {
    return [];
  }
}

function recent() {
  const names = [...new Set([...recentNames(), ...QUICK, "+1", "tada", "pray", "fire"])].slice(0, MOST_RECENT);
  return names.map((name) => ALL.find((entry) => entry.names.includes(name))).filter(Boolean);
}
