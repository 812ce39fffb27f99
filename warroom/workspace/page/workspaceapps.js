/** The apps of the workspace: whether they are there, their tokens, and installing another. */

import { ask, tell } from "./api.js";
import { avatar } from "./avatar.js";
import { copied } from "./clipboard.js";
import { confirmed } from "./dialogs.js";
import { personOf } from "./directory.js";
import { el, icon, iconButton } from "./dom.js";
import { field, redraw, smallForm } from "./smallforms.js";

const SECRETS = [["bot_token", "Bot token", "SLACK_BOT_TOKEN"], ["app_token", "App token", "SLACK_APP_TOKEN"], ["signing_secret", "Signing secret", "SLACK_SIGNING_SECRET"]];
const DOTS = "••••••••••••";
const plainText = (text) => ({ type: "plain_text", text });

const EXAMPLE = {
  display_information: { name: "greeter" },
  features: { bot_user: { display_name: "greeter" }, slash_commands: [{ command: "/greet", description: "Greets" }] },
  oauth_config: { scopes: { bot: ["chat:write", "channels:join", "channels:history", "commands"] } },
  settings: { event_subscriptions: { bot_events: ["message.channels"] }, interactivity: { is_enabled: true }, socket_mode_enabled: true },
};

export class AppsPart {
  title = "Apps";

  constructor(dialog) {
    Object.assign(this, { dialog, apps: null, open: new Set() });
    this.list = el("div.app-cards");
    this.manifest = el("textarea.input.manifest", { id: "workspace-manifest", name: "manifest", rows: "9", required: true, spellcheck: "false", autocomplete: "off", placeholder: "display_information:\n  name: greeter\n…" });
    const example = el("button.button", { type: "button", on: { click: () => (this.manifest.value = JSON.stringify(EXAMPLE, null, 2), this.manifest.focus()) } }, "Fill in an example");
    const form = smallForm({
      label: "Install an app", done: "Install", more: [example], save: (data) => this.install(data.get("manifest")),
      fields: [field("Manifest", this.manifest, "As Slack shows it, in JSON or YAML. An app of the same name is updated and keeps its tokens.")],
    });
    this.installer = el("details.fold", {}, el("summary", {}, icon("chevron"), "Install an app"), form);
    this.node = el("div.workspace-part", {}, this.list, this.installer);
  }

  async look() {
    const { apps } = await ask("apps");
    if (!this.apps && !apps.length) this.installer.open = true;
    this.apps = apps;
    this.draw();
  }

  draw() {
    redraw(this.list, [this.apps, [...this.open]], () => (this.apps.length ? this.apps.map((app) => this.card(app)) : this.nobody()));
  }

  nobody() {
    return el("div.workspace-empty", {}, el("p", {}, el("strong", {}, "There is no app here yet.")),
      el("p", {}, "Paste the manifest of your Slack app below. It gets tokens that are good here and nowhere else; start your app with them, and point its base URL at this workspace:"),
      el("p", {}, el("code", {}, apiUrl())));
  }

  card(app) {
    const person = personOf(app.bot_user_id);
    return el("article.app-card", { "aria-label": app.name },
      el("div.app-card-head", {}, avatar(person?.avatar ?? { emoji: ":robot_face:" }), el("div.app-card-words", {}, el("h3", {}, app.name, ...this.standing(app)), el("p.hint", {}, ...this.reach(app)))),
      el("div.secrets", {}, ...SECRETS.map((secret) => this.secret(app, secret))), el("div.actions", {}, ...this.actions(app)));
  }

  standing(app) {
    return [app.revoked ? el("span.badge.wrong", {}, "Tokens revoked") : null, app.muted ? el("span.badge.wrong", {}, "Events switched off") : null];
  }

