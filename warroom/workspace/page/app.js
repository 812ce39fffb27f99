/** The page of the local workspace: wires the parts together, follows the stream, and hears the keys that work everywhere. */

import { readAddress } from "./address.js";
import { NO_ANSWER } from "./api.js";
import { refreshRelative } from "./dates.js";
import { directory } from "./directory.js";
import { Desk } from "./desk.js";
import { el, fill } from "./dom.js";
import { eventsFor } from "./events.js";
import { withdraw } from "./notices.js";
import { closePopover } from "./popover.js";
import { Stream } from "./stream.js";

const TICK_MS = 15_000;
const AGAIN_MS = 1500;

const desk = new Desk();
const bar = document.getElementById("reconnecting");
let shownBefore = false;

const stream = new Stream({
  heard: eventsFor(desk),
  opened: () => catchUp(),
  lost: () => (bar.hidden = false),
});

/** After every (re)connection: what was missed is fetched; the stream is already open, so nothing falls between. */
async function catchUp() {
  const whole = await desk.guarded(() => desk.refresh({ keepPlace: shownBefore }));
  bar.hidden = whole;
  if (whole) withdraw(NO_ANSWER);
  shownBefore ||= whole;
  document.body.classList.toggle("ready", shownBefore);
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

/** Escape closes the innermost thing that is open; dialogs hear it first. */
function escape() {
  if (closePopover() || desk.closeDrawer()) return;
  if (desk.inspecting() && document.getElementById("inspector").contains(document.activeElement)) desk.toggleInspector();
  else if (desk.place.thread) desk.closeThread();
  else desk.pane.toEnd();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!desk.modals.top) desk.findPlace();
  } else if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) escape();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-channel]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  desk.openChannel(link.dataset.channel);
});

document.addEventListener("visibilitychange", () => !document.hidden && desk.pane.scrolled());

window.addEventListener("popstate", () => {
  const { as, channel, thread, tab } = readAddress();
  if (as && as !== directory.me.id && directory.people.has(as)) return void desk.become(as);
  return void desk.guarded(() => desk.openPlace({ channel: channel ?? desk.place.channel, thread, tab: tab ?? "messages" }, { step: false }));
});

setInterval(() => refreshRelative(), TICK_MS);
begin();
