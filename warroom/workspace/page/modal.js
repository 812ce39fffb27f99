/** An app's modals: a stack of at most three, of which the top one is shown; the workspace says what is on it. */

import { tell } from "./api.js";
import { blockNodes } from "./blocks.js";
import { directory } from "./directory.js";
import { el, fill, iconButton } from "./dom.js";
import { showDialog } from "./dialogs.js";
import { plain } from "./mrkdwn.js";
import { explain } from "./notices.js";
import { closePopover } from "./popover.js";
import { Values, problems } from "./values.js";

export class Modals {
  constructor() {
    this.stack = [];
    this.values = new Map();
    this.begun = new Set();
    this.errors = {};
    this.dialog = null;
    this.busy = false;
  }

  /** Takes the whole stack as the workspace tells it, after a (re)connection. */
  sync(views) {
    if (JSON.stringify(views) === JSON.stringify(this.stack)) return;
    this.stack = views;
    this.draw();
  }

  push(view) {
    if (this.stack.some(({ id }) => id === view.id)) return this.update(view);
    this.stack.push(view);
    this.errors = {};
    return this.draw();
  }

  update(view) {
    const at = this.stack.findIndex(({ id }) => id === view.id);
    if (at < 0) return;
    const top = at === this.stack.length - 1;
    this.stack[at] = view;
    if (!top) return;
    this.errors = {};
    this.draw();
  }

  close(viewId, cleared) {
    this.stack = cleared ? [] : this.stack.filter(({ id }) => id !== viewId);
    this.errors = {};
    this.draw();
  }

  get top() {
    return this.stack.at(-1) ?? null;
  }

  draw() {
    closePopover();
    if (!this.top) return this.hide();
    this.dialog ??= showDialog(el("dialog.dialog.modal"), () => this.leave(false));
    const same = this.dialog.dataset.view === this.top.id;
    const focus = same ? focusWithin(this.dialog) : null;
    const scroll = same ? this.dialog.querySelector(".modal-body")?.scrollTop : 0;
    this.dialog.dataset.view = this.top.id;
    this.dialog.setAttribute("aria-label", this.top.title?.text ?? "Dialog");
    fill(this.dialog, this.head(), this.form());
    this.dialog.querySelector(".modal-body").scrollTop = scroll ?? 0;
    return focus ? focus() : firstControl(this.dialog)?.focus();
  }

  hide() {
    this.dialog?.close();
    this.dialog?.remove();
    this.dialog = null;
    this.busy = false;
    this.values.clear();
    this.begun.clear();
  }

  head() {
    const app = directory.apps.get(this.top.app_id);
    const several = this.stack.length > 1;
    return el("div.dialog-head", {},
      several ? iconButton("back", "Back", () => this.leave(false)) : null,
      el("div.dialog-title", {}, el("h2", {}, ...plain(this.top.title)), app ? el("p.dialog-app", {}, app.name) : null),
      iconButton("close", several ? "Close all" : "Close", () => this.leave(several)));
  }

  form() {
    const { submit, close } = this.top;
    const end = el("div.dialog-end", {},
      el("button.button", { type: "button", on: { click: () => this.leave(false) } }, ...plain(close ?? "Close")),
      submit ? el("button.button.primary.submit", { type: "submit", disabled: this.mayNotSubmit() }, ...plain(submit)) : null);
    const heard = (event) => (event.preventDefault(), this.submit());
    return el("form.modal-form", { novalidate: true, on: { submit: heard } }, el("div.modal-body", {}, ...blockNodes(this.top.blocks, this.surface())), end);
  }

  surface() {
    const view = this.top;
    if (!this.values.has(view.id)) this.values.set(view.id, new Values());
    const values = this.values.get(view.id);
    return {
      key: `v:${view.id}`, values, target: { view_id: view.id }, errors: this.errors,
      state: () => values.state(view.blocks), touched: (blockId) => this.touched(blockId), submit: () => this.submit(),
    };
  }

  /** A view with submit_disabled can be submitted once something has been entered. */
  mayNotSubmit() {
    return Boolean(this.top.submit_disabled) && !this.begun.has(this.top.id);
  }

  /** An error beside a field goes as soon as the field is changed. */
  touched(blockId) {
    delete this.errors[blockId];
    this.begun.add(this.top.id);
    const submit = this.dialog?.querySelector(".submit");
    if (submit) submit.disabled = false;
    const field = this.dialog?.querySelector(`[data-field="${CSS.escape(blockId ?? "")}"]`);
    field?.classList.remove("wrong");
    if (field) field.querySelector(".field-error").textContent = "";
  }

  async submit() {
    const view = this.top;
    if (this.busy || !view.submit || this.mayNotSubmit()) return;
    const values = this.values.get(view.id);
    const wrong = problems(view.blocks, values);
    if (Object.keys(wrong).length) return void this.showErrors(wrong);
    this.setBusy(true);
    try {
      const answer = await tell("submit", { as: directory.me.id, view_id: view.id, values: values.state(view.blocks) });
      if (answer.errors && this.top?.id === view.id) this.showErrors(answer.errors);
    } catch (refusal) {
      explain(refusal);
    } finally {
      this.setBusy(false);
    }
  }

  setBusy(on) {
    this.busy = on;
    const button = this.dialog?.querySelector(".submit");
    button?.classList.toggle("working", on);
    if (on) button?.setAttribute("aria-busy", "true");
    else button?.removeAttribute("aria-busy");
  }

  showErrors(errors) {
    this.errors = { ...errors };
    this.draw();
    const field = this.dialog.querySelector(".field.wrong");
    field?.scrollIntoView({ block: "nearest" });
    (field && firstControl(field))?.focus({ preventScroll: true });
  }

  async leave(cleared) {
    const view = this.top;
    this.close(view.id, cleared);
    try {
      await tell("close", { as: directory.me.id, view_id: view.id, cleared });
    } catch (refusal) {
      explain(refusal);
    }
  }
}

function firstControl(root) {
  const wanted = root.querySelector("[autofocus]") ?? root.querySelector(".field :is(input, textarea, button)");
  return wanted ?? root.querySelector(".submit, .dialog-end button, button");
}

/** Remembers which control has the focus and where its cursor stands; the answer puts both back. */
function focusWithin(root) {
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  if (!active?.dataset.press) return null;
  const { selectionStart: from, selectionEnd: to } = active;
  return () => {
    const again = root.querySelector(`[data-press="${CSS.escape(active.dataset.press)}"]`);
    again?.focus({ preventScroll: true });
    if (from !== null && from !== undefined) again?.setSelectionRange?.(from, to);
  };
}
