/** The older attachments, and links that a server unfurled: a bar in the app's colour, with text, fields, pictures or blocks. */

import { colourOf } from "./avatar.js";
import { clock, dayName } from "./dates.js";
import { el, outside } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { elementNode } from "./elements.js";

const NAMED_COLOURS = { good: "#2e8b57", warning: "#d39a1e", danger: "#c0392b" };

/** One attachment; `drawn(blocks)` draws what it holds in blocks. */
export function attachmentNode(attachment, surface, drawn) {
  const node = el("div.attachment", {}, ...head(attachment), ...(attachment.blocks?.length ? drawn(attachment.blocks) : body(attachment, surface)));
  const colour = NAMED_COLOURS[attachment.color] ?? colourOf(attachment.color);
  if (colour) node.style.setProperty("--bar", colour);
  return node;
}

function head({ pretext, service_name: service, author_name: author, author_link: authorLink, author_subname: subname, title, title_link: titleLink }) {
  const name = [service, author, subname].filter(Boolean).join(" · ");
  return [
    pretext ? el("div.pretext", {}, ...mrkdwn(pretext)) : null,
    name ? el("div.attachment-author", {}, authorLink ? outside(authorLink, name) : name) : null,
    title ? el("div.attachment-title", {}, titleLink ? outside(titleLink, ...mrkdwn(title)) : mrkdwn(title)) : null,
  ];
}

function body(attachment, surface) {
  const { fields, text, title, fallback, image_url: image, thumb_url: thumb, footer, ts, actions } = attachment;
  const cells = fields?.map((field) => el("div.field-cell", { class: field.short ? "" : "long" }, el("strong", {}, field.title ?? ""), el("br"), ...mrkdwn(field.value)));
  const bare = !text && !cells && !title ? fallback : null;
  return [
    text || bare ? el("div.text", {}, ...mrkdwn(text ?? bare)) : null,
    cells ? el("div.fields", {}, ...cells) : null,
    image ? picture(image, fallback, "full") : null,
    thumb && !image ? picture(thumb, fallback, "thumb") : null,
    actions?.length ? el("div.actions", {}, ...actions.map((action) => olderAction(action, surface))) : null,
    footer || ts ? el("div.attachment-foot", {}, [footer, ts ? `${dayName(ts)} ${clock(ts)}` : null].filter(Boolean).join(" · ")) : null,
  ];
}

/** A link button of the older kind; the older interactive ones are not part of this workspace. */
function olderAction(action, surface) {
  const text = { type: "plain_text", text: String(action.text ?? action.name ?? "") };
  if (action.type === "button" && action.url) return elementNode({ type: "button", text, url: action.url, style: action.style, action_id: action.name }, { surface });
  return el("button.button", { type: "button", disabled: true, title: "Interactive attachments are no longer supported by Slack for new apps, and not here" }, text.text);
}
