/** The wire log: everything the app and the workspace said to each other, newest first, for whoever builds the app. */

import { ask } from "./api.js";
import { el, fill, iconButton } from "./dom.js";
import { explain } from "./notices.js";

const LOOK_AGAIN_MS = 1500;
const MOST_KEPT = 2000;
const MOST_SHOWN = 300;

const ARROWS = { in: ["→", "from the app to the workspace"], out: ["←", "from the workspace to the app"] };

export class Inspector {
  constructor(node, { closed }) {
    Object.assign(this, { node, exchanges: [], last: 0, timer: null, rows: new Map() });
    this.filter = el("input.input", { type: "search", placeholder: "Filter: a method, an error, an id…", "aria-label": "Filter the wire log", on: { input: () => this.draw() } });
    this.count = el("span.wire-count", { role: "status" });
    this.list = el("div.wire-list", { role: "list", tabindex: "-1" });
    fill(node, el("div.wire-head", {}, el("h2", {}, "Wire log"), this.filter, this.count, iconButton("close", "Close the wire log", closed)), this.list);
  }

  get open() {
    return !this.node.hidden;
  }

  show(on) {
    this.node.hidden = !on;
    clearTimeout(this.timer);
    if (on) this.look();
    if (on) this.filter.focus({ preventScroll: true });
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const { exchanges, last } = await ask("wire", { after: this.last });
      if (last < this.last) Object.assign(this, { exchanges: [], rows: new Map() });
      this.last = last;
      this.exchanges = [...exchanges.reverse(), ...this.exchanges].slice(0, MOST_KEPT);
      if (exchanges.length || !this.list.children.length) this.draw();
    } catch (refusal) {
      if (refusal.code !== "no_answer") explain(refusal);
    }
    if (this.open) this.timer = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = this.exchanges.filter((exchange) => words.every((word) => textOf(exchange).includes(word)));
    this.count.textContent = words.length ? `${fits.length} of ${this.exchanges.length}` : `${this.exchanges.length}`;
    fill(this.list, ...fits.slice(0, MOST_SHOWN).map((exchange) => this.row(exchange)), fits.length ? null : el("p.nothing", {}, "Nothing on the wire fits."));
  }

  row(exchange) {
    if (!this.rows.has(exchange.n)) this.rows.set(exchange.n, wireRow(exchange));
    return this.rows.get(exchange.n);
  }
}

const texts = new WeakMap();

function textOf(exchange) {
  if (!texts.has(exchange)) texts.set(exchange, JSON.stringify(exchange).toLowerCase());
  return texts.get(exchange);
}

function wireRow(exchange) {
  const [arrow, direction] = ARROWS[exchange.direction] ?? ["·", exchange.direction];
  const failed = exchange.response?.ok === false || exchange.status >= 400;
  const outcome = exchange.response?.error ?? (exchange.status && exchange.status !== 200 ? String(exchange.status) : "");
  const details = el("details.wire", { role: "listitem", class: failed ? "failed" : "" },
    el("summary", {}, el("span.wire-n", {}, `#${exchange.n}`), el("time", {}, timeOf(exchange.at)), el("span.wire-arrow", { title: direction }, arrow, el("span.hidden-words", {}, direction)),
      el("span.wire-kind", {}, exchange.kind), el("span.wire-method", {}, exchange.method ?? ""), el("span.wire-gist", {}, gist(exchange)),
      failed ? el("span.wire-outcome", {}, `✕ ${outcome || "failed"}`) : null));
  const unfold = () => details.open && details.children.length === 1 && details.append(part("Request", exchange.request), part("Response", exchange.response));
  details.addEventListener("toggle", unfold);
  return details;
}

function part(title, data) {
  if (data === null || data === undefined) return el("p.wire-none", {}, `${title}: none`);
  return el("div.wire-part", {}, el("h3", {}, title), el("pre", { tabindex: "0" }, typeof data === "string" ? data : JSON.stringify(data, null, 2)));
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
