/** Tables as DOM nodes: the plain `table` block, and `data_table` with its caption, sorting and pages. */

import { el, fill, icon } from "./dom.js";
import { elementNode } from "./elements.js";
import { richText } from "./richtext.js";

const PAGE_ROWS = 5;

/** What stands in a cell: rich text, a number, plain text, or an element one can press. */
function cellNodes(cell, place) {
  if (cell?.type === "rich_text") return [richText(cell)];
  if (cell?.type === "raw_text" || cell?.type === "raw_number" || typeof cell !== "object") return [wordsOf(cell)];
  return [cell === null ? "" : elementNode(cell.element ?? cell, place)];
}

function wordsOf(cell) {
  return String(cell?.text ?? cell?.value ?? (typeof cell === "object" ? "" : cell) ?? "");
}

export function table(block, surface) {
  const place = { surface, blockId: block.block_id };
  const cell = (content, column) => el("td", { class: cellClass(content, block.column_settings?.[column]) }, ...cellNodes(content, place));
  const rows = (block.rows ?? []).map((row) => el("tr", {}, ...row.map(cell)));
  return el("div.block.table-scroll", { tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {}, el("tbody", {}, ...rows)));
}

function cellClass(content, { align, is_wrapped: wrapped } = {}) {
  const side = { center: "center", right: "right" }[align] ?? (content?.type === "raw_number" && !align ? "right" : "");
  return `${side} ${wrapped === false ? "unwrapped" : ""}`.trim();
}

export function dataTable(block, surface) {
  return new DataTable(block, surface).node;
}

class DataTable {
  constructor(block, surface) {
    const [head = [], ...rows] = block.rows ?? [];
    Object.assign(this, { block, surface, head, rows, sorted: null, downwards: false, page: 0, size: Number(block.page_size) || PAGE_ROWS });
    this.table = el("table.data-table");
    this.foot = el("div.table-foot");
    this.node = el("div.block.data", {}, el("div.table-scroll", { tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" }, this.table), this.foot);
    this.draw();
  }

  get pages() {
    return Math.max(1, Math.ceil(this.rows.length / this.size));
  }

  draw() {
    const place = { surface: this.surface, blockId: this.block.block_id };
    const shown = this.inOrder().slice(this.page * this.size, (this.page + 1) * this.size);
    fill(this.table, el("caption", {}, this.block.caption ?? ""), el("thead", {}, el("tr", {}, ...this.head.map((cell, column) => this.heading(cell, column)))),
      el("tbody", {}, ...shown.map((row) => el("tr", {}, ...row.map((cell, column) => this.cell(cell, column, place))))));
    fill(this.foot, ...this.footing());
  }

  heading(cell, column) {
    const here = this.sorted === column;
    const sort = here ? (this.downwards ? "descending" : "ascending") : "none";
    const press = () => this.sortBy(column);
    return el("th", { scope: "col", "aria-sort": sort, class: this.isNumeric(column) ? "right" : "" },
      el("button.sort", { type: "button", data: { column }, on: { click: press } }, wordsOf(cell), el("span.sort-mark", { "aria-hidden": "true" }, here ? (this.downwards ? "▼" : "▲") : "")));
  }

  cell(content, column, place) {
    const naming = this.block.row_header_column_index === column;
    return el(naming ? "th" : "td", { scope: naming ? "row" : null, class: cellClass(content) }, ...cellNodes(content, place));
  }

  isNumeric(column) {
    return this.rows.length > 0 && this.rows.every((row) => row[column]?.type === "raw_number");
  }

  sortBy(column) {
    this.downwards = this.sorted === column && !this.downwards;
    Object.assign(this, { sorted: column, page: 0 });
    this.draw();
    this.table.querySelector(`[data-column="${column}"]`).focus();
  }

  /** Rows by the chosen column: numbers by value, words by the alphabet; rows that are equal keep their order. */
  inOrder() {
    if (this.sorted === null) return this.rows;
    const key = (row) => sortKey(row[this.sorted]);
    const ordered = [...this.rows].sort((a, b) => compared(key(a), key(b)));
    return this.downwards ? ordered.reverse() : ordered;
  }

  footing() {
    const { length } = this.rows;
    if (this.pages === 1) return [el("span", {}, length === 1 ? "1 row" : `${length} rows`)];
    const first = this.page * this.size + 1;
    return [
      el("span", { role: "status" }, `${first}–${Math.min(first + this.size - 1, length)} of ${length}`),
      this.turn("back", "Previous page", -1, this.page > 0), this.turn("back", "Next page", 1, this.page < this.pages - 1),
    ];
  }

  turn(drawing, label, step, possible) {
    const press = () => {
      this.page += step;
      this.draw();
      [...this.foot.querySelectorAll("button")].find((one) => one.ariaLabel === label && !one.disabled)?.focus();
    };
    return el("button.icon-button", { type: "button", "aria-label": label, title: label, disabled: !possible, class: step > 0 ? "onward" : "", on: { click: press } }, icon(drawing));
  }
}

function sortKey(cell) {
  if (cell?.type === "raw_number") return Number(cell.value);
  return cell?.type === "rich_text" ? richText(cell).textContent : wordsOf(cell);
}

function compared(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
