/** Select menus: one or several of the app's options, of people, of channels, each with a search. */

import { tell } from "./api.js";
import { avatar } from "./avatar.js";
import { channelOf, directory, mentionable, nameOf, personOf, signedTitle } from "./directory.js";
import { el, icon } from "./dom.js";
import { changed, labels, spokenPlain } from "./entries.js";
import { spoken } from "./mrkdwn.js";
import { explain } from "./notices.js";
import { matching, openPicker } from "./popover.js";
import { pressable, pressKey } from "./press.js";

const SUGGEST_MS = 200;

let serial = 0;

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

/** Draws a select: `sourceName` says what can be chosen, `multi` whether several. */
export function select(sourceName, multi) {
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
