/**
 * The rate limit of writes (protocol.md §8). The required pause before the n-th message in a row grows with the logarithm
 * of n, up to 20 seconds, and resets after a quiet period of twice its length. Counted per user and site.
 */
import { Refusal } from "./world/refusal.js";

interface Streak {
  count: number;
  lastMs: number;
}

/** Returns the pause that the server requires before the n-th write in a row, in milliseconds (protocol.md §8). */
export function requiredPauseMs(n: number): number {
  return Math.min(4.1484 * Math.log(Math.max(n, 2)) + 1.02242, 20) * 1000;
}

export class Throttle {
  /** Whether the rate limit applies. Writes while it is off are not counted. */
  isOn: boolean;
  readonly #streaks = new Map<number, Streak>();
  readonly #pauseMs: (n: number) => number;

  /** @param pauseMs - the required pause before the n-th write in a row */
  constructor(isOn: boolean, pauseMs: (n: number) => number) {
    this.isOn = isOn;
    this.#pauseMs = pauseMs;
  }

  /**
   * Counts a write.
   * @throws a {@link Refusal} of rule `throttled` with the seconds to wait, if the write comes too soon
   */
  accept(userId: number, nowMs: number): void {
    if (!this.isOn) return;
    const streak = this.#streaks.get(userId);
    if (!streak) {
      this.#streaks.set(userId, { count: 1, lastMs: nowMs });
      return;
    }
    const pause = this.#pauseMs(streak.count + 1);
    const quiet = nowMs - streak.lastMs;
    if (quiet < pause) {
      const seconds = Math.ceil((pause - quiet) / 1000);
      throw new Refusal(
        "throttled",
        `You can perform this action again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
      );
    }
    streak.count = quiet > 2 * pause ? 1 : streak.count + 1;
    streak.lastMs = nowMs;
  }
}
