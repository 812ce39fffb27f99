/**
 * A list of messages that keeps itself in order: the channel's in the middle, a thread's at the side.
 *
 * Rows are kept by ts and only those that changed are drawn anew, so the focus, an open menu and the place one is reading
 * stay where they are while messages arrive. It follows the newest message only when the reader is already there.
 */

import { dayKey, dayName } from "./dates.js";
import { directory } from "./directory.js";
import { el, fill, icon } from "./dom.js";
import { actOnMessage, isHead, isSystem, messageRow } from "./message.js";

const NEAR_END_PX = 80;

export class Pane {
  constructor({ label, inThread = false, seen = () => {} }) {
    this.list = el("div.message-list", { role: "log", "aria-label": label, "aria-live": "off", on: { keydown: (event) => this.key(event) } });
    this.scroller = el("div.scroller", { tabindex: "-1", on: { scroll: () => this.moved() } }, this.list);
    this.jump = el("button.jump", { type: "button", on: { click: () => this.toEnd(true) } });
    this.node = el("div.pane", {}, this.scroller, this.jump);
    Object.assign(this, { inThread, seen, messages: new Map(), rows: new Map(), dividers: new Map(), waiting: null, following: true, missed: 0, lastTop: 0 });
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.list);
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.scroller);
  }

  /** Events that arrive while the messages are being fetched are kept and applied afterwards. */
  expect() {
    this.waiting = [];
  }

  /** Shows a fetched list, oldest first. `newFrom` is the ts of the first unread message, `lead` stands above the first. */
  show(messages, { desk, channelId, newFrom = null, lead = null, keepPlace = false }) {
    const late = this.waiting ?? [];
    this.waiting = null;
    Object.assign(this, { desk, channelId, newFrom: keepPlace ? this.newFrom : newFrom, lead });
    this.messages = new Map(messages.map((message) => [message.ts, this.kept(message)]));
    if (!keepPlace) Object.assign(this, { rows: new Map(), dividers: new Map(), following: true, missed: 0 });
    this.draw();
    for (const apply of late) apply();
    if (!keepPlace) this.start();
  }

  /** The object already shown when the fetched one says the same, so that its row is not drawn anew. */
  kept(message) {
    const known = this.messages.get(message.ts);
    return known && JSON.stringify(known) === JSON.stringify(message) ? known : message;
  }

  start() {
    const line = this.list.querySelector(".new-line");
    this.following = !line;
    if (line) line.scrollIntoView({ block: "center" });
    else this.toEnd();
    this.scrolled();
  }

  /** Puts older messages before the first; what the reader looks at stays where it is. */
  prepend(messages, lead) {
    const { scrollHeight, scrollTop } = this.scroller;
    this.following = false;
    this.messages = new Map([...messages.map((message) => [message.ts, message]), ...this.messages]);
    this.lead = lead;
    this.draw();
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
  }

  /** Takes the "New" line away: everything counts as read. */
  forgetNew() {
    if (this.newFrom === null) return;
    this.newFrom = null;
    if (this.desk) this.draw();
  }

  has(ts) {
    return this.messages.has(ts);
  }

  get newest() {
    return [...this.messages.keys()].at(-1) ?? null;
  }

  /** Adds or replaces a message. */
  put(message, { fresh = false } = {}) {
    if (this.waiting) return void this.waiting.push(() => this.put(message, { fresh }));
    const added = !this.messages.has(message.ts);
    this.messages.set(message.ts, message);
    if (added) this.messages = new Map([...this.messages].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })));
    const mine = message.user === directory.me.id && !message.is_ephemeral;
    if (added && fresh && !this.following && !mine) this.missed += 1;
    if (added && fresh && mine) this.following = true;
    this.draw(added && fresh ? message.ts : null);
    return undefined;
  }

  drop(ts) {
    if (this.waiting) return void this.waiting.push(() => this.drop(ts));
    this.messages.delete(ts);
    this.draw();
    return undefined;
  }

  draw(freshTs = null) {
    const focus = this.focused();
    const wanted = this.wantedNodes(freshTs);
    reconcile(this.list, wanted);
    this.refocus(focus);
    this.rove();
    if (this.following) this.toEnd();
    this.scrolled();
  }

  wantedNodes(freshTs) {
    const nodes = this.lead ? [this.lead] : [];
    let before = null;
    for (const message of this.messages.values()) {
      const line = message.ts === this.newFrom;
      if (!this.inThread && (!before || dayKey(before.ts) !== dayKey(message.ts))) nodes.push(this.divider(`day-${dayKey(message.ts)}`, () => dayDivider(message.ts)));
      if (line) nodes.push(this.divider("new", () => el("div.new-line", { role: "separator", "aria-label": "New messages" }, el("span", {}, "New"))));
      nodes.push(this.row(message, line || isHead(message, before), message.ts === freshTs));
      if (this.inThread && !before) nodes.push(this.divider(`count-${this.messages.size}`, () => countDivider(this.messages.size - 1)));
      before = message;
    }
    return nodes;
  }

  divider(key, made) {
    if (!this.dividers.has(key)) this.dividers.set(key, made());
    return this.dividers.get(key);
  }

  row(message, head, fresh) {
    const known = this.rows.get(message.ts);
    if (known && known.message === message && known.head === head) return known.node;
    const node = messageRow(message, { channelId: this.channelId, head, inThread: this.inThread, desk: this.desk });
    node.classList.toggle("fresh", fresh);
    node.addEventListener("animationend", () => node.classList.remove("fresh", "flash"));
    this.rows.set(message.ts, { message, head, node });
    return node;
  }

  // --- where the reader is ---

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** Only the reader's own move away from the end stops the following; a window or composer that grows does not. */
  moved() {
    if (!this.atEnd() && this.scroller.scrollTop < this.lastTop - 1) this.following = false;
    this.lastTop = this.scroller.scrollTop;
    this.scrolled();
  }

  scrolled() {
    if (this.atEnd()) this.following = true;
    if (this.following) this.missed = 0;
    this.jump.hidden = this.following;
    const words = this.missed ? `${this.missed} new ${this.missed === 1 ? "message" : "messages"}` : "Jump to newest";
    if (this.jump.dataset.words !== words) fill(this.jump, icon("down"), words);
    this.jump.dataset.words = words;
    if (this.following && !document.hidden && this.newest) this.seen(this.newest);
  }

  toEnd(smooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !reducedMotion() ? "smooth" : "instant" });
  }

  /** Brings a message into view and marks it for a moment; false when it is not in the list. */
  reveal(ts) {
    const row = this.rows.get(ts)?.node;
    if (!row?.isConnected) return false;
    this.following = false;
    row.scrollIntoView({ block: "center" });
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
    row.focus({ preventScroll: true });
    return true;
  }

  // --- the keyboard ---

  focused() {
    const active = document.activeElement;
    const row = this.list.contains(active) ? active.closest("[data-ts]") : null;
    if (!row) return null;
    return { active, ts: row.dataset.ts, press: active.dataset.press, act: active.dataset.act };
  }

  refocus(focus) {
    if (!focus || focus.active.isConnected) return;
    const row = this.rows.get(focus.ts)?.node;
    const same = focus.press ? `[data-press="${CSS.escape(focus.press)}"]` : focus.act ? `[data-act="${CSS.escape(focus.act)}"]` : null;
    ((same && row?.querySelector(same)) ?? row)?.focus({ preventScroll: true });
  }

  /** One row can be reached with Tab; the arrows move from there. */
  rove(chosen = null) {
    const rows = [...this.list.querySelectorAll(".message")];
    const now = chosen ?? rows.find((row) => row.contains(document.activeElement)) ?? rows.at(-1);
    for (const row of rows) row.tabIndex = row === now ? 0 : -1;
  }

  key(event) {
    if (!event.target.classList.contains("message") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return void this.letter(event);
    const rows = [...this.list.querySelectorAll(".message")];
    const next = rows[rows.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    this.rove(next);
    next.focus();
  }

  /** A single letter on a message does something with it. */
  letter(event) {
    const message = this.messages.get(event.target.dataset.ts);
    if (!message || !actOnMessage(event.key, message, event.target, { desk: this.desk, inThread: this.inThread })) return;
    event.preventDefault();
  }

  /** The reader's own newest message, for "arrow up edits it". */
  lastOwn() {
    return [...this.messages.values()].reverse().find((message) => message.user === directory.me.id && !message.bot_id && !isSystem(message) && !message.is_ephemeral) ?? null;
  }
}

function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Makes the node's children the wanted ones without touching those that already stand right. */
function reconcile(node, wanted) {
  const keep = new Set(wanted);
  for (const child of [...node.children]) if (!keep.has(child)) child.remove();
  let cursor = node.firstChild;
  for (const child of wanted) {
    if (child === cursor) cursor = cursor.nextSibling;
    else node.insertBefore(child, cursor);
  }
}

function dayDivider(ts) {
  return el("div.day", { role: "separator", "aria-label": dayName(ts) }, el("span", {}, dayName(ts)));
}

function countDivider(replies) {
  const words = replies === 1 ? "1 reply" : `${replies} replies`;
  return el("div.day", { role: "separator" }, el("span", {}, replies ? words : "No replies yet"));
}
