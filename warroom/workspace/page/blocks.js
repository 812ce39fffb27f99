/** Block Kit blocks as DOM nodes. A block that is not known here is shown as such: a missing piece must be visible. */

import { colourOf } from "./avatar.js";
import { clock, dayName } from "./dates.js";
import { el, outside, safeImage } from "./dom.js";
import { interactive } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

let serial = 0;

/** The nodes for a list of blocks on one surface: `{key, target, values, state?, touched?, submit?, errors?}`. */
export function blockNodes(blocks, surface) {
  return (blocks ?? []).map((block) => blockNode(block, surface));
}

function blockNode(block, surface) {
  const draw = Object.hasOwn(DRAWN, block?.type ?? "") ? DRAWN[block.type] : null;
  if (!draw) return unsupported("block", block?.type);
  try {
    return draw(block, surface);
  } catch (error) {
    // One malformed block must not take the conversation with it; it is shown as broken instead.
    console.error("This block could not be drawn", block, error);
    return unsupported("broken block", block.type);
  }
}

function unsupported(what, type) {
  return el("p.unsupported", {}, `${what === "block" ? "unsupported block" : what}: ${String(type ?? "without a type").slice(0, 60)}`);
}

function section(block, surface) {
  const fields = block.fields?.map((field) => el("div.field-cell", {}, ...textObject(field)));
  const words = el("div.section-words", {},
    block.text ? el("div.text", {}, ...textObject(block.text)) : null,
    fields ? el("div.fields", {}, ...fields) : null);
  const accessory = block.accessory ? el("div.accessory", {}, elementNode(block.accessory, { surface, blockId: block.block_id })) : null;
  return el("div.block.section", {}, words, accessory);
}

function elementNode(element, place) {
  if (element?.type === "image") return picture(element.image_url, element.alt_text, "thumb");
  return interactive(element, place) ?? unsupported("unsupported element", element?.type);
}

function context(block) {
  const part = (element) => (element.type === "image" ? picture(element.image_url, element.alt_text, "context-image") : el("span.context-words", {}, ...textObject(element)));
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
  return el("figure.block.image", {}, block.title ? el("figcaption", {}, ...plain(block.title)) : null, picture(block.image_url, block.alt_text, "full"));
}

/** A picture this page may load, or its description with a link: the page asks nobody but the workspace for anything. */
function picture(address, alternative, kind) {
  const url = safeImage(address);
  if (url) return el(`img.picture.${kind}`, { src: url, alt: alternative ?? "" });
  return el(`span.picture.${kind}.elsewhere`, { title: "Pictures from elsewhere are not loaded here" }, "🖼 ", outside(address, alternative || "picture"));
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

function tableBlock(block) {
  const cell = (content) => el("td", {}, content.type === "rich_text" ? richText(content) : String(content.text ?? content.value ?? ""));
  const rows = (block.rows ?? []).map((row) => el("tr", {}, ...row.map(cell)));
  return el("div.block.table-scroll", { tabindex: "0" }, el("table", {}, el("tbody", {}, ...rows)));
}

const DRAWN = {
  section,
  context,
  actions,
  input,
  image,
  header,
  divider: () => el("hr.block"),
  markdown: (block) => el("div.block.markdown", {}, ...markdown(block.text)),
  rich_text: (block) => el("div.block", {}, richText(block)),
  table: tableBlock,
};

const NAMED_COLOURS = { good: "#2e8b57", warning: "#d39a1e", danger: "#c0392b" };

/** The older attachments: a bar in the app's colour, with text, fields and blocks. */
export function attachmentNodes(attachments, surface) {
  return (attachments ?? []).map((attachment) => attachmentNode(attachment, surface));
}

function attachmentNode(attachment, surface) {
  const node = el("div.attachment", {}, ...attachmentHead(attachment), ...attachmentBody(attachment, surface));
  const colour = NAMED_COLOURS[attachment.color] ?? colourOf(attachment.color);
  if (colour) node.style.setProperty("--bar", colour);
  return node;
}

function attachmentHead({ pretext, author_name: author, author_link: authorLink, title, title_link: titleLink }) {
  return [
    pretext ? el("div.pretext", {}, ...mrkdwn(pretext)) : null,
    author ? el("div.attachment-author", {}, authorLink ? outside(authorLink, author) : author) : null,
    title ? el("div.attachment-title", {}, titleLink ? outside(titleLink, ...mrkdwn(title)) : mrkdwn(title)) : null,
  ];
}

function attachmentBody(attachment, surface) {
  if (attachment.blocks?.length) return blockNodes(attachment.blocks, surface);
  const fields = attachment.fields?.map((field) => el("div.field-cell", {}, el("strong", {}, field.title ?? ""), el("br"), ...mrkdwn(field.value)));
  const bare = !attachment.text && !fields && !attachment.title ? attachment.fallback : null;
  return [
    attachment.text || bare ? el("div.text", {}, ...mrkdwn(attachment.text ?? bare)) : null,
    fields ? el("div.fields", {}, ...fields) : null,
    attachment.image_url ? picture(attachment.image_url, attachment.fallback, "full") : null,
    attachment.footer ? el("div.attachment-foot", {}, attachment.footer, attachment.ts ? ` · ${dayName(attachment.ts)} ${clock(attachment.ts)}` : null) : null,
  ];
}
