/** The wire log: everything the app and the workspace said to each other, newest first, for whoever builds the app. */

import { ask } from "./api.js";
import { copied } from "./clipboard.js";
import { directory } from "./directory.js";
import { el, fill, iconButton } from "./dom.js";
import { explain, notice } from "./notices.js";

const LOOK_AGAIN_MS = 1500;
const MOST_KEPT = 2000;
const MOST_SHOWN = 300;
const LIMITED = 429;

const ARROWS = { in: ["→", "from the app to the workspace"], out: ["←", "from the workspace to the app"] };
const KINDS = { call: "calls", event: "events", ask: "interactions", ack: "acknowledgements", response_url: "response URLs", socket: "socket frames", lost: "lost" };
const OUTCOMES = { refused: ["refused or failed", hasFailed], limited: ["rate limited", isLimited] };

export class Inspector {
  constructor(node, { closed }) {
    Object.assign(this, { node, exchanges: [], held: [], last: 0, timer: null, rows: new Map(), paused: false });
    this.filter = el("input.input", { type: "search", placeholder: "Filter: a method, an error, an id…", "aria-label": "Filter the wire log", on: { input: () => this.draw() } });
    this.kind = this.chooser("Kind", { "": "every kind", ...KINDS });
    this.app = this.chooser("App", {});
    this.outcome = this.chooser("Outcome", { "": "every outcome", ...Object.fromEntries(Object.entries(OUTCOMES).map(([key, [words]]) => [key, words])) });
    this.count = el("span.wire-count", { role: "status" });
    this.pauser = iconButton("pause", "Pause the wire log", () => this.pause(), { "aria-pressed": "false" });
    this.list = el("div.wire-list", { role: "list", tabindex: "-1" });
    fill(node, el("div.wire-head", {}, el("h2", {}, "Wire log"), this.filter, this.kind, this.app, this.outcome, this.count, this.pauser,
      iconButton("copy", "Copy what is listed as JSON", () => this.copy(this.fits())), iconButton("close", "Close the wire log", closed)), this.list);
  }

  chooser(label, options) {
    const node = el("select.wire-pick", { "aria-label": label, on: { change: () => this.draw() } });
    fill(node, ...Object.entries(options).map(([value, words]) => el("option", { value }, words)));
    return node;
  }

  get open() {
    return !this.node.hidden;
  }

  show(on) {
    this.node.hidden = !on;
    clearTimeout(this.timer);
    if (!on) return;
    const now = this.app.value;
    fill(this.app, el("option", { value: "" }, "every app"), ...[...directory.apps.values()].map((app) => el("option", { value: app.app_id }, app.name)));
    this.app.value = now;
    this.look();
    this.filter.focus({ preventScroll: true });
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const { exchanges, last } = await ask("wire", { after: this.last });
      if (last < this.last) Object.assign(this, { exchanges: [], held: [], rows: new Map() });
      this.last = last;
      this.held = [...exchanges.reverse(), ...this.held].slice(0, MOST_KEPT);
      if (!this.paused) this.take();
      else this.tell();
    } catch (refusal) {
      if (refusal.code !== "no_answer") explain(refusal);
    }
    if (this.open) this.timer = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  /** Shows what came since the last time; while paused it is only counted. */
  take() {
    const fresh = this.held.length;
    this.exchanges = [...this.held, ...this.exchanges].slice(0, MOST_KEPT);
    this.held = [];
    if (fresh || !this.list.children.length) this.draw();
  }

  pause() {
    this.paused = !this.paused;
    const words = this.paused ? "Go on with the wire log" : "Pause the wire log";
    const again = iconButton(this.paused ? "play" : "pause", words, () => this.pause(), { "aria-pressed": String(this.paused) });
    this.pauser.replaceWith(again);
    this.pauser = again;
    again.focus();
    if (!this.paused) this.take();
    this.tell();
  }

