/** A clock that only moves when told to. For tests, ours and our users'. */
import type { Clock } from "./clock.js";

/** A {@link Clock} turned by hand: timers fire in order inside `advance`. */
export class ManualClock implements Clock {
  #now: number;
  #nextId = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  /** @param startMs - the first value of `now()`, in milliseconds since the epoch. @default 2024-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2024, 0, 1)) {
    this.#now = startMs;
  }

  /** Milliseconds since the epoch, as turned so far. */
  now(): number {
    return this.#now;
  }

  /** Calls back inside the {@link ManualClock.advance} that reaches `delayMs` from now. */
  setTimeout(
    callback: () => void,
    delayMs: number,
  ): {
    /** Stops the timer; does nothing when it has fired. */
    cancel(): void;
  } {
    const id = this.#nextId++;
    this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), callback });
    return { cancel: () => void this.#timers.delete(id) };
  }

  /** Moves time forward, fires what falls due in order of time, and lets promise reactions run in between. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    await settle();
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#timers.delete(next.id);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    // Another advance may have gone further meanwhile.
    this.#now = Math.max(this.#now, end);
  }

  /** Milliseconds until the next timer falls due; null when none waits. */
  get untilNextMs(): number | null {
    const next = this.#due(Number.POSITIVE_INFINITY);
    return next ? Math.max(0, next.at - this.#now) : null;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  #due(end: number): { id: number; at: number; callback: () => void } | undefined {
    let best: { id: number; at: number; callback: () => void } | undefined;
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (!best || timer.at < best.at)) best = { id, ...timer };
    }
    return best;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
