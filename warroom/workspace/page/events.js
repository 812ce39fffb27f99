/** What the stream tells, applied to what is shown. Every event may come twice or late: applying it again changes nothing. */

import { channelOf, directory } from "./directory.js";
import { summary } from "./message.js";
import { announce, notice } from "./notices.js";
import { lookAgain } from "./workspace.js";

const SETTLE_MS = 300;

/** The handler of stream events for a desk. */
export function eventsFor(desk) {
  const later = settling();
  const handlers = {
    message: ({ channel, message }) => arrived(desk, later, channel, message),
    message_changed: ({ channel, message }) => changed(desk, later, channel, message),
    message_deleted: ({ channel, ts }) => deleted(desk, later, channel, ts),
    channel: ({ channel }) => channelChanged(desk, later, channel),
    view_opened: ({ view }) => desk.modals.push(view),
    view_pushed: ({ view }) => desk.modals.push(view),
    view_updated: ({ view }) => desk.modals.update(view),
    view_closed: ({ view_id: viewId, cleared }) => desk.modals.close(viewId, cleared),
    home: ({ app_id: appId, view }) => homePublished(desk, appId, view),
    notice: ({ level, text }) => notice(text, level),
    bookmarks: ({ channel, bookmarks }) => desk.rooms.marked({ id: channel }, { bookmarks }),
    people: () => later("people", () => desk.guarded(() => peopleChanged(desk))),
    reset: () => desk.guarded(() => desk.startOver()),
  };
  return (event) => handlers[event.type]?.(event);
}

/** Runs things once, a moment after they were last asked for. */
function settling() {
  const timers = new Map();
  return (name, act) => {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(act, SETTLE_MS));
  };
}

function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

function arrived(desk, later, channelId, message) {
  const here = desk.place.channel === channelId;
  const known = here && desk.pane.has(message.ts);
  const topLevel = !isReply(message) || message.subtype === "thread_broadcast";
  if (here && topLevel) desk.pane.put(message, { fresh: true });
  if (here && desk.place.thread && inThread(desk, message)) desk.side.pane.put(message, { fresh: true });
  if (here && !topLevel) later(`parent-${message.thread_ts}`, () => stillHere(desk, channelId) && desk.refetch());
  if (here && message.subtype === "pinned_item") later("pins", () => desk.refetch());
  if (!channelOf(channelId)) later("channels", () => desk.guarded(() => desk.refreshChannels()));
  else if (!known) count(desk, channelId, message, topLevel);
  if (here && message.user !== directory.me.id) announce(`${message.author?.real_name ?? message.author?.name ?? "Somebody"}: ${summary(message)}`);
}

const stillHere = (desk, channelId) => desk.place.channel === channelId && desk.place.tab === "messages";

function inThread(desk, message) {
  return message.thread_ts === desk.place.thread || message.ts === desk.place.thread;
}

/** Unread marks: replies count only when they mention the reader. The pane clears the marks when the end is in view. */
function count(desk, channelId, message, topLevel) {
  const channel = channelOf(channelId);
  const mine = message.user === directory.me.id || message.is_ephemeral;
  const forMe = mentionsMe(message) || channel.is_im || channel.is_mpim;
  channel.last_ts = message.ts;
  const reading = desk.place.channel === channelId && desk.place.tab === "messages" && desk.pane.following && !document.hidden;
  if (mine || reading || (!topLevel && !forMe)) return;
  channel.unread = (channel.unread ?? 0) + 1;
  if (forMe) channel.mentions = (channel.mentions ?? 0) + 1;
  desk.drawAround();
}

function mentionsMe(message) {
  return (message.text ?? "").includes(`<@${directory.me.id}`) || /<!(here|channel|everyone)\b/.test(message.text ?? "");
}

function changed(desk, later, channelId, message) {
  if (desk.place.channel !== channelId) return;
  if (desk.pane.has(message.ts)) desk.pane.put(message);
  if (desk.side.pane.has(message.ts)) desk.side.pane.put(message);
  desk.drawPins();
  const pinned = message.pinned_to?.includes(channelId) ?? desk.pins.includes(message.ts);
  if (pinned !== desk.pins.includes(message.ts)) later("pins", () => desk.refetch());
}

function deleted(desk, later, channelId, ts) {
  if (desk.place.channel !== channelId) return;
  const reply = desk.side.pane.has(ts) && ts !== desk.place.thread;
  desk.pane.drop(ts);
  desk.side.pane.drop(ts);
  if (ts === desk.place.thread) desk.side.close();
  if (reply) later("parent", () => stillHere(desk, channelId) && desk.refetch());
  desk.drawPins();
}

function channelChanged(desk, later, channel) {
  const before = channelOf(channel.id);
  const member = channel.is_member ?? channel.members?.includes(directory.me.id) ?? before?.is_member;
  if (channel.is_private && member === false) directory.channels.delete(channel.id);
  else directory.channels.set(channel.id, { ...before, ...channel, is_member: member });
  const shown = channelOf(channel.id);
  if (desk.place.channel !== channel.id) return desk.drawAround();
  if (!shown) return later("gone", () => desk.guarded(() => desk.refresh()));
  if (desk.pane.following && !document.hidden) Object.assign(shown, { unread: 0, mentions: 0 });
  desk.drawAround();
  if (desk.place.tab === "messages") desk.drawFoot(shown);
  return later("pins", () => stillHere(desk, channel.id) && desk.refetch());
}

/** People or apps came, changed or went. */
async function peopleChanged(desk) {
  if (await desk.lookWhoIsThere()) await desk.refresh({ keepPlace: true });
  lookAgain();
}

function homePublished(desk, appId, view) {
  const app = directory.apps.get(appId);
  if (app) desk.showPublished(app, view);
}
