/**
 * The `data_visualization` block: line, bar, area and pie charts as drawings in the page, with the numbers as a table.
 *
 * Structure: docs.slack.dev, data visualization block: `{title, chart: {type, series: [{name, data: [{label, value}]}],
 * axis_config: {categories, x_label, y_label}}}`, a pie has `segments: [{label, value}]`. Series are told apart by colour,
 * by dash or mark, and by their legend.
 */

import { el, svg } from "./dom.js";
import { unknown } from "./unknown.js";

const WIDE = 560;
const HIGH = 240;
const LEFT = 52;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 34;
const STEPS = 4;
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "1 4", "10 4"];
const HUES = 12;

let serial = 0;

export function chart(block) {
  const { chart: given = {} } = block;
  const drawn = given.type === "pie" ? pie(given) : DRAWN[given.type] && plotted(given, DRAWN[given.type]);
  if (!drawn) return unknown("chart", given);
  serial += 1;
  const id = `chart-${serial}`;
  return el("figure.block.chart", { "aria-labelledby": id }, el("figcaption", { id }, block.title ?? ""), drawn.picture, legend(drawn.names),
    el("details.chart-numbers", {}, el("summary", {}, "Numbers"), numbers(drawn)));
}

function legend(names) {
  return el("ul.legend", { "aria-hidden": "true" }, ...names.map((name, index) => el("li", {}, el(`span.swatch.hue-${index % HUES}`), name)));
}

