/**
 * Retries reads. After HTTP 429 all reads of the host wait as long as the server asks; a GET that meets a proxy's error
 * page or a failing server is retried a few times. Actions are retried by the outbox instead.
 */
import { type FailureContext, ThrottledError } from "../errors/index.js";
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { refusalOf } from "../protocol/refusals.js";
import { parseRetryAfter } from "../protocol/retry-after.js";
import { sleep } from "../util/clock.js";
import type { Services } from "../util/services.js";

/** Options of retries of reads. */
export interface ReadOptions {
  /**
   * The maximum number of attempts of a GET when the server fails (408, 425, 500, 502, 503, 504, or a bare 403).
   * @default 3
   */
  readonly tries?: number;
  /**
   * The total milliseconds that one read waits when the server sends 429 "too many requests" or `Retry-After`. A longer
   * wait fails at once with `THROTTLED` and `context.retryAfterMs`. @default 30000
   */
  readonly patienceMs?: number;
}

/** The names of the options, for checks. */
export const READ_OPTION_NAMES: readonly (keyof ReadOptions)[] = ["tries", "patienceMs"];

/** One read. */
export interface Read {
  readonly request: WireRequest;
  /** Sends it once. */
  send(): Promise<WireAnswer>;
  /**
   * False for a caller that retries by itself: it gets the failed answer, or THROTTLED while the host is rate-limited.
   */
  readonly retry: boolean;
  readonly signal: AbortSignal;
  readonly about: FailureContext;
}

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);
const FIRST_WAIT_MS = 500;
const MIN_THROTTLE_MS = 1_000;
const MAX_THROTTLE_MS = 60_000;

/** The retries of one host. */
export class ReadRetries {
  readonly #tries: number;
  readonly #patienceMs: number;
  readonly #services: Pick<Services, "clock" | "random">;
  /** No read is sent before this time. */
  #until = 0;
  #throttles = 0;

  constructor({ tries = 3, patienceMs = 30_000 }: ReadOptions, services: Pick<Services, "clock" | "random">) {
    this.#tries = tries;
    this.#patienceMs = patienceMs;
    this.#services = services;
  }

  /**
   * Sends a read, with retries.
   * @throws {THROTTLED} when the server asks for a longer wait than `patienceMs`
   */
  async run(read: Read): Promise<WireAnswer> {
    const { clock } = this.#services;
    let patience = read.retry ? this.#patienceMs : 0;
    for (let tries = 1; ; ) {
      for (let left = this.#until - clock.now(); left > 0; left = this.#until - clock.now()) {
        if (left > patience) throw new ThrottledError(left, { ...read.about, status: 429, bare: true });
        patience -= left;
        await sleep(clock, left, read.signal);
      }
      const sentAt = clock.now();
      const answer = await read.send();
      if (answer.status === 429) {
        this.#throttle(answer, sentAt);
        if (!read.retry) return answer;
        continue;
      }
      this.#throttles = 0;
      const wait = Math.max(this.#backoff(tries), parseRetryAfter(answer) ?? 0);
      if (!read.retry || tries >= this.#triesFor(read, answer) || wait > patience) return answer;
      patience -= wait;
      await sleep(clock, wait, read.signal);
      tries += 1;
    }
  }

  /** Notes a 429; several reads in flight together count once. */
  #throttle(answer: WireAnswer, sentAt: number): void {
    const now = this.#services.clock.now();
    if (this.#throttles === 0 || sentAt >= this.#until) this.#throttles += 1;
    const growing = Math.min(MIN_THROTTLE_MS * 2 ** (this.#throttles - 1), MAX_THROTTLE_MS);
    this.#until = Math.max(this.#until, now + Math.max(growing, parseRetryAfter(answer) ?? 0));
  }

  /** The maximum number of attempts for this answer. A bare 404 is believed at once, a bare 403 the second time. */
  #triesFor({ request, about }: Read, answer: WireAnswer): number {
    if (request.method !== "GET") return 1;
    if (TRANSIENT_STATUSES.has(answer.status)) return this.#tries;
    const isBare403 = answer.status === 403 && refusalOf(answer, about)?.context.bare === true;
    return isBare403 ? Math.min(2, this.#tries) : 1;
  }

  #backoff(tries: number): number {
    return FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + this.#services.random());
  }
}
