/** What every interactive element has in common: its labels, and what happens when its value changes. */

import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { press } from "./press.js";

/** Keeps a new value; outside an input block (or with dispatch_action) it is also sent as a press. */
export function changed(element, place, value) {
  place.surface.values.set(place.blockId, element, value);
  place.surface.touched?.(place.blockId);
  return place.input && !place.dispatch ? Promise.resolve(true) : press(place.surface, place.blockId, element, value);
}

/** The attributes that tie a control to its label, its hint and its error. */
export function labels(place, ...own) {
  const by = [place.labelledBy, ...own].filter(Boolean).join(" ");
  return { "aria-labelledby": by || null, "aria-describedby": place.describedBy ?? null, "aria-required": place.required ? "true" : null };
}

/** A text object as one plain line, for lists. */
export function spokenPlain(object) {
  return object?.text ? el("span", {}, ...textObject(object)).textContent : "";
}
