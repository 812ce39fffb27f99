/** What a person has entered on one surface, by block and action, in the shapes Slack's `view.state.values` uses. */

import { directory } from "./directory.js";

const here = (e) => (e.default_to_current_conversation ? (directory.here ?? null) : null);

const INITIAL = {
  plain_text_input: (e) => ({ value: e.initial_value ?? null }),
  number_input: (e) => ({ value: e.initial_value ?? null }),
  email_text_input: (e) => ({ value: e.initial_value ?? null }),
  url_text_input: (e) => ({ value: e.initial_value ?? null }),
  static_select: (e) => ({ selected_option: e.initial_option ?? null }),
  external_select: (e) => ({ selected_option: e.initial_option ?? null }),
  radio_buttons: (e) => ({ selected_option: e.initial_option ?? null }),
  multi_static_select: (e) => ({ selected_options: e.initial_options ?? [] }),
  multi_external_select: (e) => ({ selected_options: e.initial_options ?? [] }),
  checkboxes: (e) => ({ selected_options: e.initial_options ?? [] }),
  users_select: (e) => ({ selected_user: e.initial_user ?? null }),
  multi_users_select: (e) => ({ selected_users: e.initial_users ?? [] }),
  channels_select: (e) => ({ selected_channel: e.initial_channel ?? null }),
  multi_channels_select: (e) => ({ selected_channels: e.initial_channels ?? [] }),
  conversations_select: (e) => ({ selected_conversation: e.initial_conversation ?? here(e) }),
  multi_conversations_select: (e) => ({ selected_conversations: e.initial_conversations ?? [here(e)].filter(Boolean) }),
  rich_text_input: (e) => ({ rich_text_value: e.initial_value ?? null }),
  file_input: () => ({ files: [] }),
  datepicker: (e) => ({ selected_date: e.initial_date ?? null }),
  timepicker: (e) => ({ selected_time: e.initial_time ?? null }),
  datetimepicker: (e) => ({ selected_date_time: e.initial_date_time ?? null }),
};

/** Whether an element holds a value of its own (a button does not). */
export function holdsValue(element) {
  return Object.hasOwn(INITIAL, element?.type ?? "");
}

export class Values {
  #entered = new Map();

  /** The element's value: what was entered, else what the app put there. */
  of(blockId, element) {
    return this.#entered.get(slot(blockId, element)) ?? INITIAL[element.type](element);
  }

  set(blockId, element, value) {
    this.#entered.set(slot(blockId, element), value);
  }

  forget(blockId, element) {
    this.#entered.delete(slot(blockId, element));
  }

  /** `{block_id: {action_id: {type, ...}}}` for every element of these blocks that holds a value. */
  state(blocks) {
    const state = {};
    for (const { blockId, element } of valueElements(blocks)) {
      (state[blockId] ??= {})[element.action_id] = { type: element.type, ...told(this.of(blockId, element)) };
    }
    return state;
  }
}

/** A value without what only the page needs to draw it again. */
function told({ typed: _, ...value }) {
  return value;
}

const slot = (blockId, element) => `${blockId}\n${element.action_id}\n${element.type}`;

/** Every element with a value among the blocks, with its block. */
export function valueElements(blocks) {
  return (blocks ?? []).flatMap((block) => {
    if (block.type === "container") return valueElements(block.child_blocks);
    const elements = [block.element, block.accessory, ...(block.type === "actions" ? (block.elements ?? []) : [])];
    return elements.filter(holdsValue).map((element) => ({ blockId: block.block_id, block, element }));
  });
}

/** What is wrong with the answers of a modal, by block_id: what Slack's own client refuses before asking the app. */
export function problems(blocks, values) {
  const found = {};
  for (const { blockId, block, element } of valueElements(blocks)) {
    const words = block.type === "input" ? problem(block, element, values.of(blockId, element)) : null;
    if (words) found[blockId] = words;
  }
  return found;
}

function problem(block, element, value) {
  const given = Object.values(value)[0];
  if (given === null || given === "" || given?.length === 0) return block.optional ? null : "Please fill in this required field.";
  return CHECKS[element.type]?.(element, given) ?? null;
}

const CHECKS = {
  plain_text_input: (e, text) => {
    if (e.min_length && text.length < e.min_length) return `Please write at least ${e.min_length} characters (these are ${text.length}).`;
    return e.max_length && text.length > e.max_length ? `Please keep to ${e.max_length} characters (these are ${text.length}).` : null;
  },
  number_input: (e, text) => {
    const number = Number(text);
    if (Number.isNaN(number)) return "Please enter a number.";
    if (!e.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
    if (e.min_value !== undefined && number < Number(e.min_value)) return `Please enter at least ${e.min_value}.`;
    return e.max_value !== undefined && number > Number(e.max_value) ? `Please enter at most ${e.max_value}.` : null;
  },
  email_text_input: (_, text) => (/^\S+@\S+\.\S+$/.test(text) ? null : "Please enter an e-mail address."),
  url_text_input: (_, text) => (/^https?:\/\/\S+$/.test(text) ? null : "Please enter an address that begins with https://."),
};
