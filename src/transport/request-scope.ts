/** The life of one request: ended by its caller, by its client, or by its deadline. Leaves nothing behind on either signal. */
import type { Clock } from "../util/clock.js";

export class RequestScope {
  readonly #controller = new AbortController();
  readonly #parents: readonly AbortSignal[];
  readonly #abort = (): void => this.#controller.abort();
  #timer: { cancel(): void } | undefined;
  #isLate = false;

  constructor(...parents: readonly (AbortSignal | undefined)[]) {
    this.#parents = parents.filter((parent) => parent !== undefined);
    for (const parent of this.#parents) {
      if (parent.aborted) this.#controller.abort();
      parent.addEventListener("abort", this.#abort, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the deadline ended it. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Sets the deadline, in milliseconds of the clock. */
  startDeadline(clock: Clock, afterMs: number): void {
    this.#timer = clock.setTimeout(() => {
      this.#isLate = true;
      this.#controller.abort();
    }, afterMs);
  }

  /** Lets go of the signals and the timer. */
  close(): void {
    this.#timer?.cancel();
    for (const parent of this.#parents) parent.removeEventListener("abort", this.#abort);
  }
}
