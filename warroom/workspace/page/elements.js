/**
 * Block Kit's elements.
 *
 * Every drawing function takes the element and its `place`: `{surface, blockId, input, dispatch, labelledBy, describedBy}`.
 */

import { directory } from "./directory.js";
import { el, icon, safeUrl } from "./dom.js";
import { changed, labels, spokenPlain } from "./entries.js";
import { fileInput } from "./fileinput.js";
import { localMoment, moment, textInput } from "./inputs.js";
import { plain, textObject } from "./mrkdwn.js";
import { pictureOf } from "./pictures.js";
import { openMenu } from "./popover.js";
import { press, pressable, pressKey } from "./press.js";
import { richInput } from "./richinput.js";
import { select } from "./selects.js";
import { unknown } from "./unknown.js";

let serial = 0;

/** The node for an element of a block; one that is not known here is shown as such. */
export function elementNode(element, place) {
  if (element?.type === "image") return pictureOf(element, "thumb");
  const draw = Object.hasOwn(DRAWN, element?.type ?? "") ? DRAWN[element.type] : null;
  if (!draw) return unknown("element", element);
  const node = draw(element, place);
  node.dataset.action = element.action_id ?? "";
  node.dataset.block = place.blockId ?? "";
  return node;
}

function sender(element, place, chosen = element.value === undefined ? {} : { value: element.value }) {
  return () => press(place.surface, place.blockId, element, chosen);
}

function button(element, place) {
  const style = ["primary", "danger"].includes(element.style) ? `.${element.style}` : "";
  const props = { "aria-label": element.accessibility_label ?? null, on: { click: sender(element, place) } };
  const url = element.url ? safeUrl(element.url) : null;
  const node = url
    ? el(`a.button${style}`, { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, ...plain(element.text), el("span.leaves", { "aria-label": "opens elsewhere" }, " ↗"))
    : el(`button.button${style}`, { ...props, type: "button" }, ...plain(element.text));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

/** Starts a workflow in Slack; here nothing runs workflows, so the press is all that happens. */
function workflowButton(element, place) {
  const node = button({ ...element, url: null }, place);
  node.prepend(icon("bolt"));
  node.title = "Workflows are not run in the local workspace: the app hears the press";
  return node;
}

function overflow(element, place) {
  const chosen = (option) => () => {
    const url = option.url && safeUrl(option.url);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    sender(element, place, { selected_option: option })();
  };
  const items = (element.options ?? []).map((option) => ({ label: spokenPlain(option.text), hint: spokenPlain(option.description), pick: chosen(option) }));
  const node = el("button.button.overflow", { type: "button", "aria-label": "More actions", "aria-haspopup": "menu", on: { click: () => openMenu(node, items, "More actions") } }, icon("dots"));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

/** Thumbs up and down: the button's value tells the app which. */
function feedbackButtons(element, place) {
  const given = (choice, drawing, word) => choice && el("button.icon-button.feedback", {
    type: "button", title: spokenPlain(choice.text), "aria-label": choice.accessibility_label ?? (spokenPlain(choice.text) || word), on: { click: sender(element, place, { value: choice.value }) },
  }, icon(drawing), el("span.feedback-words", {}, ...plain(choice.text)));
  const node = el("span.feedback-pair", { role: "group", "aria-label": "Feedback" }, given(element.positive_button, "up", "Good"), given(element.negative_button, "thumbdown", "Bad"));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

const ICONS = { trash: "trash" };

function iconOnly(element, place) {
  const mine = !element.visible_to_user_ids?.length || element.visible_to_user_ids.includes(directory.me?.id);
  const words = spokenPlain(element.text);
  const node = el("button.icon-button.kit-icon", { type: "button", title: words, "aria-label": element.accessibility_label ?? words, hidden: !mine, on: { click: sender(element, place) } }, icon(ICONS[element.icon] ?? "dots"));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

function choices(kind) {
  const many = kind === "checkbox";
  return (element, place) => {
    serial += 1;
    const name = `choice-${serial}`;
    const chosen = () => [place.surface.values.of(place.blockId, element)[many ? "selected_options" : "selected_option"] ?? []].flat();
    const heard = () => {
      const on = [...node.querySelectorAll("input:checked")].map((input) => element.options[Number(input.dataset.index)]);
      changed(element, place, many ? { selected_options: on } : { selected_option: on[0] ?? null });
    };
    const row = (option, index) => el("label.choice", {},
      el("input", { type: kind, name, data: { index }, checked: chosen().some((one) => one.value === option.value), on: { change: heard } }),
      el("span.choice-words", {}, el("span", {}, ...textObject(option.text)), option.description ? el("span.choice-hint", {}, ...textObject(option.description)) : null));
    const node = el("div.choices", { role: many ? "group" : "radiogroup", ...labels(place), "aria-required": null }, ...(element.options ?? []).map(row));
    return pressable(node, pressKey(place.surface, place.blockId, element));
  };
}

/** A time, with the zone the app named, if it named one. */
function timepicker(element, place) {
  const node = moment("time", "selected_time")(element, place);
  return element.timezone ? el("span.zoned", {}, node, el("span.zone", {}, element.timezone)) : node;
}

const DRAWN = {
  button,
  overflow,
  workflow_button: workflowButton,
  feedback_buttons: feedbackButtons,
  icon_button: iconOnly,
  static_select: select("static", false),
  multi_static_select: select("static", true),
  external_select: select("external", false),
  multi_external_select: select("external", true),
  users_select: select("users", false),
  multi_users_select: select("users", true),
  channels_select: select("channels", false),
  multi_channels_select: select("channels", true),
  conversations_select: select("conversations", false),
  multi_conversations_select: select("conversations", true),
  radio_buttons: choices("radio"),
  checkboxes: choices("checkbox"),
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: richInput,
  file_input: fileInput,
  datepicker: moment("date", "selected_date"),
  timepicker,
  datetimepicker: moment("datetime-local", "selected_date_time", localMoment),
};
