/**
 * Backs off between automatic logins: each failure delays the next attempt, so that many callers that need a login
 * never cause a loop of attempts, which leads to a CAPTCHA.
 */
import { ChatError, isChatError, isTransient, withContext } from "../errors/index.js";
import type { Clock } from "../util/clock.js";

/** The pause when a person has to act first, as after a CAPTCHA or a wrong password. */
const HUMAN_NEEDED_MS = 600_000;
/** The first retry is quick, because most failures are brief. */
const PAUSES_MS = [500, 5_000, 15_000, 45_000, 135_000, 405_000] as const;
/** The longest pause after a transient failure, and so the longest delay of messages and events after its end. */
const MAX_TRANSIENT_PAUSE_MS = 60_000;

export class LoginBackoff {
  readonly #clock: Clock;
  #failures = 0;
  #until = 0;
  #error: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws the failure of the last attempt during the pause, with the remaining time in `context.retryAfterMs` */
  check(): void {
    const left = this.#until - this.#clock.now();
    if (left <= 0) return;
    throw this.#error instanceof ChatError ? withContext(this.#error, { retryAfterMs: left }) : this.#error;
  }

  /** Notes that an attempt has failed. */
  failed(error: unknown): void {
    const needsPerson = isChatError(error, "CAPTCHA_REQUIRED", "WRONG_PASSWORD", "CLOUDFLARE_CHALLENGE");
    const passes = isTransient(error) || isChatError(error, "SITE_READ_ONLY");
    const grown = needsPerson ? HUMAN_NEEDED_MS : (PAUSES_MS[this.#failures] ?? HUMAN_NEEDED_MS);
    const pause = passes ? Math.min(grown, MAX_TRANSIENT_PAUSE_MS) : grown;
    const asked = error instanceof ChatError ? (error.context.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    this.#error = error;
    this.#until = this.#clock.now() + Math.max(pause, asked);
  }

  /** Resets the backoff, after a successful login or at the caller's request. */
  reset(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#error = undefined;
  }
}
