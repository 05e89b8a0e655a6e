/** Reads the clock once per turn of the event loop, so that events that arrive together get one timestamp. */
import type { Clock } from "./clock.js";

export class TurnClock {
  readonly #clock: Clock;
  #now: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch; constant within one turn of the event loop. */
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
