/** Durations as people write them: `10m`, `1h 30m`, `90 minutes`. Pure. */
import { UsageError } from "../../index.js";
import { describeValue } from "../../util/options.js";

/** A unit of a {@link Duration}. */
export type DurationUnit = "ms" | "s" | "m" | "h" | "d" | "w";

/** A duration: a number of milliseconds, or a text such as `"500ms"`, `"10m"`, `"2d"` or `"1h30m"`. */
export type Duration = number | `${number}${DurationUnit}` | `${number}${DurationUnit}${number}${DurationUnit}`;

/** The units from the longest to the shortest: the unit in milliseconds, and its names. */
const UNITS: readonly (readonly [ms: number, names: readonly string[]])[] = [
  [604_800_000, ["w", "week", "weeks"]],
  [86_400_000, ["d", "day", "days"]],
  [3_600_000, ["h", "hr", "hrs", "hour", "hours"]],
  [60_000, ["m", "min", "mins", "minute", "minutes"]],
  [1_000, ["s", "sec", "secs", "second", "seconds"]],
  [1, ["ms", "millisecond", "milliseconds"]],
];

/** The units that are shown, from the longest to the shortest. */
const SHOWN_UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
];

/** No duration that a person writes is longer, in characters. */
const LENGTH_LIMIT = 64;

/**
 * Returns a duration option in milliseconds.
 * @param what - the name of the option, for the error
 * @param leastMs - the shortest duration allowed, in milliseconds. @default 0
 * @throws {BAD_ARGUMENT} naming the option
 */
export function durationMs(what: string, value: unknown, leastMs: number = 0): number {
  const ms = typeof value === "string" ? parseDuration(value) : value;
  if (typeof ms === "number" && ms >= leastMs && ms <= Number.MAX_SAFE_INTEGER) return ms;
  const least = leastMs > 0 ? ` of at least ${formatDuration(leastMs)}` : "";
  throw new UsageError(
    `${what} must be a duration${least}, such as "10m" or 600000 (milliseconds), not ${describeValue(value)}`,
  );
}

/**
 * The milliseconds of a text such as `10m`, `1h30m`, `1.5 hours` or `2 days 4 hours`; undefined for anything else. The
 * units come from the longest to the shortest, each at most once. A number without a unit is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > LENGTH_LIMIT) return undefined;
  const part = /\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*/iy;
  let total = 0;
  let shortest = -1;
  do {
    const [, count = "", unit = ""] = part.exec(text) ?? [];
    const index = UNITS.findIndex(([, names]) => names.includes(unit.toLowerCase()));
    if (index <= shortest) return undefined;
    shortest = index;
    total += Number(count) * (UNITS[index]?.[0] ?? 0);
  } while (part.lastIndex < text.length);
  const ms = Math.round(total);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/**
 * Shows a duration in its two longest units, rounded: `1h 30m`, `2d 4h`, `45s`; in milliseconds below one second.
 * Negative durations show as `0s`, and infinite ones as `forever`.
 */
export function formatDuration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "forever";
  if (!(ms >= 0.5)) return "0s";
  if (Math.round(ms) < 1_000) return `${Math.round(ms)}ms`;
  // Rounding may fill a longer unit: 59 min 59.6 s show as 1h.
  const rounded = SHOWN_UNITS.reduce((value, _, index) => roundTo(value, index), ms);
  const first = Math.max(0, firstUnit(rounded));
  const [unitMs = 1, unit = ""] = SHOWN_UNITS[first] ?? [];
  const [restMs = 1, rest = ""] = SHOWN_UNITS[first + 1] ?? [];
  const left = Math.floor((rounded % unitMs) / restMs);
  return `${Math.floor(rounded / unitMs)}${unit}${rest === "" || left === 0 ? "" : ` ${left}${rest}`}`;
}

/** The index of the longest unit that a duration fills. */
function firstUnit(ms: number): number {
  const index = SHOWN_UNITS.findIndex(([unitMs]) => ms >= unitMs);
  return index < 0 ? SHOWN_UNITS.length - 1 : index;
}

/** Rounds to the unit that is shown last, if the duration begins with the unit at `index`. */
function roundTo(ms: number, index: number): number {
  if (firstUnit(ms) !== index) return ms;
  const [lastMs] = SHOWN_UNITS[Math.min(index + 1, SHOWN_UNITS.length - 1)] ?? [1];
  return Math.round(ms / lastMs) * lastMs;
}
