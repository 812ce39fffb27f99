/** The workspace dialog: what whoever runs this workspace may do. Its parts are in files of their own. */

import { tell } from "./api.js";
import { confirmed, showDialog } from "./dialogs.js";
import { directory } from "./directory.js";
import { el, fill, iconButton } from "./dom.js";
import { field, smallForm, textBox, tickBox } from "./smallforms.js";
import { AppsPart } from "./workspaceapps.js";
import { FaultsPart } from "./workspacefaults.js";
import { PeoplePart } from "./workspacepeople.js";

const LOOK_AGAIN_MS = 1500;
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
const plainText = (text) => ({ type: "plain_text", text });

let shown = null;

/** Opens the dialog at a part: apps, faults, people or over. */
export function openWorkspace(desk, part = "apps") {
  if (!shown) (shown = new WorkspaceDialog(desk)).open();
  shown.show(part);
}

/** Who is there has changed: an open dialog shows it at once. */
export function lookAgain() {
  shown?.look();
}

class WorkspaceDialog {
  constructor(desk) {
    this.desk = desk;
    this.told = el("p.workspace-told", { role: "status" });
    this.parts = new Map([["apps", new AppsPart(this)], ["faults", new FaultsPart(this)], ["people", new PeoplePart(this)], ["over", new OverPart(this)]]);
    this.tabs = el("div.tabs", { role: "tablist", "aria-label": "What to look after", on: { keydown: (event) => this.step(event) } }, ...[...this.parts].map(([key, { title }]) =>
      el("button.tab", { type: "button", role: "tab", id: `workspace-tab-${key}`, "aria-controls": `workspace-${key}`, data: { key }, on: { click: () => this.show(key) } }, title)));
    for (const [key, { node }] of this.parts) {
      Object.assign(node, { id: `workspace-${key}`, hidden: true });
      for (const [name, value] of [["role", "tabpanel"], ["aria-labelledby", `workspace-tab-${key}`]]) node.setAttribute(name, value);
    }
  }

  open() {
    this.dialog = el("dialog.dialog.workspace", { "aria-label": `Workspace ${directory.team.name}` },
      el("div.dialog-head", {}, el("h2", {}, directory.team.name, el("span.not-slack", {}, "Your local workspace. Not Slack.")), iconButton("close", "Close", () => this.close())),
      this.tabs, el("div.workspace-body", {}, ...[...this.parts.values()].map(({ node }) => node)), this.told);
    showDialog(this.dialog, () => this.close());
  }

  close() {
    clearTimeout(this.timer);
    this.dialog.close();
    this.dialog.remove();
    shown = null;
  }

  show(key) {
    this.part = this.parts.get(key);
    this.say("");
    for (const tab of this.tabs.children) {
      const here = tab.dataset.key === key;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      this.parts.get(tab.dataset.key).node.hidden = !here;
      if (here) tab.focus();
    }
    this.look();
  }

  /** Arrows, Home and End go from tab to tab. */
  step(event) {
    const keys = [...this.parts.keys()];
    const now = keys.indexOf(event.target.dataset.key);
    const next = event.key === "Home" ? 0 : event.key === "End" ? keys.length - 1 : event.key in STEPS ? (now + STEPS[event.key] + keys.length) % keys.length : null;
    if (next === null) return;
    event.preventDefault();
    this.show(keys[next]);
  }

  /** Fetches what the open part shows, now and every moment while it is open: apps come and go, faults are used up. */
  async look() {
    clearTimeout(this.timer);
    const { part } = this;
    try {
      await part.look();
    } catch (refusal) {
      if (!("code" in refusal)) throw refusal;
      this.say(refusal.message, "problem");
    }
    if (shown !== this || part !== this.part) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  /** Says in the dialog what came of something: notices would be behind it. */
  say(text, kind = "") {
    fill(this.told, text);
    this.told.classList.toggle("problem", kind === "problem");
  }

  /** Does something and says what came of it, or why not. */
  async attempt(act, done) {
    try {
      const answer = await act();
      await this.part.look();
      this.say(typeof done === "function" ? done(answer) : done);
      return true;
    } catch (refusal) {
      if (!("code" in refusal)) throw refusal;
      this.say(refusal.message, "problem");
      return false;
    }
  }
}

/** Renaming, and beginning anew. */
class OverPart {
  title = "Start over";

  constructor(dialog) {
    this.dialog = dialog;
    this.name = textBox("workspace-name", "name", { required: true, maxlength: "80", value: directory.team.name });
    const rename = smallForm({
      label: "Rename the workspace", done: "Rename", kind: "plain", fields: [field("Name", this.name)],
      save: async (form) => {
        await tell("team", { name: form.get("name") });
        dialog.say("The workspace has its new name.");
      },
    });
    const over = smallForm({
      label: "Start over", done: "Start over…", kind: "danger", save: (form) => this.reset(form.get("apps") === "on"),
      fields: [
        el("p", {}, "Every message, channel, file and person is forgotten; what the seed says is there again. Ordered faults are taken back. Everybody's open windows begin anew."),
        tickBox("apps", "Remove the apps too", { hint: "Otherwise they stay installed, connected, and keep their tokens." }),
      ],
    });
    this.node = el("div.workspace-part", {}, el("section", {}, el("h3", {}, "Name"), rename), el("section", {}, el("h3", {}, "As at the first start"), over));
  }

  look() {}

  async reset(withApps) {
    const what = withApps ? "Everything goes, the apps and their tokens too." : "Everything but the apps goes.";
    const sure = await confirmed({ title: plainText("Start over?"), text: plainText(`${what} This cannot be taken back.`), confirm: plainText("Start over"), deny: plainText("Keep it"), style: "danger" });
    if (!sure) return;
    await tell("reset", { apps: !withApps });
    this.dialog.close();
  }
}
