/** What this page cannot show is said to be so, with its JSON at hand: a missing piece must be visible. */

import { el } from "./dom.js";

const LONGEST_NAME = 60;

/** A note in place of a block, an element or a part; `given` is its JSON. */
export function unknown(what, given) {
  const type = String(given?.type ?? "without a name").slice(0, LONGEST_NAME);
  return noted(`This ${what} of type “${type}” cannot be shown here.`, given);
}

/** A note in place of something that is known but not as it should be. */
export function broken(what, given) {
  const type = String(given?.type ?? "without a name").slice(0, LONGEST_NAME);
  return noted(`This ${what} of type “${type}” is not as it should be and cannot be shown.`, given);
}

function noted(words, given) {
  return el("details.unsupported", {}, el("summary", {}, words), el("pre", { tabindex: "0" }, JSON.stringify(given ?? null, null, 2)));
}
