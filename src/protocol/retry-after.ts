/** How long an answer asks to wait: its header `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3). Pure. */
import type { WireAnswer } from "./call.js";

/** Nobody is to wait for more than a day because of one header. */
const MOST_MS = 86_400_000;

/**
 * Milliseconds to wait; null when the answer does not say, or not sensibly. A date counts from the `Date` of the answer,
 * which is of the same clock.
 */
export function retryAfterOf({ headers }: Pick<WireAnswer, "headers">): number | null {
  const value = headers["retry-after"];
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, MOST_MS);
  const until = dateOf(text);
  const now = dateOf(headers.date);
  return until === null || now === null ? null : Math.min(Math.max(0, until - now), MOST_MS);
}

/** An HTTP date begins with the name of a day; `Date.parse` alone would take much else. */
function dateOf(value: string | string[] | undefined): number | null {
  if (typeof value !== "string" || !/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}
