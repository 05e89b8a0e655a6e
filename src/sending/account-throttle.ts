/**
 * The throttle of an account. The server requires a pause between actions, which grows while an account stays active
 * (protocol.md §8), and answers an early action with "again in N seconds". Pure: callers pass the time.
 */

/** How often and how long the server throttled one action. */
export interface ThrottleHistory {
  /** The known spacing when the action was first throttled, in milliseconds. */
  readonly baseMs: number;
  /** The longest wait the server asked for since, in milliseconds. */
  readonly askedMs: number;
  readonly count: number;
}

/** The most acceptances in a row before a shorter spacing is tried. */
const MAX_PATIENCE = 32;

export class AccountThrottle {
  readonly #marginMs: number;
  /** A proxy or the server asked to send nothing before this time. */
  #pausedUntil = 0;
  /** The server throttles actions before this time. */
  #refusedUntil = 0;
  #lastAccepted: number | null = null;
  /** The spacing that sufficed. */
  #spacingMs = 0;
  #acceptedInRow = 0;
  /** The acceptances in a row after which a shorter spacing is tried; doubles each time the server throttles. */
  #patience = 1;

  /** @param marginMs - added to each wait the server asks for; four times as much after each that was too short */
  constructor(marginMs: number) {
    this.#marginMs = marginMs;
  }

  /** When the next action may be sent; may be in the past. */
  readyAt(now: number): number {
    this.#forgetAfterQuiet(now);
    const paced = this.#lastAccepted === null ? 0 : this.#lastAccepted + this.#spacingMs;
    return Math.max(this.#pausedUntil, this.#refusedUntil, this.#spacingMs === 0 ? 0 : paced);
  }

  /** Pauses all actions until a time, after "429 Too Many Requests", which says nothing about the spacing. */
  pauseUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time);
  }

  /** The time before which nothing may be sent, whatever the spacing. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /**
   * Notes that the server throttled an action. Returns the history to pass when the same action is throttled again or
   * accepted.
   */
  refused(now: number, waitMs: number, before: ThrottleHistory | undefined): ThrottleHistory {
    const count = (before?.count ?? 0) + 1;
    this.#refusedUntil = now + waitMs + this.#marginMs * 4 ** Math.min(count - 1, 3);
    if (before) return { ...before, askedMs: Math.max(before.askedMs, waitMs), count };
    this.#patience = Math.min(this.#patience * 2, MAX_PATIENCE);
    this.#acceptedInRow = 0;
    // A quiet period longer than our spacing proves nothing: another client of this account may have sent meanwhile.
    const quiet = this.#lastAccepted === null ? 0 : now - this.#lastAccepted;
    return { baseMs: Math.min(quiet, this.#spacingMs), askedMs: waitMs, count };
  }

  /** Notes that the server accepted an action, and how it was throttled before. */
  accepted(now: number, refusals: ThrottleHistory | undefined): void {
    this.#forgetAfterQuiet(now);
    this.#lastAccepted = now;
    if (refusals) this.#spacingMs = refusals.baseMs + refusals.askedMs;
    else {
      this.#acceptedInRow += 1;
      if (this.#acceptedInRow >= this.#patience) this.#spacingMs *= 3 / 4;
    }
  }

  /** Forgets the spacing after a quiet period of twice its length, as the server does. */
  #forgetAfterQuiet(now: number): void {
    if (this.#lastAccepted === null || now - this.#lastAccepted <= 2 * this.#spacingMs) return;
    this.#spacingMs = 0;
    this.#patience = 1;
    this.#acceptedInRow = 0;
  }
}
