/** The page of the local workspace: wires the parts together, and follows the stream. */

import "./theme.js";
import { readAddress } from "./address.js";
import { NO_ANSWER } from "./api.js";
import { refreshRelative } from "./dates.js";
import { directory } from "./directory.js";
import { Desk } from "./desk.js";
import { el, fill } from "./dom.js";
import { eventsFor } from "./events.js";
import { listenForKeys } from "./keys.js";
import { withdraw } from "./notices.js";
import { Stream } from "./stream.js";

const TICK_MS = 15_000;
const AGAIN_MS = 1500;
const PERMALINK = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/;

const desk = new Desk();
const bar = document.getElementById("reconnecting");
let shownBefore = false;

const stream = new Stream({
  heard: eventsFor(desk),
  opened: () => catchUp(),
  lost: () => (bar.hidden = false),
  refused: (personId) => again(personId),
});

/** After every (re)connection: what was missed is fetched; the stream is already open, so nothing falls between. */
async function catchUp() {
  const whole = await desk.guarded(() => desk.refresh({ keepPlace: shownBefore }));
  bar.hidden = whole;
  if (whole) withdraw(NO_ANSWER);
  shownBefore ||= whole;
  document.body.classList.toggle("ready", shownBefore);
}

/** The workspace may no longer know whom this window plays: then somebody else is played, else it is tried again. */
async function again(personId) {
  const same = await desk.lookWhoIsThere().catch(() => true);
  if (same) stream.follow(personId);
}

desk.onBecome = () => {
  shownBefore = false;
  stream.follow(directory.me.id);
};

async function begin() {
  try {
    await desk.arrive();
  } catch (refusal) {
    fill(document.getElementById("stage"), el("p.nothing", { role: "alert" }, refusal.message));
    return void setTimeout(begin, AGAIN_MS);
  }
  return stream.follow(directory.me.id);
}

/** Where a link leads within this page: to a channel, or to a message by its permalink; null when it leads elsewhere. */
function within(link) {
  if (link.dataset.channel) return { channel: link.dataset.channel };
  const url = new URL(link.href, location.href);
  const [, channel, seconds, rest] = url.origin === location.origin ? (PERMALINK.exec(url.pathname) ?? []) : [];
  return channel ? { channel, ts: `${seconds}.${rest}`, thread: url.searchParams.get("thread_ts") } : null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const place = within(link);
  if (!place || !directory.channels.has(place.channel)) return;
  event.preventDefault();
  desk.openChannel(place.channel, { ts: place.ts ?? null, thread: place.thread ?? null });
});

document.addEventListener("visibilitychange", () => !document.hidden && desk.pane.scrolled());

window.addEventListener("popstate", () => {
  const { as, channel, thread, tab } = readAddress();
  if (as && as !== directory.me.id && directory.people.has(as)) return void desk.become(as);
  return void desk.guarded(() => desk.openPlace({ channel: channel ?? desk.place.channel, thread, tab: tab ?? "messages" }, { step: false }));
});

listenForKeys(desk);
setInterval(() => refreshRelative(), TICK_MS);
begin();
