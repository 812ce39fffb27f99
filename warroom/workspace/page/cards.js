/** The larger Block Kit blocks: alerts, cards, carousels, containers, tasks and plans, video, files, context actions. */

import { ask } from "./api.js";
import { directory } from "./directory.js";
import { el, icon, iconButton, outside } from "./dom.js";
import { elementNode } from "./elements.js";
import { fileCard } from "./files.js";
import { plain, textObject } from "./mrkdwn.js";
import { picture, pictureOf } from "./pictures.js";
import { richText } from "./richtext.js";
import { unknown } from "./unknown.js";

const LEVELS = { default: ["info", "Notice"], info: ["info", "Information"], warning: ["alert", "Warning"], error: ["alert", "Error"], success: ["check", "Success"] };
const WIDTHS = new Set(["narrow", "standard", "wide", "full"]);
const STATES = { pending: ["○", "to do"], in_progress: ["◐", "in progress"], complete: ["✓", "done"], error: ["✕", "failed"] };

export function alert(block) {
  const level = Object.hasOwn(LEVELS, block.level ?? "default") ? (block.level ?? "default") : "default";
  const [drawing, word] = LEVELS[level];
  return el(`div.block.alert.alert-${level}`, { role: level === "error" ? "alert" : "note" }, icon(drawing), el("div.alert-words", {}, el("span.hidden-words", {}, `${word}: `), ...textObject(block.text)));
}

export function card(block, surface) {
  const place = { surface, blockId: block.block_id };
  const titles = [block.title ? el("div.card-title", {}, ...textObject(block.title)) : null, block.subtitle ? el("div.card-subtitle", {}, ...textObject(block.subtitle)) : null];
  return el("article.block.kit-card", {},
    block.hero_image ? pictureOf(block.hero_image, "hero") : null,
    block.icon || block.title || block.subtitle ? el("div.card-head", {}, block.icon ? pictureOf(block.icon, "card-icon") : null, el("div.card-titles", {}, ...titles)) : null,
    block.body ? el("div.card-body", {}, ...textObject(block.body)) : null,
    block.actions?.length ? el("div.actions", {}, ...block.actions.map((element) => elementNode(element, place))) : null);
}

/** Cards side by side; the buttons move by one card, and the strip can be scrolled and reached with the keyboard. */
export function carousel(block, surface) {
  const cards = block.elements ?? [];
  const strip = el("div.strip", { tabindex: "0", role: "group", "aria-label": `${cards.length} cards` }, ...cards.map((one) => card({ block_id: block.block_id, ...one }, surface)));
  const move = (step) => () => strip.scrollBy({ left: step * (strip.firstElementChild?.offsetWidth ?? 240), behavior: "smooth" });
  const buttons = cards.length > 1 ? el("div.strip-ends", {}, iconButton("back", "Previous card", move(-1)), iconButton("back", "Next card", move(1), { class: "onward" })) : null;
  return el("div.block.carousel", { role: "region", "aria-roledescription": "carousel", "aria-label": "Cards" }, strip, buttons);
}

/** Blocks under one title, which may be folded away. `draw` draws a child. */
export function container(block, draw) {
  const width = WIDTHS.has(block.width) ? block.width : "standard";
  const children = (block.child_blocks ?? []).map(draw);
  const words = block.rich_text_title ? richText(block.rich_text_title) : el("span.container-name", {}, ...plain(block.title));
  const head = [block.icon ? pictureOf(block.icon, "card-icon") : null, el("div.container-words", {}, words, block.subtitle ? el("div.card-subtitle", {}, ...textObject(block.subtitle)) : null)];
  const kind = `${width} ${block.has_header_divider ? "ruled" : ""}`.trim();
  if (!block.is_collapsible) return el("section.block.container", { class: kind }, el("div.container-head", {}, ...head), el("div.container-body", {}, ...children));
  return el("details.block.container", { class: kind, open: !block.default_collapsed }, el("summary.container-head", {}, icon("chevron"), ...head), el("div.container-body", {}, ...children));
}

export function contextActions(block, surface) {
  const place = { surface, blockId: block.block_id };
  return el("div.block.context-actions", {}, ...(block.elements ?? []).map((element) => elementNode(element, place)));
}

export function taskCard(block) {
  const state = Object.hasOwn(STATES, block.status ?? "") ? block.status : "pending";
  const [sign, words] = STATES[state];
  const head = [el("span.task-sign", { "aria-hidden": "true" }, sign), el("span.task-title", {}, String(block.title ?? "")), el("span.task-state", {}, words)];
  const inner = [
    block.details ? richText(block.details) : null,
    block.output ? el("div.task-output", {}, el("p.task-label", {}, "Output"), richText(block.output)) : null,
    block.sources?.length ? el("ul.task-sources", { "aria-label": "Sources" }, ...block.sources.map((source) => el("li", {}, outside(source.url, source.text || source.url)))) : null,
  ].filter(Boolean);
  const kind = `block task task-${state}`;
  if (!inner.length) return el("div", { class: kind }, el("div.task-head", {}, ...head));
  return el("details", { class: kind, open: true }, el("summary.task-head", {}, ...head), el("div.task-body", {}, ...inner));
}

export function plan(block) {
  const tasks = (block.tasks ?? []).filter(Boolean);
  const done = tasks.filter(({ status }) => status === "complete").length;
  return el("section.block.plan", { "aria-label": String(block.title ?? "Plan") },
    el("div.plan-head", {}, icon("list"), el("span.plan-title", {}, String(block.title ?? "")), tasks.length ? el("span.task-state", {}, `${done} of ${tasks.length} done`) : null),
    el("div.plan-tasks", {}, ...tasks.map((task) => (task.type && task.type !== "task_card" ? unknown("task", task) : taskCard(task)))));
}

/** A video is never played here, for it lies elsewhere: its title, description and a link are shown. */
export function video(block) {
  const by = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  const title = plain(block.title);
  return el("div.block.video", {},
    el("div.card-title", {}, block.title_url ? outside(block.title_url, ...title) : title),
    by ? el("div.card-subtitle", {}, by) : null,
    block.description ? el("div.card-body", {}, ...plain(block.description)) : null,
    el("div.video-still", {}, picture(block.thumbnail_url, block.alt_text, "hero")),
    el("div.video-go", {}, icon("video"), outside(block.video_url, "Watch the video elsewhere")));
}

/** A file that was added from elsewhere by its app's own id, or one of the workspace's. */
export function file(block) {
  const name = String(block.external_id ?? block.file_id ?? "file");
  const holder = el("div.block.file-block", {}, el("div.file-card", {}, el("span.file-sign", {}, icon("file")), el("span", {}, name, el("span.file-kind", {}, `remote file · ${block.source ?? "unknown source"}`))));
  if (block.source !== "remote" || block.file_id) {
    ask("file", { as: directory.me.id, file: block.file_id ?? block.external_id }).then(({ file: known }) => holder.replaceChildren(fileCard(known)), () => undefined);
  }
  return holder;
}
