/** Words beside a name that say who somebody is: an app, a guest, somebody of another company. */

import { el } from "./dom.js";

/** The badge for a person's standing here, or null for an ordinary member. */
export function standing(person) {
  const words = standingWords(person);
  return words ? el("span.badge.standing", {}, words) : null;
}

/** The same as words. */
export function standingWords(person) {
  if (!person || person.is_bot) return "";
  if (person.is_stranger) return person.team_name || "Another company";
  if (person.is_ultra_restricted) return "Guest of one channel";
  return person.is_restricted ? "Guest" : "";
}

/** A person's role and standing on one line, for lists. */
export function personHint(person) {
  return [person?.role, standingWords(person), person?.is_bot ? "app" : ""].filter(Boolean).join(" · ");
}

/** "Shared with …" on a channel that people of other companies are in. */
export function sharing(channel) {
  if (!channel?.is_ext_shared) return null;
  const companies = (channel.shared_with ?? []).map(({ name }) => name).filter(Boolean);
  return el("span.badge.standing", {}, `Shared with ${companies.join(", ") || "another company"}`);
}
