/** Parses and formats times and durations. */
import { usageError } from "./table/arguments.js";

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Parses `10m` and the like, an ISO date or time, or a message id. @throws {CliError} for anything else */
export function readSince(text: string, nowMs: number): Date | number {
  const [, count, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs - Number(count) * (UNIT_SECONDS[unit] ?? 0) * 1000);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const id = /\/transcript\/message\/(\d+)|#(\d+)$/.exec(text);
  if (id) return Number(id[1] ?? id[2]);
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw usageError(`invalid --since "${text}"; use 30s, 10m, 2h or 3d, a date such as 2024-02-29, or a message id`);
}

/** Parses a date, `today` or `yesterday` to a UTC day such as `2024-02-29`. @throws {CliError} for anything else */
export function readDay(flag: string, text: string, nowMs: number): string {
  if (text === "today") return utcDay(nowMs);
  if (text === "yesterday") return utcDay(nowMs - 86_400_000);
  const date = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && utcDay(date.getTime()) === text) return text;
  throw usageError(`invalid --${flag} "${text}"; use a day such as 2024-02-29, today or yesterday`);
}

/** The UTC day of a time in milliseconds. */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The day after a day. */
export function dayAfter(day: string): string {
  return utcDay(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
}

/** The number of days from one to another, both included. */
export function countDays(first: string, last: string): number {
  return Math.max(0, Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / 86_400_000) + 1);
}

/** A number of seconds ago, such as `3 h ago`. */
export function timeAgo(seconds: number): string {
  return `${duration(seconds)} ago`;
}

/** A duration, such as `1 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min${seconds < 600 ? ` ${Math.round(seconds % 60)} s` : ""}`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
