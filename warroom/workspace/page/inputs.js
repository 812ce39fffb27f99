/** Things one types or sets: texts, numbers, addresses, dates and times. */

import { el } from "./dom.js";
import { changed, labels } from "./entries.js";
import { spoken } from "./mrkdwn.js";
import { press, pressable, pressKey } from "./press.js";

const MOMENTS = { date: "Date", time: "Time", "datetime-local": "Date and time" };
const TYPES = { number_input: "text", email_text_input: "email", url_text_input: "url", plain_text_input: "text" };

export function textInput(element, place) {
  const value = place.surface.values.of(place.blockId, element).value ?? "";
  const tag = element.multiline ? "textarea.input" : "input.input";
  const type = element.multiline ? { rows: "4" } : { type: TYPES[element.type], inputmode: element.type === "number_input" ? "decimal" : null };
  const count = el("span.count", { "aria-hidden": "true" });
  const heard = () => {
    const text = node.value;
    place.surface.values.set(place.blockId, element, { value: text === "" ? null : text });
    place.surface.touched?.(place.blockId);
    showCount(count, element, text);
    if (sendsOn(element, place, "on_character_entered")) press(place.surface, place.blockId, element, { value: text });
  };
  const node = el(tag, {
    ...type, value, placeholder: element.placeholder?.text ?? null, autocomplete: "off", autofocus: element.focus_on_load ?? null,
    on: { input: heard, keydown: (event) => entered(event, element, place) }, ...labels(place),
  });
  showCount(count, element, value);
  return el("span.input-wrap", {}, pressable(node, pressKey(place.surface, place.blockId, element)), count);
}

function sendsOn(element, place, moment) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return (place.dispatch || !place.input) && on.includes(moment);
}

function entered(event, element, place) {
  if (event.key !== "Enter" || event.isComposing || element.multiline) return;
  event.preventDefault();
  if (sendsOn(element, place, "on_enter_pressed")) press(place.surface, place.blockId, element, { value: event.target.value });
  else place.surface.submit?.();
}

function showCount(count, element, text) {
  const left = element.max_length ? element.max_length - text.length : null;
  count.textContent = left !== null && left <= 50 ? String(left) : "";
  count.classList.toggle("over", left !== null && left < 0);
}

/** A field of the browser's own for a date, a time or both; `field` is how the value is called. */
export function moment(type, field, { fromInput = (text) => text || null, toInput = (value) => value ?? "" } = {}) {
  return (element, place) => {
    const heard = () => changed(element, place, { [field]: fromInput(node.value) });
    const value = toInput(place.surface.values.of(place.blockId, element)[field]);
    const node = el("input.input.moment", { type, value, title: spoken(element.placeholder?.text) || null, "aria-label": place.labelledBy ? null : spoken(element.placeholder?.text) || MOMENTS[type], on: { change: heard }, ...labels(place) });
    return pressable(node, pressKey(place.surface, place.blockId, element));
  };
}

/** Seconds since 1970 on the app's side, the reader's own clock on this side. */
export const localMoment = {
  fromInput: (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null),
  toInput: (seconds) => (seconds ? new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : ""),
};