/** The same as a table: columns are the series, rows the categories. */
function numbers({ names, rows, corner }) {
  const head = el("tr", {}, el("th", { scope: "col" }, corner), ...names.map((name) => el("th", { scope: "col" }, name)));
  const body = rows.map(([label, ...values]) => el("tr", {}, el("th", { scope: "row" }, label), ...values.map((value) => el("td.right", {}, value === null ? "–" : figure(value)))));
  return el("div.table-scroll", { tabindex: "0" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

function figure(value) {
  return value.toLocaleString("en", { maximumFractionDigits: 6 });
}

// --- charts with two axes -------------------------------------------------------------------------------------------------

function plotted(given, drawSeries) {
  const series = (given.series ?? []).map(({ name, data }) => ({ name: String(name ?? ""), byLabel: new Map((data ?? []).map((point) => [point.label, Number(point.value)])) }));
  const { categories = [...(series[0]?.byLabel.keys() ?? [])], x_label: across = "", y_label: upwards = "" } = given.axis_config ?? {};
  const values = series.map(({ byLabel }) => categories.map((label) => byLabel.get(label) ?? null));
  const scale = scaleOf(values.flat().filter((value) => value !== null));
  const places = { x: (index) => LEFT + ((index + 0.5) * (WIDE - LEFT - RIGHT)) / Math.max(1, categories.length), y: scale.y, zero: scale.y(Math.max(0, scale.low)), step: (WIDE - LEFT - RIGHT) / Math.max(1, categories.length) };
  const marks = values.map((line, index) => drawSeries(line, index, places, values.length, titleFor(series[index].name, categories)));
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + (across ? 8 : -8)}`, class: "chart-picture", role: "img", "aria-label": `${given.type} chart of ${series.map(({ name }) => name).join(", ")}` },
    ...scale.ticks.map((tick) => gridLine(tick, scale.y(tick))), ...categories.map((label, index) => categoryLabel(label, places.x(index), places.step)), ...marks,
    across ? svg("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH + 2, class: "axis-name", "text-anchor": "middle" }, across) : null,
    upwards ? svg("text", { x: 11, y: (TOP + HIGH - BOTTOM) / 2, class: "axis-name", "text-anchor": "middle", transform: `rotate(-90 11 ${(TOP + HIGH - BOTTOM) / 2})` }, upwards) : null);
  return { picture, names: series.map(({ name }) => name), corner: across, rows: categories.map((label, row) => [label, ...values.map((line) => line[row])]) };
}

const titleFor = (name, categories) => (index, value) => svg("title", {}, `${name}, ${categories[index]}: ${figure(value)}`);

/** Round steps that hold every value, from zero unless all lie below it. */
function scaleOf(values) {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const raw = (most - least || 1) / STEPS;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= raw - raw * 1e-9);
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step || step];
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
  return { low, ticks, y: (value) => TOP + ((high - value) / (high - low)) * (HIGH - TOP - BOTTOM) };
}

function gridLine(tick, y) {
  return svg("g", {}, svg("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y, y2: y, class: tick === 0 ? "grid zero" : "grid" }), svg("text", { x: LEFT - 6, y: y + 4, class: "tick", "text-anchor": "end" }, short(tick)));
}

function short(value) {
  return Number(value.toPrecision(6)).toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 });
}

function categoryLabel(label, x, step) {
  const room = Math.max(3, Math.floor(step / 6));
  const words = String(label);
  const shown = words.length > room ? `${words.slice(0, room - 1)}…` : words;
  return svg("text", { x, y: HIGH - BOTTOM + 16, class: "tick", "text-anchor": "middle" }, shown, svg("title", {}, words));
}

/** Stretches of a line without gaps: what has no value is not drawn. */
function stretches(line) {
  const found = [[]];
  line.forEach((value, index) => (value === null ? found.push([]) : found.at(-1).push([index, value])));
  return found.filter((stretch) => stretch.length);
}

const pathOf = (stretch, { x, y }) => stretch.map(([index, value], at) => `${at ? "L" : "M"}${x(index)} ${y(value)}`).join("");

function dots(line, index, places, titled) {
  return line.map((value, at) => value !== null && svg("circle", { cx: places.x(at), cy: places.y(value), r: 3.5, class: `dot-${index % 2 ? "open" : "full"}` }, titled(at, value)));
}

const DRAWN = {
  line: (line, index, places, _, titled) => svg("g", { class: `hue-${index % HUES}` },
    ...stretches(line).map((stretch) => svg("path", { d: pathOf(stretch, places), class: "stroke", "stroke-dasharray": DASHES[index % DASHES.length] || null })), ...dots(line, index, places, titled)),
  area: (line, index, places, _, titled) => svg("g", { class: `hue-${index % HUES}` },
    ...stretches(line).flatMap((stretch) => [
      svg("path", { d: `${pathOf(stretch, places)}L${places.x(stretch.at(-1)[0])} ${places.zero}L${places.x(stretch[0][0])} ${places.zero}Z`, class: "wash" }),
      svg("path", { d: pathOf(stretch, places), class: "stroke" }),
    ]), ...dots(line, index, places, titled)),
  bar: (line, index, places, count, titled) => {
    const width = Math.min(46, (places.step * 0.76) / count);
    const bar = (value, at) => value !== null && svg("rect", {
      x: places.x(at) - (width * count) / 2 + index * width, y: Math.min(places.y(value), places.zero), width: Math.max(1, width - 2), height: Math.max(1, Math.abs(places.y(value) - places.zero)), rx: 2, class: "solid",
    }, titled(at, value));
    return svg("g", { class: `hue-${index % HUES}` }, ...line.map(bar));
  },
};

// --- pies -----------------------------------------------------------------------------------------------------------------

function pie({ segments = [] }) {
  const shares = segments.map(({ label, value }) => ({ label: String(label ?? ""), value: Math.max(0, Number(value) || 0) }));
  const whole = shares.reduce((sum, { value }) => sum + value, 0) || 1;
  let turned = 0;
  const slices = shares.map(({ label, value }, index) => {
    const [from, to] = [turned, turned + value / whole];
    turned = to;
    return value ? svg("path", { d: slice(from, to), class: `solid slice hue-${index % HUES}` }, svg("title", {}, `${label}: ${figure(value)} (${percent(value, whole)})`)) : null;
  });
  const picture = svg("svg", { viewBox: "0 0 240 200", class: "chart-picture pie", role: "img", "aria-label": `pie chart of ${shares.map(({ label }) => label).join(", ")}` }, ...slices);
  return { picture, names: shares.map(({ label, value }) => `${label} ${percent(value, whole)}`), corner: "", rows: [["value", ...shares.map(({ value }) => value)]] };
}

const percent = (value, whole) => `${Math.round((value / whole) * 100)} %`;

/** One slice, from and to given in turns, clockwise from the top. */
function slice(from, to) {
  const [x, y, radius] = [120, 100, 92];
  const at = (turns) => `${(x + radius * Math.sin(turns * 2 * Math.PI)).toFixed(3)} ${(y - radius * Math.cos(turns * 2 * Math.PI)).toFixed(3)}`;
  if (to - from > 0.9999) return `M${x} ${y - radius}A${radius} ${radius} 0 1 1 ${x - 0.01} ${y - radius}Z`;
  return `M${x} ${y}L${at(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}
