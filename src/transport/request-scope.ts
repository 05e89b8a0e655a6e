/**
 * The lifetime of one request: ended by its caller, its client, or its deadline. Leaves no listeners behind on any
 * signal.
 */
import type { Clock } from "../util/clock.js";
import type { SharedSignals } from "../util/shared-signals.js";

/** The event loop turns to wait after a deadline has passed. */
const LEAP_TURNS = 10;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class RequestScope {
  readonly #controller = new AbortController();
  readonly #leave: readonly (() => void)[];
  #timer: { cancel(): void } | undefined;
  #isTimedOut = false;
  #isPreempted = false;
  #isClosed = false;

  constructor(signals: SharedSignals, ...parents: readonly (AbortSignal | undefined)[]) {
    this.#leave = parents
      .filter((parent) => parent !== undefined)
      .map((parent) => signals.onAbort(parent, () => this.#controller.abort()));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the deadline ended it. */
  get isTimedOut(): boolean {
    return this.#isTimedOut;
  }

  /** Whether {@link RequestScope.preempt} ended it, and nothing else since. */
  get isPreempted(): boolean {
    return this.#isPreempted;
  }

  /** Aborts it in favor of another request. */
  preempt(): void {
    if (this.signal.aborted) return;
    this.#isPreempted = true;
    this.#controller.abort();
  }

  /** Sets or replaces the deadline, in milliseconds from now by the clock. */
  startDeadline(clock: Clock, afterMs: number): void {
    this.#timer?.cancel();
    this.#timer = clock.setTimeout(() => void this.#expire(), afterMs);
  }

  /**
   * A clock jumps when a machine wakes up, or when a test advances it, and the answer may already have arrived unread.
   * So let the event loop turn a few times before timing out.
   */
  async #expire(): Promise<void> {
    for (let turn = 0; turn < LEAP_TURNS && !this.#isClosed; turn++) await nextTurn();
    if (this.#isClosed || this.signal.aborted) return;
    this.#isTimedOut = true;
    this.#controller.abort();
  }

  /** Releases the signals and the timer. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const leave of this.#leave) leave();
  }
}
