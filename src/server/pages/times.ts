/**
 * Formats of times and counts on pages: `49m ago`, `12:06 PM`, `1.8k` (protocol.md §6.5, §6.10). All times are unix seconds
 * and shown in UTC. The current time is always an argument.
 */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const YEAR = 365 * DAY;

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `n/a`, `just now`, `14s ago`, `49m ago`, `6h ago`, `37d ago`, `1y ago`. */
export function ago(then: number | null, now: number): string {
  const short = age(then, now);
  return short === "n/a" || short === "just now" ? short : `${short} ago`;
}

/** Like {@link ago}, but in words, for the room info page: `18 minutes ago`. */
export function agoInWords(then: number | null, now: number): string {
  const short = age(then, now);
  const match = /^(\d+)([smhdy])$/.exec(short);
  if (!match) return short;
  const unit = { s: "second", m: "minute", h: "hour", d: "day", y: "year" }[match[2] ?? "s"] ?? "second";
  return `${match[1]} ${unit}${match[1] === "1" ? "" : "s"} ago`;
}

function age(then: number | null, now: number): string {
  if (then === null || then <= 0) return "n/a";
  const seconds = Math.floor(now - then);
  if (seconds < 2) return "just now";
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < YEAR) return `${Math.floor(seconds / DAY)}d`;
  return `${Math.floor(seconds / YEAR)}y`;
}

/** `12:06 PM`. */
export function clockLabel(time: number): string {
  const date = new Date(time * 1000);
  const hours = date.getUTCHours();
  return `${hours % 12 || 12}:${two(date.getUTCMinutes())} ${hours < 12 ? "AM" : "PM"}`;
}

/** `Oct 30, 2018 12:06 PM`. */
export function dateLabel(time: number): string {
  const date = new Date(time * 1000);
  return `${monthName(date.getUTCMonth())} ${date.getUTCDate()}, ${date.getUTCFullYear()} ${clockLabel(time)}`;
}

/** `4:49 PM` today, `yst 7:51 PM`, `Mon 8:29 PM` within a week, `Apr 19 3:55 PM`, `Oct 2, 17 1:40 PM` in other years. */
export function relativeLabel(time: number, now: number): string {
  const date = new Date(time * 1000);
  const days = daysBetween(isoDay(time), isoDay(now));
  const clock = clockLabel(time);
  if (days <= 0) return clock;
  if (days === 1) return `yst ${clock}`;
  if (days < 7) return `${WEEKDAYS[date.getUTCDay()]} ${clock}`;
  const year = date.getUTCFullYear();
  const day = `${monthName(date.getUTCMonth())} ${date.getUTCDate()}`;
  return year === new Date(now * 1000).getUTCFullYear() ? `${day} ${clock}` : `${day}, ${two(year % 100)} ${clock}`;
}

/** `Jan 20 at 0:13`, on a 24-hour clock. */
export function momentLabel(time: number): string {
  const date = new Date(time * 1000);
  return `${monthName(date.getUTCMonth())} ${date.getUTCDate()} at ${date.getUTCHours()}:${two(date.getUTCMinutes())}`;
}

/** `2018-10-30`. */
export function isoDay(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** `2018-10-30 12:06:03Z`. */
export function isoTime(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `{ month: "Oct", date: 30 }` of `2018-10-30`. */
export function calendarParts(day: string): { month: string; date: number } {
  const [, month = 1, date = 1] = day.split("-").map(Number);
  return { month: monthName(month - 1), date };
}

/** The number of days from one `YYYY-MM-DD` to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / (DAY * 1000));
}

/** `13:00`; 24 becomes `00:00`. */
export function hourLabel(hour: number): string {
  return `${two(hour % 24)}:00`;
}

/** `7`, `832`, `1.8k`, `57.4k`, `240k`, `1.2m`. */
export function shortNumber(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${scaled(count / 1000)}k`;
  return `${scaled(count / 1_000_000)}m`;
}

function scaled(value: number): string {
  if (value >= 100) return String(Math.floor(value));
  return String(Math.min(Math.round(value * 10) / 10, 99.9));
}

function monthName(index: number): string {
  return MONTHS[index] ?? "Jan";
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
