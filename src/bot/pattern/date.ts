/** Dates and times as people write them. Only forms with one meaning, all in UTC unless they name an offset. Pure. */
import { parseDuration } from "./duration.js";

const DAY_MS = 86_400_000;
/** No date that a person writes is longer, in characters. */
const LENGTH_LIMIT = 64;
const MONTHS: readonly string[] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONG_MONTHS: readonly string[] = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const NAMED_DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };

const TIME = /^(?:t|\s+(?:at\s+)?)(\d{1,2})(?::([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3})\d*)?)?)?\s*([ap]m)?\s*(.*)$/;
const OFFSET = /^([+-])([01]\d|2[0-3]):?([0-5]\d)$/;
const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)/;
const DAY_FIRST = /^(\d{1,2})\s+([a-z]+),?\s+(\d{4})(?!\d)/;
const MONTH_FIRST = /^([a-z]+)\s+(\d{1,2}),?\s+(\d{4})(?!\d)/;
const NAMED = /^(yesterday|today|tomorrow)(?!\S)/;

/**
 * The time that a text names; undefined if it names none, or could mean several. These do: `2026-03-01`,
 * `2026-03-01 14:00`, ISO 8601 with `Z` or an offset, `1 March 2026`, `March 1, 2026 at 2pm`, `now`, `today`, `tomorrow`
 * and `yesterday` (at midnight, or with a time), `in 2h`, `2 days ago`. A day without a time is its first moment.
 * @param now - the current time, in milliseconds since the epoch
 */
export function parseDate(text: string, now: number): Date | undefined {
  if (text.length > LENGTH_LIMIT) return undefined;
  const words = text.trim().toLowerCase();
  if (words === "now") return dateAt(now);
  const [, later] = /^in\s+(.*)$/.exec(words) ?? [];
  const [, earlier] = /^(.*\S)\s+ago$/.exec(words) ?? [];
  const apart = parseDuration(later ?? earlier ?? "");
  if (apart !== undefined) return dateAt(later === undefined ? now - apart : now + apart);
  const day = readDay(words, now);
  const time = day && readTime(words.slice(day.length));
  return day && time !== undefined ? dateAt(day.midnight + time) : undefined;
}

/** The first moment of the day that begins a text, and how many characters name it. */
interface NamedDay {
  readonly midnight: number;
  readonly length: number;
}

function readDay(text: string, now: number): NamedDay | undefined {
  const named = NAMED.exec(text);
  if (named) {
    const midnight = (Math.floor(now / DAY_MS) + (NAMED_DAYS[named[0]] ?? 0)) * DAY_MS;
    return { midnight, length: named[0].length };
  }
  const iso = ISO_DAY.exec(text);
  if (iso) return dayOf(iso[0], Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst) return dayOf(dayFirst[0], Number(dayFirst[3]), monthOf(dayFirst[2]), Number(dayFirst[1]));
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst) return dayOf(monthFirst[0], Number(monthFirst[3]), monthOf(monthFirst[1]), Number(monthFirst[2]));
  return undefined;
}

/** 1 to 12; 0 if no month has this name. */
function monthOf(name: string = ""): number {
  return (name.length === 3 ? MONTHS : LONG_MONTHS).indexOf(name) + 1;
}

/** A day of the calendar; undefined for the likes of February 30. */
function dayOf(written: string, year: number, month: number, day: number): NamedDay | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? { midnight: date.getTime(), length: written.length } : undefined;
}

/** The milliseconds from the midnight in UTC to the time of day that a text names; 0 for no text. */
function readTime(text: string): number | undefined {
  if (text === "") return 0;
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, hourText, minutes, seconds = "0", fraction = "0", half, zone = ""] = match;
  const hour = hourOf(Number(hourText), half);
  const offset = offsetOf(zone);
  // A number alone is no time of day, and "14:00 pm" is none either.
  if (hour === undefined || offset === undefined || (minutes === undefined && half === undefined)) return undefined;
  const inSeconds = (hour * 60 + Number(minutes ?? 0)) * 60 + Number(seconds);
  return inSeconds * 1_000 + Number(fraction.padEnd(3, "0")) - offset;
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour < 24 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}

/** How far a time zone is ahead of UTC, in milliseconds; undefined if it is not a plain offset. */
function offsetOf(zone: string): number | undefined {
  if (["", "z", "utc", "gmt"].includes(zone)) return 0;
  const match = OFFSET.exec(zone);
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}

/** The date, if it is one that `Date` can hold. */
function dateAt(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
