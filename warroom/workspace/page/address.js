/** Where this window is, kept in its address so that a reload, a link or a second window can be exactly there. */

const REMEMBERED = "warroom-workspace-as";

/** `{as, channel, ts, thread, tab}` from the address; `as` also from this tab's own memory. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const one = (name) => query.get(name) || null;
  return { as: one("as") ?? sessionStorage.getItem(REMEMBERED), channel: one("channel"), ts: one("ts"), thread: one("thread") ?? one("thread_ts"), tab: one("tab") };
}

/** Writes the address; `fresh` makes a new step for the browser's back button. */
export function writeAddress(place, fresh) {
  sessionStorage.setItem(REMEMBERED, place.as);
  const search = `?${searchOf(place)}`;
  if (search === location.search) return;
  if (fresh) history.pushState(null, "", search);
  else history.replaceState(null, "", search);
}

function searchOf({ as, channel, thread, tab, ts }) {
  const given = { as, channel, thread, ts, tab: tab === "messages" ? null : tab };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value));
}

/** A link to a place for somebody else: without who one is. */
export function linkTo(place) {
  return `${location.origin}/?${searchOf({ ...place, as: null })}`;
}
