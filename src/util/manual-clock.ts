/** A clock that moves only when told to, for tests. */
import type { Clock } from "./clock.js";

/** A {@link Clock} under manual control: `advance` fires the timers that fall due, in order. */
export class ManualClock implements Clock {
  #now: number;
  #nextId = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  /** @param startMs - the initial value of `now()`, in milliseconds since the epoch. @default 2024-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2024, 0, 1)) {
    this.#now = startMs;
  }

  /** The current time of this clock, in milliseconds since the epoch. */
  now(): number {
    return this.#now;
  }

  /** Calls back during the {@link ManualClock.advance} that reaches `delayMs` from now. */
  setTimeout(
    callback: () => void,
    delayMs: number,
  ): {
    /** Cancels the timer; does nothing if it has already fired. */
    cancel(): void;
  } {
    const id = this.#nextId++;
    this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), callback });
    return { cancel: () => void this.#timers.delete(id) };
  }

  /** Moves time forward. Fires due timers in order and lets promise reactions run in between. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    await settle();
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#timers.delete(next.id);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    // A concurrent advance may have gone further.
    this.#now = Math.max(this.#now, end);
  }

  /** Milliseconds until the next timer falls due; null if none is pending. */
  get untilNextMs(): number | null {
    const next = this.#due(Number.POSITIVE_INFINITY);
    return next ? Math.max(0, next.at - this.#now) : null;
  }

  /** How many timers are pending. */
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
