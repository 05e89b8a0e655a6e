/** What arrives together arrived at one time: reads a clock once for each turn of the event loop. */
import type { Clock } from "./clock.js";

export class TurnClock {
  readonly #clock: Clock;
  #now: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch, the same until this turn is over. */
  now(): number {
    if (this.#now === undefined) {
      this.#now = this.#clock.now();
      queueMicrotask(() => {
        this.#now = undefined;
      });
    }
    return this.#now;
  }
}
