/** How long a response asks to wait: the header `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3). Pure. */
import type { WireAnswer } from "./call.js";

/** No header makes the client wait longer than a day. */
const MAX_MS = 86_400_000;

/**
 * Milliseconds to wait; null if the header is missing or invalid. A date is relative to the `Date` of the response,
 * which
 * comes from the same clock.
 */
export function parseRetryAfter({ headers }: Pick<WireAnswer, "headers">): number | null {
  const value = headers["retry-after"];
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_MS);
  const until = dateOf(text);
  const now = dateOf(headers.date);
  return until === null || now === null ? null : Math.min(Math.max(0, until - now), MAX_MS);
}

/** HTTP dates start with the name of a day; `Date.parse` alone accepts much more. */
function dateOf(value: string | string[] | undefined): number | null {
  if (typeof value !== "string" || !/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}
