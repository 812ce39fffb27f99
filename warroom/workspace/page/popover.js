/** Small surfaces that open beside a control: menus, and lists one picks from by typing. One is open at a time. */

import { el, fill, icon } from "./dom.js";

let open = null;
let serial = 0;

/** Whether this anchor's own surface is open: pressing the anchor again then closes it. */
function shutIfOpen(anchor) {
  return anchor.getAttribute("aria-expanded") === "true" && closePopover();
}

/** Closes whatever is open; true when something was. */
export function closePopover() {
  const was = open;
  was?.close();
  return was !== null;
}

/** Shows `content` beside `anchor`, within its dialog if it stands in one. `closed` is told once, when it goes. */
export function openPopover(anchor, content, { label, closed = () => {}, wide = false } = {}) {
  closePopover();
  const box = el("div.popover", { "aria-label": label }, content);
  box.classList.toggle("wide", wide);
  (anchor.closest("dialog") ?? document.body).append(box);
  place(box, anchor);
  const outside = (event) => box.contains(event.target) || anchor.contains(event.target) || handle.close();
  const moved = () => place(box, anchor);
  const handle = {
    box,
    close({ refocus = box.contains(document.activeElement) } = {}) {
      if (open !== handle) return;
      open = null;
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", moved);
      box.remove();
      anchor.removeAttribute("aria-expanded");
      if (refocus && anchor.isConnected) anchor.focus({ preventScroll: true });
      closed();
    },
  };
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", moved);
  anchor.setAttribute("aria-expanded", "true");
  open = handle;
  return handle;
}

