// Time, counted from the seconds left that the server reports: the clock of this machine may be wrong.

import { make, valueIn } from "./dom.mjs";

const UNITS = [
  ["year", 31536000],
  ["day", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** 4521 is "1 h 15 min": two units say enough. */
function span(seconds) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  let rest = seconds;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest %= size;
    return count && `${count} ${unit}${count > 1 && size >= 86400 ? "s" : ""}`;
  });
  return parts.filter(Boolean).join(" ");
}

export const leftOrAgo = (left) =>
  left > 0 ? `${span(left)} left` : left === 0 ? "expires now" : `expired ${span(-left)} ago`;

/** In the local time zone, with UTC for machines. */
export function moment(seconds) {
  const utc = new Date(seconds * 1000);
  const local = new Date(utc - utc.getTimezoneOffset() * 60_000).toISOString();
  const title = utc.toISOString();
  return make("time", { dateTime: title, title }, local.slice(0, 19).replace("T", " "));
}

const counters = new Map();

export function countDown(shown, left, words) {
  const end = performance.now() / 1000 + left;
  const tell = () => (shown.textContent = words(Math.ceil(end - performance.now() / 1000)));
  counters.set(shown, tell);
  tell();
}

export function tick() {
  for (const [shown, tell] of counters) {
    if (shown.isConnected) tell();
    else counters.delete(shown);
  }
}

/** Runs, unless it is as of another time. */
export function leftText(left) {
  const shown = make(left > 0 ? "span.text-good" : "span.text-bad", leftOrAgo(left));
  if (!valueIn("readAt")) countDown(shown, left, leftOrAgo);
  return shown;
}
