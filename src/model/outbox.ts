/**
 * Actions of one account, one after the other: the server's limits are per account, and messages must stay in order.
 * When the server says "again in N seconds", everybody behind waits too.
 */
import { ClosedError, ThrottledError } from "../errors/index.js";
import { type Clock, sleep } from "../util/clock.js";

/** Options of the outbox. */
export interface OutboxOptions {
  /** How often a throttled action is tried in all. @default 5 */
  readonly maxTries?: number;
  /** Milliseconds added to the wait the server asks for. @default 1100 */
  readonly marginMs?: number;
}

/** A FIFO of actions. */
export class Outbox {
  readonly #options: Required<OutboxOptions>;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;

  constructor(options: OutboxOptions, clock: Clock, closing: AbortSignal) {
    this.#options = { maxTries: options.maxTries ?? 5, marginMs: options.marginMs ?? 1100 };
    this.#clock = clock;
    this.#closing = closing;
  }

  /** How many actions wait or are under way. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Runs actions when their turn comes, the ones given together without anybody in between. A throttled one is tried
   * again before anything behind it; after one that fails none of its company follows.
   */
  run<T>(actions: readonly (() => Promise<T>)[], onDone: (result: T) => void, signal?: AbortSignal): Promise<void> {
    this.#pending += 1;
    const turn = this.#tail.then(async () => {
      for (const action of actions) onDone(await this.#attempt(action, signal));
    });
    this.#tail = turn
      .catch(() => {})
      .finally(() => {
        this.#pending -= 1;
      });
    return turn;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#tail;
  }

  async #attempt<T>(action: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const end = signal ? AbortSignal.any([signal, this.#closing]) : this.#closing;
    for (let tries = 1; ; tries++) {
      if (this.#closing.aborted) throw new ClosedError();
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof ThrottledError) || tries >= this.#options.maxTries) throw error;
        await sleep(this.#clock, error.waitMs + this.#options.marginMs, end).catch(() => {
          throw error;
        });
      }
    }
  }
}