  fits() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = OUTCOMES[this.outcome.value]?.[1] ?? (() => true);
    return this.exchanges.filter((exchange) => (!this.kind.value || exchange.kind === this.kind.value) && (!this.app.value || exchange.app_id === this.app.value)
      && outcome(exchange) && words.every((word) => textOf(exchange).includes(word)));
  }

  draw() {
    const fits = this.fits();
    this.shown = fits.length;
    this.tell();
    fill(this.list, ...fits.slice(0, MOST_SHOWN).map((exchange) => this.row(exchange)), fits.length ? null : el("p.nothing", {}, "Nothing on the wire fits."));
  }

  tell() {
    const all = this.exchanges.length;
    const held = this.held.length ? `, ${this.held.length} more while paused` : "";
    this.count.textContent = `${this.shown === all ? all : `${this.shown ?? 0} of ${all}`}${held}`;
  }

  row(exchange) {
    if (!this.rows.has(exchange.n)) this.rows.set(exchange.n, wireRow(exchange, (data) => this.copy(data)));
    return this.rows.get(exchange.n);
  }

  async copy(data) {
    if (await copied(typeof data === "string" ? data : JSON.stringify(data, null, 2))) notice("The JSON is on your clipboard.");
    else notice("The browser does not let this page copy.", "warning");
  }
}

const texts = new WeakMap();

function textOf(exchange) {
  if (!texts.has(exchange)) texts.set(exchange, JSON.stringify(exchange).toLowerCase());
  return texts.get(exchange);
}

function isLimited(exchange) {
  return exchange.status === LIMITED || exchange.response?.error === "ratelimited";
}

function hasFailed(exchange) {
  return exchange.response?.ok === false || exchange.status >= 400 || exchange.kind === "lost";
}

function wireRow(exchange, copy) {
  const [arrow, direction] = ARROWS[exchange.direction] ?? ["·", exchange.direction];
  const failed = hasFailed(exchange);
  const outcome = exchange.response?.error ?? (exchange.status && exchange.status !== 200 ? String(exchange.status) : exchange.kind === "lost" ? "lost" : "");
  const app = directory.apps.get(exchange.app_id);
  const details = el("details.wire", { role: "listitem", class: isLimited(exchange) ? "limited" : failed ? "failed" : "" },
    el("summary", {}, el("span.wire-n", {}, `#${exchange.n}`), el("time", {}, timeOf(exchange.at)), el("span.wire-arrow", { title: direction }, arrow, el("span.hidden-words", {}, direction)),
      el("span.wire-kind", {}, exchange.kind), directory.apps.size > 1 && app ? el("span.wire-app", {}, app.name) : null, el("span.wire-method", {}, exchange.method ?? ""), el("span.wire-gist", {}, gist(exchange)),
      failed ? el("span.wire-outcome", {}, isLimited(exchange) ? "⏳ 429 ratelimited" : `✕ ${outcome || "failed"}`) : null));
  const unfold = () => details.open && details.children.length === 1 && details.append(part("Request", exchange.request, copy), part(exchange.status ? `Response, HTTP ${exchange.status}` : "Response", exchange.response, copy));
  details.addEventListener("toggle", unfold);
  return details;
}

function part(title, data, copy) {
  if (data === null || data === undefined) return el("p.wire-none", {}, `${title}: none`);
  return el("div.wire-part", {}, el("div.wire-part-head", {}, el("h3", {}, title), iconButton("copy", `Copy: ${title}`, () => copy(data))), el("pre", { tabindex: "0" }, typeof data === "string" ? data : JSON.stringify(data, null, 2)));
}

/** A few words on what it was about: the kind of payload, what was pressed or said, where. */
function gist({ request }) {
  if (typeof request === "string") return request;
  const body = request?.payload ?? request ?? {};
  const kind = body.type === "event_callback" ? null : body.type;
  const subject = body.actions?.[0]?.action_id ?? body.callback_id ?? body.view?.callback_id ?? body.action_id;
  const words = body.command ? `${body.command} ${body.text ?? ""}` : (body.text ?? body.event?.text ?? body.event?.item?.ts);
  const parts = [kind, subject, body.channel?.id ?? body.channel ?? body.event?.channel ?? body.user_id, words];
  return parts.filter((part) => typeof part === "string" && part).join(" · ").slice(0, 160);
}

function timeOf(at) {
  const date = typeof at === "number" ? new Date(at * 1000) : new Date(at);
  return Number.isNaN(date.getTime()) ? String(at ?? "") : date.toLocaleTimeString("en-GB", { hour12: false }) + `.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
