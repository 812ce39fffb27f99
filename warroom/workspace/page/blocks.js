/** Block Kit blocks as DOM nodes, by their type. */

import { attachmentNode } from "./attachments.js";
import { alert, card, carousel, container, contextActions, file, plan, taskCard, video } from "./cards.js";
import { chart } from "./charts.js";
import { el } from "./dom.js";
import { elementNode } from "./elements.js";
import { markdown } from "./markdown.js";
import { plain, textObject } from "./mrkdwn.js";
import { pictureOf } from "./pictures.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";
import { broken, unknown } from "./unknown.js";

let serial = 0;

/** The nodes for a list of blocks on one surface: `{key, target, values, state?, touched?, submit?, errors?}`. */
export function blockNodes(blocks, surface) {
  return (blocks ?? []).map((block) => blockNode(block, surface));
}

/** The older attachments: a bar in the app's colour, with text, fields and blocks. */
export function attachmentNodes(attachments, surface) {
  return (attachments ?? []).map((attachment) => attachmentNode(attachment, surface, (blocks) => blockNodes(blocks, surface)));
}

function blockNode(block, surface) {
  const draw = Object.hasOwn(DRAWN, block?.type ?? "") ? DRAWN[block.type] : null;
  if (!draw) return unknown("block", block);
  try {
    return draw(block, surface);
  } catch (error) {
    // One malformed block must not take the conversation with it; it is shown as broken instead.
    console.error("This block could not be drawn", block, error);
    return broken("block", block);
  }
}

function section(block, surface) {
  const fields = block.fields?.map((field) => el("div.field-cell", {}, ...textObject(field)));
  const words = el("div.section-words", {},
    block.text ? el("div.text", {}, ...textObject(block.text)) : null,
    fields ? el("div.fields", {}, ...fields) : null);
  const accessory = block.accessory ? el("div.accessory", {}, elementNode(block.accessory, { surface, blockId: block.block_id })) : null;
  return el("div.block.section", {}, words, accessory);
}

function context(block) {
  const part = (element) => (element.type === "image" ? pictureOf(element, "context-image") : el("span.context-words", {}, ...textObject(element)));
  return el("div.block.context", {}, ...(block.elements ?? []).map(part));
}

function actions(block, surface) {
  const place = { surface, blockId: block.block_id };
  return el("div.block.actions", {}, ...(block.elements ?? []).map((element) => elementNode(element, place)));
}

function header(block) {
  return el("div.block.header-block", { role: "heading", "aria-level": "3" }, ...plain(block.text));
}

function image(block) {
  return el("figure.block.image", {}, block.title ? el("figcaption", {}, ...plain(block.title)) : null, pictureOf(block, "full"));
}

function input(block, surface) {
  serial += 1;
  const id = `field-${serial}`;
  const place = {
    surface, blockId: block.block_id, input: true, dispatch: block.dispatch_action, required: !block.optional,
    labelledBy: `${id}-label`, describedBy: `${id}-hint ${id}-error`,
  };
  const error = surface.errors?.[block.block_id];
  const mark = block.optional ? el("span.optional", {}, " (optional)") : el("span.required", { title: "required" }, " *", el("span.hidden-words", {}, " required"));
  return el("div.block.field", { data: { field: block.block_id }, class: error ? "wrong" : "" },
    el("div.label", { id: `${id}-label` }, ...plain(block.label), mark),
    elementNode(block.element, place),
    el("p.field-error", { id: `${id}-error`, role: "alert" }, error ?? ""),
    block.hint ? el("p.hint", { id: `${id}-hint` }, ...plain(block.hint)) : null);
}

const DRAWN = {
  section,
  context,
  actions,
  input,
  image,
  header,
  table,
  alert,
  card,
  carousel,
  plan,
  video,
  file,
  divider: () => el("hr.block"),
  markdown: (block) => el("div.block.markdown", {}, ...markdown(block.text)),
  rich_text: (block) => el("div.block", {}, richText(block)),
  data_table: dataTable,
  data_visualization: chart,
  task_card: taskCard,
  context_actions: contextActions,
  container: (block, surface) => container(block, (child) => blockNode(child, surface)),
};
