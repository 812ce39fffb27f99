/**
 * Block Kit's interactive elements.
 *
 * Every drawing function takes the element and its `place`: `{surface, blockId, input, dispatch, labelledBy, describedBy}`.
 * A change is kept in the surface's values; outside an input block (or with dispatch_action) it is also sent as a press.
 */

import { tell } from "./api.js";
import { channelOf, directory, mentionable, nameOf, personOf, signedTitle } from "./directory.js";
import { el, icon, safeUrl } from "./dom.js";
import { avatar } from "./avatar.js";
import { plain, spoken, textObject } from "./mrkdwn.js";
import { explain } from "./notices.js";
import { matching, openMenu, openPicker } from "./popover.js";
import { press, pressable, pressKey } from "./press.js";

const SUGGEST_MS = 200;

let serial = 0;

/** The node for an interactive element, or null when its type is not known here. */
export function interactive(element, place) {
  const draw = DRAWN[element?.type];
  if (!draw) return null;
  const node = draw(element, place);
  node.dataset.action = element.action_id ?? "";
  node.dataset.block = place.blockId ?? "";
  return node;
}

function changed(element, place, value) {
  place.surface.values.set(place.blockId, element, value);
  place.surface.touched?.(place.blockId);
  return place.input && !place.dispatch ? Promise.resolve(true) : press(place.surface, place.blockId, element, value);
}

function labels(place, ...own) {
  const by = [place.labelledBy, ...own].filter(Boolean).join(" ");
  return { "aria-labelledby": by || null, "aria-describedby": place.describedBy ?? null, "aria-required": place.required ? "true" : null };
}

