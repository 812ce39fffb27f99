/** Times in the reader's own zone: clock times, day names, and Slack's `<!date^...>` tokens. */

const HOUR_CYCLE = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle;

const format = (options) => {
  const made = new Intl.DateTimeFormat("en", { ...options, ...(options.hour ? { hourCycle: HOUR_CYCLE } : {}) });
  return (date) => made.format(date);
};

const TIME = format({ hour: "2-digit", minute: "2-digit" });
const TIME_SECS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const SHORT = format({ month: "short", day: "numeric", year: "numeric" });
const FULL = format({ weekday: "long", month: "long", day: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
const WEEKDAY = format({ weekday: "long" });
const MONTH = format({ month: "long" });

/** A message's ts ("1700000000.000100") as a Date. The ts itself stays a string: it is an identifier. */
export function dateOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clock(ts) {
  return TIME(dateOf(ts));
}

export function fullTime(ts) {
  return FULL(dateOf(ts));
}

/** The calendar day in the reader's zone, as a key that compares. */
export function dayKey(ts) {
  const date = dateOf(ts);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayName(ts, now = new Date()) {
  const near = nearDay(dateOf(ts), now);
  if (near) return near;
  return longDay(dateOf(ts), now);
}

function longDay(date, now) {
  const year = date.getFullYear() === now.getFullYear() ? "" : `, ${date.getFullYear()}`;
  return `${WEEKDAY(date)}, ${MONTH(date)} ${ordinal(date.getDate())}${year}`;
}

const two = (number) => String(number).padStart(2, "0");

function ordinal(day) {
  const teens = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${teens ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
}

function nearDay(date, now) {
  const midnight = (day) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  const away = (midnight(date) - midnight(now)) / 86_400_000;
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[away] ?? null;
}

/** How long ago (or ahead) in words: "just now", "4 min ago", "in 2 h". */
export function ago(date, now = new Date()) {
  const seconds = Math.round((now - date) / 1000);
  const size = Math.abs(seconds);
  if (size < 20) return "just now";
  const words = spanWords(size);
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

function spanWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`;
  const days = Math.round(seconds / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

const lower = (word) => word && word.toLowerCase();
const plainDate = (date) => `${MONTH(date)} ${ordinal(date.getDate())}, ${date.getFullYear()}`;

const TOKENS = {
  date_num: (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
  date: plainDate,
  date_short: SHORT,
  date_long: (date) => `${WEEKDAY(date)}, ${plainDate(date)}`,
  date_pretty: (date, now) => lower(nearDay(date, now)) ?? plainDate(date),
  date_short_pretty: (date, now) => lower(nearDay(date, now)) ?? SHORT(date),
  date_long_pretty: (date, now) => lower(nearDay(date, now)) ?? `${WEEKDAY(date)}, ${plainDate(date)}`,
  time: TIME,
  time_secs: TIME_SECS,
  ago: (date, now) => ago(date, now),
};

/** Fills Slack's date tokens for an epoch second; null when the number or every token is unknown (then the fallback is shown). */
export function slackDate(seconds, pattern, now = new Date()) {
  const date = new Date(Number(seconds) * 1000);
  if (!seconds || Number.isNaN(date.getTime())) return null;
  let known = 0;
  const words = pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    if (!Object.hasOwn(TOKENS, token)) return whole;
    known += 1;
    return TOKENS[token](date, now);
  });
  return known ? capitalised(words, pattern) : null;
}

function capitalised(words, pattern) {
  return /^\{date(_short|_long)?_pretty\}/.test(pattern) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

/** Rewrites every relative time on the page; called now and then so that "2 min ago" stays true. */
export function refreshRelative(root = document) {
  for (const node of root.querySelectorAll("time[data-pattern]")) {
    node.textContent = slackDate(node.dataset.seconds, node.dataset.pattern) ?? node.textContent;
  }
}