  /** How the app is reached, and whether it can be. */
  reach(app) {
    const mark = (good, words) => el("span.reach", { class: good ? "good" : "" }, el("span.reach-dot", { "aria-hidden": "true" }, good ? "●" : "○"), words);
    if (app.socket_mode) return ["Socket Mode", mark(app.connections > 0, app.connections === 1 ? "1 connection" : app.connections ? `${app.connections} connections` : "not connected")];
    if (!app.request_url) return ["HTTP, and no request URL for events"];
    return [el("code", {}, app.request_url), mark(app.verified, app.verified ? "answered the challenge" : "has not answered the challenge yet")];
  }

  secret(app, [key, words]) {
    const value = app[key];
    const id = `${app.app_id}-${key}`;
    const open = this.open.has(id);
    const of = `the ${words.toLowerCase()} of ${app.name}`;
    const turn = () => (open ? this.open.delete(id) : this.open.add(id), this.draw());
    const copy = () => this.copy(value, `${words} of ${app.name}`);
    return el("div.secret", {}, el("span.secret-name", {}, words), el("code.secret-value", {}, open ? value : masked(value)),
      iconButton("eye", `${open ? "Hide" : "Show"} ${of}`, turn, { "aria-pressed": String(open), data: { act: `show-${id}` } }), iconButton("copy", `Copy ${of}`, copy, { data: { act: `copy-${id}` } }));
  }

  actions(app) {
    const act = (name, words, run, kind = "") => el("button.button", { type: "button", class: kind, "aria-label": `${words}: ${app.name}`, data: { act: `${name}-${app.app_id}` }, on: { click: run } }, words);
    const body = { app_id: app.app_id };
    const { dialog } = this;
    return [
      act("exports", "Copy as shell exports", () => this.copy(exports(app), `Shell exports for ${app.name}`)),
      !app.socket_mode && app.request_url ? act("verify", "Check request URL", () => dialog.attempt(() => tell("verify", body), `${app.request_url} has answered the challenge.`)) : null,
      app.muted && !app.revoked ? act("unmute", "Send events again", () => dialog.attempt(() => tell("restore", body), `${app.name} is sent events again.`)) : null,
      app.revoked ? act("tokens", "Restore tokens", () => dialog.attempt(() => tell("restore", body), `The tokens of ${app.name} are good again.`)) : act("tokens", "Revoke tokens", () => this.revoke(app), "danger"),
    ];
  }

  async revoke(app) {
    const sure = await confirmed({ title: plainText(`Revoke the tokens of ${app.name}?`), text: plainText("Its calls are answered token_revoked and its connections end, until you restore them."), confirm: plainText("Revoke"), deny: plainText("Keep them"), style: "danger" });
    if (sure) await this.dialog.attempt(() => tell("revoke", { app_id: app.app_id }), `The tokens of ${app.name} are revoked.`);
    this.list.querySelector(`[data-act="tokens-${CSS.escape(app.app_id)}"]`)?.focus();
  }

  async copy(text, words) {
    if (await copied(text)) this.dialog.say(`Copied: ${words}.`);
    else this.dialog.say("The browser does not let this page copy. Show it, and copy it by hand.", "problem");
  }

  async install(manifest) {
    const { app, warning } = await tell("install", { manifest });
    this.manifest.value = "";
    this.installer.open = false;
    await this.look();
    const exporter = this.list.querySelector(`[data-act="exports-${CSS.escape(app.app_id)}"]`);
    exporter?.focus();
    exporter?.closest(".app-card").scrollIntoView({ block: "nearest" });
    this.dialog.say(warning ? `${app.name} is installed, but: ${warning}` : `${app.name} is installed.`, warning ? "problem" : "");
  }
}

/** Only what tells the kinds of tokens apart. */
function masked(value) {
  return `${/^x\w+-/.exec(value)?.[0] ?? ""}${DOTS}`;
}

function apiUrl() {
  return `${location.origin}/api/`;
}

function exports(app) {
  return [...SECRETS.map(([key, , name]) => `export ${name}=${app[key]}`), `export SLACK_API_URL=${apiUrl()}`, ""].join("\n");
}