function button(element, place) {
  const style = ["primary", "danger"].includes(element.style) ? `.${element.style}` : "";
  const send = () => press(place.surface, place.blockId, element, element.value === undefined ? {} : { value: element.value });
  const props = { "aria-label": element.accessibility_label ?? null, on: { click: send } };
  const url = element.url ? safeUrl(element.url) : null;
  const node = url
    ? el(`a.button${style}`, { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, ...plain(element.text), el("span.leaves", { "aria-label": "opens elsewhere" }, " ↗"))
    : el(`button.button${style}`, { ...props, type: "button" }, ...plain(element.text));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

function overflow(element, place) {
  const chosen = (option) => () => {
    const url = option.url && safeUrl(option.url);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    press(place.surface, place.blockId, element, { selected_option: option });
  };
  const items = (element.options ?? []).map((option) => ({ label: spokenPlain(option.text), hint: spokenPlain(option.description), pick: chosen(option) }));
  const node = el("button.button.overflow", { type: "button", "aria-label": "More actions", "aria-haspopup": "menu", on: { click: () => openMenu(node, items, "More actions") } }, icon("dots"));
  return pressable(node, pressKey(place.surface, place.blockId, element));
}

/** A text object as one plain line, for lists. */
function spokenPlain(object) {
  return object?.text ? el("span", {}, ...textObject(object)).textContent : "";
}

// --- selects -----------------------------------------------------------------------------------------------------------

/** What can be chosen, per element type: how to load it, and how a choice is told to the app. */
const SOURCES = {
  static: {
    keyOf: (option) => option.value,
    nameOf: (option) => spokenPlain(option.text),
    load: (element) => (typed) => matching(optionItems(element), typed),
    field: ["selected_option", "selected_options"],
  },
  external: {
    keyOf: (option) => option.value,
    nameOf: (option) => spokenPlain(option.text),
    load: (element, place) => (typed) => suggestions(element, place, typed),
    field: ["selected_option", "selected_options"],
  },
  users: {
    keyOf: (id) => id,
    nameOf,
    load: () => (typed) => matching(mentionable().map(personItem), typed),
    field: ["selected_user", "selected_users"],
  },
  channels: {
    keyOf: (id) => id,
    nameOf: channelName,
    load: () => (typed) => matching(channelItems((channel) => !channel.is_im && !channel.is_mpim && !channel.is_private), typed),
    field: ["selected_channel", "selected_channels"],
  },
  conversations: {
    keyOf: (id) => id,
    nameOf: channelName,
    load: (element) => (typed) => matching(channelItems((channel) => passes(channel, element.filter)), typed),
    field: ["selected_conversation", "selected_conversations"],
  },
};

function channelName(id) {
  const channel = channelOf(id);
  return channel ? signedTitle(channel) : nameOf(id);
}

function optionItems(element) {
  const item = (option, group) => ({ key: option.value, label: spokenPlain(option.text), hint: spokenPlain(option.description), raw: option, group });
  if (element.option_groups) return element.option_groups.flatMap((group) => (group.options ?? []).map((option) => item(option, spokenPlain(group.label))));
  return (element.options ?? []).map((option) => item(option));
}

async function suggestions(element, place, typed) {
  if (typed.length < (element.min_query_length ?? 3)) return [];
  const body = { as: directory.me.id, ...place.surface.target, block_id: place.blockId, action_id: element.action_id, value: typed };
  try {
    return optionItems(await tell("options", body));
  } catch (refusal) {
    explain(refusal);
    return [];
  }
}

function personItem(person) {
  const mark = person.id === directory.me?.id ? "you" : null;
  const hint = [person.name, person.role, mark].filter(Boolean).join(" · ");
  return { key: person.id, raw: person.id, label: nameOf(person.id), hint, lead: avatar(person.avatar, "small") };
}

function channelItems(wanted) {
  return [...directory.channels.values()].filter((channel) => !channel.is_archived && wanted(channel)).map((channel) => ({
    key: channel.id, raw: channel.id, label: signedTitle(channel), hint: spoken(channel.topic?.value),
  }));
}

function passes(channel, filter = {}) {
  const kind = channel.is_im ? "im" : channel.is_mpim ? "mpim" : channel.is_private ? "private" : "public";
  const bot = channel.is_im && Boolean(personOf(channel.user)?.is_bot);
  return (!filter.include || filter.include.includes(kind)) && !(filter.exclude_bot_users && bot);
}

function select(sourceName, multi) {
  const source = SOURCES[sourceName];
  const field = source.field[multi ? 1 : 0];
  return (element, place) => {
    const words = el("span.select-words");
    serial += 1;
    const id = `select-${serial}`;
    const node = el("button.select", { type: "button", id, "aria-haspopup": "listbox", on: { click: () => open() }, ...labels(place, id) }, words, icon("chevron"));
    const now = () => [place.surface.values.of(place.blockId, element)[field] ?? []].flat();
    const show = () => showChosen(words, now().map(source.nameOf), element);
    const keep = async (value) => {
      const [before, kept] = [place.surface.values.of(place.blockId, element), changed(element, place, { [field]: value })];
      show();
      if ((await kept) === false) (place.surface.values.set(place.blockId, element, before), show());
    };
    const open = () => openSelect({ node, element, place, source, multi, now, keep });
    show();
    return pressable(node, pressKey(place.surface, place.blockId, element));
  };
}

function showChosen(words, names, element) {
  words.textContent = names.length ? names.join(", ") : spokenPlain(element.placeholder) || "Choose";
  words.classList.toggle("unset", !names.length);
}

function openSelect({ node, element, place, source, multi, now, keep }) {
  let chosen = now();
  const has = (item) => chosen.some((option) => source.keyOf(option) === item.key);
  const load = source.load(element, place);
  const marked = (items) => items.map((item) => ({ ...item, chosen: has(item) }));
  const picked = (item) => {
    if (!multi) return keep(item.raw);
    chosen = has(item) ? chosen.filter((option) => source.keyOf(option) !== item.key) : [...chosen, item.raw].slice(-(element.max_selected_items ?? 100));
    return null;
  };
  const different = () => chosen.map(source.keyOf).join("\n") !== now().map(source.keyOf).join("\n");
  const few = source === SOURCES.static && optionItems(element).length <= 7;
  openPicker(node, {
    label: spokenPlain(element.placeholder) || "Choose", multi, search: !few, picked,
    ...(source === SOURCES.external ? { hint: "Type to search", patience: SUGGEST_MS } : {}),
    load: (typed) => {
      const items = load(typed);
      return items instanceof Promise ? items.then(marked) : marked(items);
    },
    closed: () => multi && different() && keep(chosen),
  });
}

// --- lists of choices that are always open --------------------------------------------------------------------------------

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

// --- things one types -------------------------------------------------------------------------------------------------------

const TYPES = { number_input: "text", email_text_input: "email", url_text_input: "url", plain_text_input: "text" };

function textInput(element, place) {
  const value = place.surface.values.of(place.blockId, element).value ?? "";
  const tag = element.multiline ? "textarea.input" : "input.input";
  const type = element.multiline ? { rows: "4" } : { type: TYPES[element.type], inputmode: element.type === "number_input" ? "decimal" : null };
  const count = el("span.count", { "aria-hidden": "true" });
  const heard = () => {
    const text = node.value;
    place.surface.values.set(place.blockId, element, { value: text === "" ? null : text });
    place.surface.touched?.(place.blockId);
    showCount(count, element, text);
    if (sendsOn(element, place, "on_character_entered")) press(place.surface, place.blockId, element, { value: text });
  };
  const node = el(tag, {
    ...type, value, placeholder: element.placeholder?.text ?? null, autocomplete: "off", autofocus: element.focus_on_load ?? null,
    on: { input: heard, keydown: (event) => entered(event, element, place) }, ...labels(place),
  });
  showCount(count, element, value);
  return el("span.input-wrap", {}, pressable(node, pressKey(place.surface, place.blockId, element)), count);
}

function sendsOn(element, place, moment) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return (place.dispatch || !place.input) && on.includes(moment);
}

function entered(event, element, place) {
  if (event.key !== "Enter" || event.isComposing || element.multiline) return;
  event.preventDefault();
  if (sendsOn(element, place, "on_enter_pressed")) press(place.surface, place.blockId, element, { value: event.target.value });
  else place.surface.submit?.();
}

function showCount(count, element, text) {
  const left = element.max_length ? element.max_length - text.length : null;
  count.textContent = left !== null && left <= 50 ? String(left) : "";
  count.classList.toggle("over", left !== null && left < 0);
}

function moment(type, field, { fromInput = (text) => text || null, toInput = (value) => value ?? "" } = {}) {
  return (element, place) => {
    const heard = () => changed(element, place, { [field]: fromInput(node.value) });
    const value = toInput(place.surface.values.of(place.blockId, element)[field]);
    const node = el("input.input.moment", { type, value, title: spoken(element.placeholder?.text), on: { change: heard }, ...labels(place) });
    return pressable(node, pressKey(place.surface, place.blockId, element));
  };
}

const localMoment = {
  fromInput: (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null),
  toInput: (seconds) => (seconds ? new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : ""),
};

const DRAWN = {
  button,
  overflow,
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
  datepicker: moment("date", "selected_date"),
  timepicker: moment("time", "selected_time"),
  datetimepicker: moment("datetime-local", "selected_date_time", localMoment),
};
