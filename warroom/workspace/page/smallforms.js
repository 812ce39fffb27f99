/** Forms and lists that stay open while what they show changes under the reader's hands. */

import { el, fill } from "./dom.js";

/** A form on a page of a dialog. `save(form data)` may throw a Refusal, whose sentence is shown under the fields. */
export function smallForm({ label, fields, done, kind = "primary", more = [], save }) {
  const problem = el("p.field-error", { role: "alert" });
  const button = el(`button.button.${kind}`, { type: "submit" }, done);
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    try {
      await save(new FormData(form));
    } catch (refusal) {
      if (!("code" in refusal)) throw refusal;
      problem.textContent = refusal.message;
    } finally {
      button.disabled = false;
    }
  };
  const form = el("form.small-form", { "aria-label": label, on: { submit } }, ...fields, problem, el("div.small-end", {}, button, ...more));
  return form;
}

/** A labelled control with a hint; the control must have an id. */
export function field(label, control, hint = null) {
  if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
  return el("div.small-field", {}, el("label.label", { for: control.id }, label), control, hint ? el("p.hint", { id: `${control.id}-hint` }, ...[hint].flat()) : null);
}

export function textBox(id, name, extra = {}) {
  return el("input.input", { id, name, type: "text", autocomplete: "off", spellcheck: "false", ...extra });
}

/** A menu of the browser's own: `options` are pairs of value and words. */
export function menuBox(id, name, options, extra = {}) {
  return el("select.input", { id, name, ...extra }, ...options.map(([value, words]) => el("option", { value }, words)));
}

export function tickBox(name, words, { hint = null, ...extra } = {}) {
  return el("label.choice", {}, el("input", { type: "checkbox", name, ...extra }), el("span.choice-words", {}, words, hint ? el("span.choice-hint", {}, hint) : null));
}

const drawn = new WeakMap();

/** Draws anew only if the state has changed, and puts the focus back on the control of the same `data-act`. */
export function redraw(node, state, draw) {
  const now = JSON.stringify(state);
  if (drawn.get(node) === now) return;
  drawn.set(node, now);
  const act = node.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  fill(node, ...[draw()].flat());
  if (act) node.querySelector(`[data-act="${CSS.escape(act)}"]`)?.focus({ preventScroll: true });
}

/** A sentence in which `what is written so` is code. */
export function withCode(sentence) {
  return sentence.split("`").map((part, n) => (n % 2 ? el("code", {}, part) : part));
}
