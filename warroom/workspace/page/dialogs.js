/** Dialogs that hold the whole window: asking "are you sure", and the small forms of the page itself. */

import { el, iconButton } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { closePopover } from "./popover.js";

/** Shows a dialog; `leave` is asked when Escape is pressed. An open menu takes the first Escape for itself. */
export function showDialog(dialog, leave) {
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!closePopover()) leave();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Takes every dialog of the page back, but the workspace's own and modals of apps. */
export function closeDialogs() {
  closePopover();
  for (const dialog of document.querySelectorAll("dialog[open]:not(.modal, .workspace)")) dialog.dispatchEvent(new Event("cancel"));
}

/** Asks for a confirm object; the promise answers whether the person agreed. */
export function confirmed(confirm) {
  return new Promise((resolve) => {
    const answer = (agreed) => () => {
      dialog.close();
      dialog.remove();
      resolve(agreed);
    };
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = el("dialog.dialog.confirm", { role: "alertdialog", "aria-label": confirm.title?.text ?? "Please confirm" },
      el("h2", {}, ...textObject(confirm.title)),
      el("div.dialog-words", {}, ...textObject(confirm.text)),
      el("div.dialog-end", {},
        el("button.button", { type: "button", data: { confirm: "deny" }, on: { click: answer(false) } }, ...textObject(confirm.deny ?? "Cancel")),
        el(`button.button.${style}`, { type: "button", data: { confirm: "agree" }, on: { click: answer(true) } }, ...textObject(confirm.confirm ?? "Yes"))));
    showDialog(dialog, answer(false));
  });
}

/** A form of the page's own. `fields` are nodes; `save(form)` may throw a Refusal, whose sentence is shown. */
export function openForm({ title, fields, done, save }) {
  const problem = el("p.field-error", { role: "alert" });
  const close = () => (dialog.close(), dialog.remove());
  const submit = async (event) => {
    event.preventDefault();
    try {
      await save(new FormData(event.target));
      close();
    } catch (refusal) {
      problem.textContent = refusal.message;
    }
  };
  const dialog = el("dialog.dialog", { "aria-label": title },
    el("div.dialog-head", {}, el("h2", {}, title), iconButton("close", "Close", close)),
    el("form", { on: { submit } }, ...fields, problem,
      el("div.dialog-end", {}, el("button.button", { type: "button", on: { click: close } }, "Cancel"), el("button.button.primary", { type: "submit" }, done))));
  return showDialog(dialog, close);
}
