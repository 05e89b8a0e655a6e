/**
 * Parses the servers' relative times and time labels. Pure: labels that name a date need the server's clock from the
 * caller,
 * and are null without it. Must not know any page.
 */

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86400,
  day: 86400,
  w: 604800,
  week: 604800,
  month: 2592000,
  y: 31536000,
  year: 31536000,
};
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * Seconds ago, from `just now`, `14s ago`, `49m`, `2 minutes ago`, `37d ago`, `1y`. With `now`, the server's clock in
 * Unix
 * seconds, also from UTC labels: `4:49 PM` today, `yst 7:51 PM`, `yesterday at 3:04`, `Mon 8:29 PM` for the last Monday
 * before today, `Apr 19 3:55 PM`, `oct 2 at 1:37`, `Oct 2, 17 1:40 PM`. As precise as the unit named. Null for `n/a`
 * and
 * anything else.
 */
export function secondsAgo(words: string | null, now: number | null = null): number | null {
  const said = (words ?? "").slice(0, 80).replace(/\s+/g, " ").trim().toLowerCase();
  if (said === "just now" || said === "now") return 0;
  const span = /^(an?|\d{1,9})\s*([a-z]+)(?: ago)?$/.exec(said);
  if (span !== null) return spanSeconds(span[1] ?? "", span[2] ?? "");
  if (/^(?:yesterday|yst)$/.test(said)) return 86400;
  if (now === null) return null;
  const day = /^(?:(yesterday|yst|today|[a-z]{3})[a-z]*,? (?:at )?)?(\d{1,2}:\d{2}(?: ?[ap]m)?)$/.exec(said);
  const days = day && daysAgo(day[1], now);
  if (day === null || days === null) return sinceDate(said, now);
  const seconds = clockSeconds(day[2] ?? null);
  return seconds === null ? null : Math.max(0, (now % 86400) + days * 86400 - seconds);
}

/** Unix seconds of a relative time or label, as precise as the unit named; `now` is the server's clock. */
export function timeOfLabel(words: string | null, now: number | null): number | null {
  const ago = now === null ? null : secondsAgo(words, now);
  return now === null || ago === null ? null : now - ago;
}

/** Seconds after midnight from `11:58 AM` or `23:58`, also after other words; null if there is no time. */
export function clockSeconds(label: string | null): number | null {
  const found = /(\d{1,2}):(\d{2})(?:\s?([ap])\.?m\.?)?$/i.exec((label ?? "").slice(-40).trim());
  if (found === null) return null;
  const half = found[3]?.toLowerCase();
  const hours = half === undefined ? Number(found[1]) : (Number(found[1]) % 12) + (half === "p" ? 12 : 0);
  const minutes = Number(found[2]);
  return hours < 24 && minutes < 60 ? hours * 3600 + minutes * 60 : null;
}

/** Unix seconds of the start of a UTC day `YYYY-MM-DD`; null for an invalid date. */
export function dayStart(day: string): number | null {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Date.parse accepts February 31 as March 2.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? time / 1000 : null;
}

function spanSeconds(amount: string, unit: string): number | null {
  const size = Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : SECONDS[unit.replace(/s$/, "")];
  return typeof size === "number" ? (amount.startsWith("a") ? 1 : Number(amount)) * size : null;
}

/** How many days ago the day of a label was; a weekday is the last one before today. Null for other words. */
function daysAgo(word: string | undefined, now: number): number | null {
  if (word === undefined || word === "today") return 0;
  if (word === "yst" || word === "yesterday") return 1;
  const weekday = WEEKDAYS.indexOf(word);
  return weekday === -1 ? null : (new Date(now * 1000).getUTCDay() - weekday + 7) % 7 || 7;
}

function sinceDate(said: string, now: number): number | null {
  const found = /^([a-z]{3})[a-z]* (\d{1,2})(?:,? '?(\d{2,4}))?(?:,?(?: at)? (\d{1,2}:\d{2}(?: ?[ap]m)?))?$/.exec(said);
  const month = MONTHS.indexOf(found?.[1] ?? "");
  if (found === null || month === -1) return null;
  const clock = found[4] === undefined ? 0 : clockSeconds(found[4]);
  const date = Number(found[2]);
  if (clock === null || date === 0 || date > 31) return null;
  const inYear = (year: number): number => now - (Date.UTC(year, month, date) / 1000 + clock);
  const year = found[3];
  if (year !== undefined) return Math.max(0, inYear(year.length === 2 ? 2000 + Number(year) : Number(year)));
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const ago = inYear(thisYear);
  return ago >= 0 ? ago : inYear(thisYear - 1);
}