/** Below the anchor if there is room, else above; always within the window. */
function place(box, anchor) {
  const edge = 8;
  const at = anchor.getBoundingClientRect();
  box.style.left = "0";
  box.style.minWidth = `${Math.max(200, Math.min(at.width, 380))}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = window.innerHeight - at.bottom - edge;
  const top = below >= height || below >= at.top ? at.bottom + 4 : at.top - height - 4;
  const left = Math.min(Math.max(edge, at.left), window.innerWidth - width - edge);
  box.style.top = `${Math.max(edge, Math.min(top, window.innerHeight - height - edge))}px`;
  box.style.left = `${Math.max(edge, left)}px`;
}

/**
 * A list with the arrow keys' own highlight. Items are `{label, hint?, lead?, words?, danger?, group?, chosen?}`;
 * `picked(item)` answers true to keep the list open. `control` is what holds the focus (the list itself or a search box).
 */
export class PickList {
  constructor({ role = "listbox", label, picked, multi = false, empty = "Nothing fits." }) {
    serial += 1;
    this.id = `list-${serial}`;
    this.itemRole = role === "menu" ? "menuitem" : "option";
    Object.assign(this, { picked, items: [], active: -1, empty });
    this.node = el("div.pick-list", { role, id: this.id, tabindex: "-1", "aria-label": label, "aria-multiselectable": multi ? "true" : null });
  }

  /** `control` keeps the focus while the arrows move the highlight. */
  drivenBy(control) {
    this.control = control;
    control.addEventListener("keydown", (event) => this.key(event));
  }

  show(items, active = 0) {
    this.items = items;
    fill(this.node, items.length ? this.rows() : el("p.pick-empty", {}, this.empty));
    this.highlight(Math.min(active, items.length - 1));
  }

  rows() {
    let group = null;
    return this.items.flatMap((item, index) => {
      const heading = item.group && item.group !== group ? el("p.pick-group", { role: "presentation" }, item.group) : null;
      group = item.group ?? group;
      return [heading, this.row(item, index)];
    });
  }

  row(item, index) {
    const chosen = item.chosen === undefined ? {} : { "aria-selected": String(item.chosen) };
    const heard = { pointermove: () => this.highlight(index, false), click: () => this.pick(index) };
    const kind = item.danger ? "div.pick.danger" : "div.pick";
    const mark = item.chosen === undefined ? null : el("span.pick-mark", {}, item.chosen ? icon("check") : null);
    return el(kind, { role: this.itemRole, id: `${this.id}-${index}`, data: { index }, on: heard, ...chosen },
      mark, item.lead ?? null, el("span.pick-words", {}, el("span.pick-label", {}, item.label), item.hint ? el("span.pick-hint", {}, item.hint) : null));
  }

  highlight(index, scroll = true) {
    this.active = index;
    for (const row of this.node.querySelectorAll(".pick")) {
      const on = Number(row.dataset.index) === index;
      row.classList.toggle("active", on);
      if (on && scroll) row.scrollIntoView({ block: "nearest" });
    }
    if (index >= 0) this.control?.setAttribute("aria-activedescendant", `${this.id}-${index}`);
    else this.control?.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing || (!this.items.length && event.key !== "Enter")) return;
    if (event.key in moves) this.highlight((this.active + moves[event.key] + this.items.length) % this.items.length);
    else if (event.key === "Enter") this.enter();
    else if (event.key === " " && this.control === this.node) this.pick(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  enter() {
    this.pick(this.active);
  }

  pick(index) {
    if (this.items[index]) this.picked(this.items[index], index);
  }
}

/** A menu: `items` are `{label, pick, ...}`; the chosen one's `pick()` runs after the menu has closed. */
export function openMenu(anchor, items, label) {
  if (shutIfOpen(anchor)) return;
  const list = new PickList({ role: "menu", label, picked: (item) => (handle.close({ refocus: true }), item.pick()) });
  const handle = openPopover(anchor, list.node, { label });
  list.drivenBy(list.node);
  list.show(items);
  place(handle.box, anchor);
  list.node.focus({ preventScroll: true });
}

/**
 * A list one picks from, with a search box when it is long or comes from the app. `load(words)` answers items or a promise.
 * With `multi`, picking toggles and the list stays; `closed` is told when it goes. `patience` (ms) waits for a pause in typing.
 */
export function openPicker(anchor, { label, load, picked, multi = false, search = true, closed, hint, patience = 0 }) {
  if (shutIfOpen(anchor)) return null;
  const list = new PickList({ label, multi, picked: choose });
  const box = el("input.pick-search", {
    type: "text", role: "combobox", placeholder: hint ?? "Search", "aria-label": `Search: ${label}`,
    "aria-controls": list.id, "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off", on: { input: () => later() },
  });
  const content = el("div.picker", {}, search ? box : null, list.node, multi ? el("button.button.pick-done", { type: "button", on: { click: () => handle.close({ refocus: true }) } }, "Done") : null);
  const handle = openPopover(anchor, content, { label, closed });
  list.drivenBy(search ? box : list.node);
  let round = 0;
  let pause = null;
  function later() {
    clearTimeout(pause);
    pause = setTimeout(() => refresh(0), patience);
  }
  list.enter = async () => { // what was typed counts, also when it was typed faster than the list follows
    if (pause !== null) await refresh(0);
    list.pick(list.active);
  };
  async function refresh(active) {
    clearTimeout(pause);
    pause = null;
    round += 1;
    const mine = round;
    const answer = load(box.value.trim());
    if (answer instanceof Promise) list.node.setAttribute("aria-busy", "true");
    const items = await answer;
    if (mine !== round || !handle.box.isConnected) return;
    list.node.removeAttribute("aria-busy");
    list.show(items, active ?? Math.max(0, items.findIndex((item) => item.chosen)));
    place(handle.box, anchor);
  }
  function choose(item) {
    if (!multi) handle.close({ refocus: true });
    picked(item);
    if (multi) refresh(list.active);
  }
  refresh();
  (search ? box : list.node).focus({ preventScroll: true });
  return handle;
}

/** Items whose words hold every word typed; those that begin with it first. */
export function matching(items, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (item) => (item.words ?? `${item.label} ${item.hint ?? ""}`).toLowerCase();
  const fits = items.filter((item) => words.every((word) => text(item).includes(word)));
  return words.length ? fits.sort((a, b) => Number(text(b).startsWith(words[0])) - Number(text(a).startsWith(words[0]))) : fits;
}
