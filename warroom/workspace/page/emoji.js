/** Names of emoji as Slack writes them (`:fire:`, `:wave::skin-tone-3:`) and the characters they stand for. Unknown names stay text. */

import { GROUPS } from "./emojidata.js";

/** The groups in order: `{title, entries: [{name, names, char, toned}]}`; `toned` says whether it takes a skin tone. */
export const EMOJI_GROUPS = Object.entries(GROUPS).map(([title, table]) => ({ title, entries: table.trim().split(/[|\n]/).map(entryOf) }));

const BY_NAME = new Map(EMOJI_GROUPS.flatMap(({ entries }) => entries.flatMap((entry) => entry.names.map((name) => [name, entry]))));

/** Every name with its character. */
export const EMOJI = new Map([...BY_NAME].map(([name, { char }]) => [name, char]));

/** The emoji offered first: what people answer with during an incident. */
export const QUICK = ["eyes", "white_check_mark", "rotating_light"];

const NAMED = /^:?([a-z0-9_+'-]+?)(?:::skin-tone-([2-6]))?:?$/;
const FIRST_TONE = 0x1f3fb;
const VARIATION = "\ufe0f";

function entryOf(text) {
  const [, joined, star, char] = /^(\S+?)(\*?) (.+)$/.exec(text);
  const names = joined.split(",");
  return { name: names[0], names, char, toned: Boolean(star) };
}

/** The character for a name, with or without its colons and skin tone; null when the name is not known. */
export function emojiOf(given) {
  const [, name, tone] = NAMED.exec(String(given ?? "")) ?? [];
  const entry = BY_NAME.get(name);
  return entry ? inTone(entry, Number(tone)) : null;
}

/** The entry's character in a skin tone from 2 (light) to 6 (dark), where it has such. */
export function inTone({ char, toned }, tone) {
  if (!toned || !(tone >= 2 && tone <= 6)) return char;
  const [first, ...rest] = [...char];
  if (rest[0] === VARIATION) rest.shift();
  return [first, String.fromCodePoint(FIRST_TONE + tone - 2), ...rest].join("");
}

/** What to draw for an avatar's emoji, which may be given as a name or as the character itself; an unknown name stays, without its colons. */
export function emojiOrText(given) {
  return emojiOf(given) ?? String(given ?? "").replace(/^:(.+):$/, "$1");
}
