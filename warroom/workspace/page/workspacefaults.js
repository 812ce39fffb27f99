/** What goes wrong on purpose: ordering faults, what is still to come, rate limits. */

import { ask, tell } from "./api.js";
import { directory } from "./directory.js";
import { el, fill } from "./dom.js";
import { field, menuBox, redraw, smallForm, textBox, tickBox, withCode } from "./smallforms.js";

const METHODS = "workspace-methods";
const MOST_IN_MENU = 60;

export class FaultsPart {
  title = "Faults";

  constructor(dialog) {
    Object.assign(this, { dialog, faults: null });
    this.limits = el("input", { type: "checkbox", id: "workspace-limits", on: { change: () => this.limit() } });
    this.pending = el("div.pending");
    this.menu = menuBox("workspace-fault", "fault", [], { on: { change: () => this.choose() } });
    this.sentence = el("p.hint", { id: "workspace-fault-hint", "aria-live": "polite" });
    this.menu.setAttribute("aria-describedby", this.sentence.id);
    this.fields = el("div.small-pair");
    this.methods = el("datalist", { id: METHODS });
    const form = smallForm({
      label: "Order a fault", done: "Order it", save: (data) => this.order(data),
      fields: [el("div.small-field", {}, el("label.label", { for: this.menu.id }, "What goes wrong"), this.menu, this.sentence), this.fields],
    });
    this.node = el("div.workspace-part", {}, el("section", {}, el("h3", {}, "Order a fault"), form, this.methods), el("section", {}, el("h3", {}, "Still to come"), this.pending),
      el("section", {}, el("h3", {}, "Rate limits"), el("label.choice", {}, this.limits, el("span.choice-words", {}, "Answer 429 as Slack does", el("span.choice-hint", {}, "By each method's tier, and about one message a second and channel.")))));
  }

  async look() {
    const { faults, pending, rate_limits: limits, methods } = await ask("faults");
    if (!this.faults) this.learn(faults, methods);
    this.limits.checked = limits.enabled;
    this.draw(pending);
  }

  learn(faults, methods) {
    this.faults = new Map(faults.filter(({ name }) => name !== "clear").map((fault) => [fault.name, fault]));
    fill(this.menu, ...[...this.faults.keys()].map((name) => el("option", { value: name }, `${name} – ${shortened(this.faults.get(name).sentence)}`)));
    fill(this.methods, ...["*", ...methods].map((value) => el("option", { value })));
    this.choose();
  }

  choose() {
    const fault = this.faults.get(this.menu.value);
    fill(this.sentence, ...withCode(fault.sentence));
    fill(this.fields, ...fault.fields.map((one) => this.control(one)));
  }

  control({ name, kind, required, default: given }) {
    const id = `workspace-fault-${name}`;
    if (kind === "boolean") return tickBox(name, name, { checked: given === true });
    if (name === "app_id") return field(name, menuBox(id, name, [["", "every app"], ...[...directory.apps.values()].map((app) => [app.app_id, app.name])]));
    if (name === "method") return field(name, textBox(id, name, { required, list: METHODS, placeholder: "chat.postMessage, or *", title: "A method, or * for every method" }));
    const number = kind === "text" ? {} : { type: "number", min: "0", step: kind === "integer" ? "1" : "any" };
    return field(name, textBox(id, name, { required, value: given ?? "", ...number }));
  }

  /** The order as the form says it; what is left empty is left out. */
  async order(data) {
    const { name, fields } = this.faults.get(data.get("fault"));
    const order = { fault: name };
    for (const { name: key, kind } of fields) {
      const given = data.get(key);
      if (kind === "boolean") order[key] = given === "on";
      else if (given) order[key] = kind === "text" ? given.trim() : Number(given);
    }
    const { pending } = await tell("faults", order);
    this.draw(pending);
    this.dialog.say(`Ordered: ${name}.`);
  }

  draw({ listed }) {
    const row = ({ place, what, times }) => el("li", {}, el("span.pending-times", {}, times ? `${times} ×` : "now"), el("code", {}, place), el("span.pending-what", {}, what));
    const clear = () => el("button.button", { type: "button", data: { act: "clear" }, on: { click: () => this.clear() } }, "Clear all");
    redraw(this.pending, listed, () => (listed.length ? [el("ul", { "aria-label": "Still to come" }, ...listed.map(row)), clear()] : el("p.hint", {}, "Nothing: everything goes as it should.")));
  }

  async clear() {
    await this.dialog.attempt(() => tell("faults", { fault: "clear" }), "No fault is left.");
    this.menu.focus();
  }

  async limit() {
    const enabled = this.limits.checked;
    await this.dialog.attempt(() => tell("rate-limits", { enabled }), enabled ? "Calls are answered 429 as Slack does." : "No call is answered 429.");
  }
}

/** A sentence that fits into a line of a menu; the whole of it stands under the menu. */
function shortened(sentence) {
  const words = sentence.replaceAll("`", "");
  return words.length <= MOST_IN_MENU ? words : `${words.slice(0, MOST_IN_MENU).replace(/\W*\s\S*$/, "")}…`;
}
