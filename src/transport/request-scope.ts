/** The life of one request: ended by its caller, its client, or its deadline. Leaves nothing behind on any signal. */
import type { Clock } from "../util/clock.js";
import type { SharedSignals } from "../util/shared-signals.js";

/** The turns of the event loop before a deadline that has passed counts. */
const LEAP_TURNS = 10;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class RequestScope {
  readonly #controller = new AbortController();
  readonly #leave: readonly (() => void)[];
  #timer: { cancel(): void } | undefined;
  #isLate = false;
  #isDisplaced = false;
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
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Whether {@link RequestScope.displace} ended it, and nothing else has meanwhile. */
  get isDisplaced(): boolean {
    return this.#isDisplaced;
  }

  /** Ends it for the sake of another request. */
  displace(): void {
    if (this.signal.aborted) return;
    this.#isDisplaced = true;
    this.#controller.abort();
  }

  /** Sets the deadline, in milliseconds of the clock, in place of the one it has. */
  startDeadline(clock: Clock, afterMs: number): void {
    this.#timer?.cancel();
    this.#timer = clock.setTimeout(() => void this.#expire(), afterMs);
  }

  /**
   * A clock leaps when a machine has slept, or when a test advances it: the answer may have arrived meanwhile, unread.
   * So the event loop turns a few times first.
   */
  async #expire(): Promise<void> {
    for (let turn = 0; turn < LEAP_TURNS && !this.#isClosed; turn++) await nextTurn();
    if (this.#isClosed || this.signal.aborted) return;
    this.#isLate = true;
    this.#controller.abort();
  }

  /** Releases the signals and the timer. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const leave of this.#leave) leave();
  }
}
