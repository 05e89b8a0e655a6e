/** The backlog of a slow listener: bounded, with a policy for overflow. */
import type { Delivery } from "./subscription.js";

/**
 * The policy when the backlog is full: `drop-oldest` drops the event that has waited longest, `drop-newest` drops the
 * arriving event, and `fail` ends listening with an error once the waiting events have been read.
 */
export type Overflow = "drop-oldest" | "drop-newest" | "fail";

/** The ids of dropped events: the first and the last. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

/** A waiting value, or (as `lost`) a marker for events that were dropped here. */
export interface Waiting<T> {
  readonly value: T | undefined;
  readonly delivery: Delivery | undefined;
  readonly lost: LostRange | undefined;
}

/** Options of a {@link Backlog}. */
export interface BacklogOptions {
  readonly limit: number;
  readonly overflow: Overflow;
  /** Called for every dropped value, with the number dropped so far. */
  readonly onDrop: (dropped: number) => void;
}

export class Backlog<T> {
  readonly #options: BacklogOptions;
  #entries: Waiting<T>[] = [];
  #head = 0;
  /** The number of waiting values, not counting the markers. */
  #size = 0;
  #dropped = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** The number of waiting values. */
  get size(): number {
    return this.#size;
  }

  /** Whether nothing waits, neither a value nor a marker. */
  get isEmpty(): boolean {
    return this.#head >= this.#entries.length;
  }

  /** The number of dropped values. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The waiting values. */
  get values(): readonly T[] {
    return this.#entries.slice(this.#head).flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** Adds a value. Returns false when the backlog is full and the policy is `fail`. */
  push(value: T, delivery: Delivery | undefined): boolean {
    const { limit, overflow, onDrop } = this.#options;
    if (this.#size >= limit) {
      if (overflow === "fail") return false;
      this.#dropped += 1;
      onDrop(this.#dropped);
      if (overflow === "drop-newest") {
        this.#dropNewest(delivery);
        return true;
      }
      this.#dropOldest();
    }
    this.#entries.push({ value, delivery, lost: undefined });
    this.#size += 1;
    return true;
  }

  /** Removes and returns the next value or marker. */
  shift(): Waiting<T> | undefined {
    const first = this.#entries[this.#head];
    if (!first) return undefined;
    this.#head += 1;
    if (!first.lost) this.#size -= 1;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#size = 0;
  }

  #dropOldest(): void {
    const mark = this.#entries[this.#head]?.lost ? this.shift() : undefined;
    const { delivery } = this.shift() ?? {};
    const lost = this.#lost(delivery, mark?.lost);
    if (!lost) return;
    const entry = { value: undefined, delivery: undefined, lost };
    if (this.#head > 0) {
      this.#head -= 1;
      this.#entries[this.#head] = entry;
    } else this.#entries.unshift(entry);
  }

  #dropNewest(delivery: Delivery | undefined): void {
    const last = this.isEmpty ? undefined : this.#entries.at(-1);
    const lost = this.#lost(delivery, last?.lost);
    if (!lost) return;
    if (last?.lost) this.#entries.pop();
    this.#entries.push({ value: undefined, delivery: undefined, lost });
  }

  /** A dropped value counts as acknowledged; with a state file, the range of dropped ids is kept for a gap notice. */
  #lost(delivery: Delivery | undefined, before: LostRange | undefined): LostRange | undefined {
    delivery?.done();
    const id = delivery?.event.id;
    if (id === undefined) return before;
    return { from: Math.min(before?.from ?? id, id), to: Math.max(before?.to ?? id, id) };
  }
}
