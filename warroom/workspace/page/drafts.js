/** What has been begun but not sent, by person and conversation, kept for as long as the window lives. */

import { directory } from "./directory.js";

const KEPT = "warroom-workspace-drafts";
const MOST = 100;

const drafts = new Map(read());

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

export function draftOf(key) {
  return drafts.get(key) ?? "";
}

/** Keeps a text, or forgets it when it is empty. Answers whether there now is a draft where there was none, or the reverse. */
export function keepDraft(key, text) {
  const before = drafts.has(key);
  if (text) drafts.set(key, text);
  else drafts.delete(key);
  sessionStorage.setItem(KEPT, JSON.stringify([...drafts].slice(-MOST)));
  return before !== drafts.has(key);
}

/** Whether this person has begun to write in a conversation. */
export function hasDraft(channelId) {
  return drafts.has(`${directory.me?.id}:${channelId}`);
}
