/** The one backoff rule of sending. */

const firstMs = 1_000;
const longestMs = 60_000;

/**
 * The wait after so many failures in a row, in milliseconds: 1 s, 2 s, 4 s … up to 60 s, shortened by jitter of up to a
 * half, so that many clients do not come back at the same moment.
 * @param random - gives numbers from 0 up to 1
 */
export function backoffMs(failures: number, random: () => number): number {
  const most = Math.min(firstMs * 2 ** Math.min(failures - 1, 16), longestMs);
  return Math.round(most * (0.5 + random() / 2));
}
