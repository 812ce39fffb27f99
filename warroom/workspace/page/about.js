/** The About tab of an app: what it is and what it can be asked for. */

import { avatar } from "./avatar.js";
import { personOf } from "./directory.js";
import { el } from "./dom.js";

export class About {
  constructor(app, desk) {
    Object.assign(this, { app, desk });
    const person = personOf(app.bot_user_id);
    const ids = [["App", app.app_id], ["Bot user", app.bot_user_id], ["Bot", app.bot_id]].filter(([, id]) => id);
    this.node = el("div.home", { tabindex: "-1" }, el("div.home-page.about", {},
      el("div.about-head", {}, avatar(person?.avatar ?? { emoji: ":robot_face:" }, "large"), el("div", {}, el("h2", {}, app.name), el("p.topic", {}, app.description || "An app installed in this local workspace."))),
      this.part("Slash commands", (app.commands ?? []).map((command) => this.command(command)), "This app has no slash commands."),
      this.part("Shortcuts", (app.shortcuts ?? []).map((shortcut) => this.shortcut(shortcut)), "This app has no shortcuts."),
      app.scopes?.length ? this.part("May", app.scopes.map((scope) => el("li", {}, el("code", {}, scope)))) : null,
      el("section", {}, el("h3", {}, "Ids"), el("dl.ids", {}, ...ids.flatMap(([label, id]) => [el("dt", {}, label), el("dd", {}, el("code", {}, id))])))));
  }

  part(title, rows, none = "") {
    return el("section", {}, el("h3", {}, title), rows.length ? el("ul.about-list", {}, ...rows) : el("p.hint", {}, none));
  }

  command({ command, usage_hint: usage, description }) {
    return el("li", {}, el("code", {}, `${command} ${usage ?? ""}`.trim()), el("span.hint", {}, description ?? ""));
  }

  shortcut(shortcut) {
    const where = shortcut.type === "message" ? "on a message" : "anywhere";
    const run = shortcut.type === "message" ? null : el("button.button", { type: "button", on: { click: () => this.desk.deeds.shortcut(shortcut) } }, "Run");
    return el("li", {}, el("span", {}, el("strong", {}, shortcut.name), " ", el("span.hint", {}, [where, shortcut.description].filter(Boolean).join(" · "))), run);
  }
}
