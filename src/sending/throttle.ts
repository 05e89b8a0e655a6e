/**
 * The pace of an account. The server allows one action after a pause, which grows while an account goes on
 * (protocol.md §8), and answers an early one with "again in N seconds". Pure: callers pass the time.
 */

/** The refusals of one action, from the first on. */
export interface Refusals {
  /** The known pause when the action was first refused, in milliseconds. */
  readonly baseMs: number;
  /** The longest wait asked for since, in milliseconds. */
  readonly askedMs: number;
  readonly count: number;
}

/** After so many acceptances in a row a shorter pause is always tried. */
const mostPatience = 32;

export class Throttle {
  readonly #marginMs: number;
  /** A proxy or the server asked to send nothing before this time. */
  #closedUntil = 0;
  /** The server refuses requests before this time. */
  #refusedUntil = 0;
  #lastAccepted: number | null = null;
  /** The pause that sufficed. */
  #spacingMs = 0;
  #acceptedInRow = 0;
  /** The acceptances in a row after which a shorter pause is tried; doubled by each refusal. */
  #patience = 1;

  /** @param marginMs - added to each wait the server asks for; four times as much after each that was too short */
  constructor(marginMs: number) {
    this.#marginMs = marginMs;
  }

  /** When the next action may be sent; may be in the past. */
  readyAt(now: number): number {
    this.#forgetAfterQuiet(now);
    const paced = this.#lastAccepted === null ? 0 : this.#lastAccepted + this.#spacingMs;
    return Math.max(this.#closedUntil, this.#refusedUntil, this.#spacingMs === 0 ? 0 : paced);
  }

  /** Closes until then: the answer to "429 Too Many Requests", which does not tell the pace. */
  closeUntil(time: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, time);
  }

  /** The time before which nothing may be sent, whatever the pace. */
  get closedUntil(): number {
    return this.#closedUntil;
  }

  /** The server asked to wait. Returns the value to pass when the same action is refused again, or accepted. */
  refused(now: number, waitMs: number, before: Refusals | undefined): Refusals {
    const count = (before?.count ?? 0) + 1;
    this.#refusedUntil = now + waitMs + this.#marginMs * 4 ** Math.min(count - 1, 3);
    if (before) return { ...before, askedMs: Math.max(before.askedMs, waitMs), count };
    this.#patience = Math.min(this.#patience * 2, mostPatience);
    this.#acceptedInRow = 0;
    // A quiet longer than our own pause proves nothing: another client of this account may have sent meanwhile.
    const quiet = this.#lastAccepted === null ? 0 : now - this.#lastAccepted;
    return { baseMs: Math.min(quiet, this.#spacingMs), askedMs: waitMs, count };
  }

  /** The server accepted an action, after those refusals if any. */
  accepted(now: number, refusals: Refusals | undefined): void {
    this.#forgetAfterQuiet(now);
    this.#lastAccepted = now;
    if (refusals) this.#spacingMs = refusals.baseMs + refusals.askedMs;
    else {
      this.#acceptedInRow += 1;
      if (this.#acceptedInRow >= this.#patience) this.#spacingMs *= 3 / 4;
    }
  }

  /** After a quiet of twice the pause the server forgets, and so does this. */
  #forgetAfterQuiet(now: number): void {
    if (this.#lastAccepted === null || now - this.#lastAccepted <= 2 * this.#spacingMs) return;
    this.#spacingMs = 0;
    this.#patience = 1;
    this.#acceptedInRow = 0;
  }
}
