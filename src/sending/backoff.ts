/** The backoff of retries in this layer. */

const FIRST_MS = 1_000;
const MAX_MS = 60_000;

/**
 * The wait after a number of failures in a row, in milliseconds: 1 s, 2 s, 4 s … up to 60 s, shortened by up to half as
 * jitter, so that many clients do not retry at the same moment.
 * @param random - returns numbers from 0 up to 1
 */
export function backoffMs(failures: number, random: () => number): number {
  const most = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 16), MAX_MS);
  return Math.round(most * (0.5 + random() / 2));
}
