/**
 * Sending what a person did to an interactive element, once.
 *
 * A press is known by its surface and element; until the app's answer is there the element shows that it is working and
 * further presses of it go nowhere. A message that is drawn anew meanwhile shows the same.
 */

import { tell } from "./api.js";
import { confirmed } from "./dialogs.js";
import { directory } from "./directory.js";
import { el } from "./dom.js";
import { explain } from "./notices.js";

const working = new Set();

export function pressKey(surface, blockId, element) {
  return `${surface.key}/${blockId ?? ""}/${element.action_id ?? ""}`;
}

/** Marks a control as the one for a press, and as working if its press is under way. */
export function pressable(node, key) {
  node.dataset.press = key;
  return showWorking(node, working.has(key));
}

function showWorking(node, on) {
  node.classList.toggle("working", on);
  if (on) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
  return node;
}

function controls(key) {
  return document.querySelectorAll(`[data-press="${CSS.escape(key)}"]`);
}

/**
 * Sends a block action. `chosen` is the part that depends on the element (value, selected_option, ...).
 * Answers whether the app acknowledged it; a declined confirmation answers false as well.
 */
export async function press(surface, blockId, element, chosen) {
  const key = pressKey(surface, blockId, element);
  if (working.has(key)) return false;
  working.add(key);
  try {
    const confirm = chosen.selected_option?.confirm ?? element.confirm;
    if (confirm && !(await confirmed(confirm))) return false;
    for (const node of controls(key)) showWorking(node, true);
    await tell("press", body(surface, blockId, element, chosen));
    for (const node of controls(key)) clearFailure(node);
    return true;
  } catch (refusal) {
    explain(refusal);
    for (const node of controls(key)) showFailure(node, refusal);
    return false;
  } finally {
    working.delete(key);
    for (const node of controls(key)) showWorking(node, false);
  }
}

function body(surface, blockId, element, chosen) {
  const action = { block_id: blockId, action_id: element.action_id, type: element.type, ...chosen };
  const state = surface.state?.() ?? {};
  return { as: directory.me.id, action, ...surface.target, ...(Object.keys(state).length ? { state: { values: state } } : {}) };
}

function showFailure(node, refusal) {
  clearFailure(node);
  const words = refusal.code === "operation_timeout" ? "no answer in 3 seconds" : "failed";
  node.insertAdjacentElement("afterend", el("span.press-failed", { role: "status" }, `⚠ ${words}`));
}

function clearFailure(node) {
  if (node.nextElementSibling?.classList.contains("press-failed")) node.nextElementSibling.remove();
}
