/**
 * Spaces out automatic logins: each failure makes the next login wait longer, so that many callers that need a login
 * never make a loop of attempts, which leads to a CAPTCHA.
 */
import { ChatError, isChatError, isPassing, withContext } from "../errors/index.js";
import type { Clock } from "../util/clock.js";

/** A person has to act first: a CAPTCHA, a wrong password. */
const PERSON_MS = 600_000;
/** The first retry is quick, because most trouble is short. */
const PAUSES_MS = [500, 5_000, 15_000, 45_000, 135_000, 405_000] as const;
/** The longest pause after passing trouble: messages and listening wait no longer than this after its end. */
const PASSING_MS = 60_000;

export class LoginPause {
  readonly #clock: Clock;
  #failures = 0;
  #until = 0;
  #error: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws the failure of the last attempt, with the time left in `context.retryAfterMs`, while the pause lasts */
  check(): void {
    const left = this.#until - this.#clock.now();
    if (left <= 0) return;
    throw this.#error instanceof ChatError ? withContext(this.#error, { retryAfterMs: left }) : this.#error;
  }

  /** Notes that an attempt has failed. */
  failed(error: unknown): void {
    const needsPerson = isChatError(error, "CAPTCHA_REQUIRED", "WRONG_PASSWORD", "CLOUDFLARE_CHALLENGE");
    const passes = isPassing(error) || isChatError(error, "SITE_READ_ONLY");
    const grown = needsPerson ? PERSON_MS : (PAUSES_MS[this.#failures] ?? PERSON_MS);
    const pause = passes ? Math.min(grown, PASSING_MS) : grown;
    const asked = error instanceof ChatError ? (error.context.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    this.#error = error;
    this.#until = this.#clock.now() + Math.max(pause, asked);
  }

  /** Forgets failures: a login worked, or the user asked for one. */
  reset(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#error = undefined;
  }
}
