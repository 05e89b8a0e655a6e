/**
 * The backoff between connection attempts: exponential up to a limit, with jitter, and never shorter than the server
 * asked for.
 */
import { isChatError } from "../errors/index.js";
import { sleep } from "../util/clock.js";
import type { Services } from "../util/services.js";
import type { ResolvedStreamOptions } from "./options.js";

export class ReconnectBackoff {
  readonly #services: Services;
  readonly #options: ResolvedStreamOptions;
  readonly #signal: AbortSignal;
  /** When the current run of failures began; undefined while things work. */
  #failingSince: number | undefined;
  #last: unknown;

  constructor(services: Services, options: ResolvedStreamOptions, signal: AbortSignal) {
    this.#services = services;
    this.#options = options;
    this.#signal = signal;
  }

  /** Notes a failure that will be retried. */
  failed(error: unknown): void {
    this.#failingSince ??= this.#services.clock.now();
    this.#last = error;
  }

  /** Notes that events arrive. */
  succeeded(): void {
    this.#failingSince = undefined;
    this.#last = undefined;
  }

  /**
   * Waits before the next attempt.
   * @param failures - the number of failures in a row, from 1
   * @throws the last failure, after `giveUpMs` of continuous failure
   */
  async wait(failures: number): Promise<void> {
    const { clock, random } = this.#services;
    const { reconnectMs, maxReconnectMs, giveUpMs } = this.#options;
    const grown = Math.min(reconnectMs * 2 ** Math.min(Math.max(0, failures - 1), 16), maxReconnectMs);
    const asked = isChatError(this.#last) ? (this.#last.context.retryAfterMs ?? 0) : 0;
    const left = (this.#failingSince ?? Number.POSITIVE_INFINITY) + giveUpMs - clock.now();
    await sleep(clock, Math.max(0, Math.min(Math.max(grown * (0.5 + random() / 2), asked), left)), this.#signal);
    if (left <= 0 || clock.now() >= (this.#failingSince ?? Number.POSITIVE_INFINITY) + giveUpMs) throw this.#last;
  }
}
