/** The `rich_text_input`: one types with marks, buttons set them, and below stands what it becomes. */

import { el, fill } from "./dom.js";
import { labels } from "./entries.js";
import { press, pressable, pressKey } from "./press.js";
import { richText } from "./richtext.js";
import { richFrom, typedFrom } from "./richwrite.js";

const LINE_PX = 22;
const BUTTONS = [["*", "B", "Bold", "b"], ["_", "I", "Italic", "i"], ["~", "S", "Strikethrough", null], ["`", "<>", "Code", null]];
const STARTS = [["- ", "•", "List"], ["1. ", "1.", "Numbered list"], ["> ", "❝", "Quote"]];

export function richInput(element, place) {
  const { values } = place.surface;
  const given = values.of(place.blockId, element);
  const preview = el("div.rich-preview", { "aria-live": "off" });
  const heard = () => {
    const value = richFrom(box.value);
    values.set(place.blockId, element, { rich_text_value: value, typed: box.value });
    place.surface.touched?.(place.blockId);
    show(preview, value);
    if (element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered") && place.dispatch) send();
  };
  const send = () => press(place.surface, place.blockId, element, { rich_text_value: richFrom(box.value) });
  const box = el("textarea.input.rich-box", {
    rows: String(Math.max(2, Math.min(12, element.min_lines ?? 4))), value: given.typed ?? typedFrom(given.rich_text_value), placeholder: element.placeholder?.text ?? null, autofocus: element.focus_on_load ?? null,
    on: { input: heard, keydown: (event) => shortcut(event, box) }, ...labels(place),
  });
  if (element.max_lines) box.style.maxHeight = `${element.max_lines * LINE_PX + 16}px`;
  show(preview, given.rich_text_value);
  pressable(box, pressKey(place.surface, place.blockId, element));
  return el("div.rich-input", {}, tools(box), box, preview);
}

function show(preview, value) {
  fill(preview, value ? [el("span.hidden-words", {}, "Preview: "), richText(value)] : null);
  preview.hidden = !value;
}

function tools(box) {
  const one = (label, sign, act) => el("button.rich-tool", { type: "button", tabindex: "-1", title: label, "aria-label": label, on: { click: () => (act(), box.focus()) } }, sign);
  return el("div.rich-tools", { role: "toolbar", "aria-label": "Formatting" },
    ...BUTTONS.map(([mark, sign, label]) => one(label, sign, () => surround(box, mark))),
    ...STARTS.map(([start, sign, label]) => one(label, sign, () => begin(box, start))));
}

/** Puts a mark around what is selected. */
function surround(box, mark) {
  const { selectionStart: from, selectionEnd: to } = box;
  box.setRangeText(`${mark}${box.value.slice(from, to)}${mark}`, from, to, "select");
  box.setSelectionRange(from + 1, to + 1);
  box.dispatchEvent(new Event("input"));
}

/** Begins every selected line with `start`. */
function begin(box, start) {
  const from = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const lines = box.value.slice(from, box.selectionEnd).split("\n");
  box.setRangeText(lines.map((line) => start + line).join("\n"), from, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
}

function shortcut(event, box) {
  const known = (event.ctrlKey || event.metaKey) && !event.altKey && BUTTONS.find(([, , , key]) => key && key === event.key.toLowerCase());
  if (!known) return;
  event.preventDefault();
  surround(box, known[0]);
}
