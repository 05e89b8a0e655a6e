/** The backlog of a slow listener: bounded, with a named policy for overflow. */
import type { Delivery } from "./subscription.js";

/**
 * The overflow policy when the backlog is full: `drop-oldest` loses the event that has waited longest, `drop-newest`
 * the event that arrives, and `fail` ends listening with an error after the events that wait.
 */
export type Overflow = "drop-oldest" | "drop-newest" | "fail";

/** The ids of dropped events: the first and the last. */
export interface Lost {
  readonly from: number;
  readonly to: number;
}

/** A value that waits, or (as `lost`) a mark for events that were dropped here. */
export interface Waiting<T> {
  readonly value: T | undefined;
  readonly delivery: Delivery | undefined;
  readonly lost: Lost | undefined;
}

/** Options of a {@link Backlog}. */
export interface BacklogOptions {
  readonly limit: number;
  readonly overflow: Overflow;
  /** Called for every value lost, with the number lost so far. */
  readonly onDrop: (dropped: number) => void;
}

export class Backlog<T> {
  readonly #options: BacklogOptions;
  #entries: Waiting<T>[] = [];
  #head = 0;
  /** The number of values, without the marks of lost events. */
  #size = 0;
  #dropped = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** The number of values that wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether neither a value nor a mark of lost events waits. */
  get isEmpty(): boolean {
    return this.#head >= this.#entries.length;
  }

  /** The number of values lost. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The values that wait. */
  get values(): readonly T[] {
    return this.#entries.slice(this.#head).flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** Adds a value. False when the backlog is full and the policy is `fail`. */
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

  /** Takes the next value, or the mark of lost events. */
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

  /** A lost value counts as done; under a state the range of its ids is kept for a gap notice. */
  #lost(delivery: Delivery | undefined, before: Lost | undefined): Lost | undefined {
    delivery?.done();
    const id = delivery?.event.id;
    if (id === undefined) return before;
    return { from: Math.min(before?.from ?? id, id), to: Math.max(before?.to ?? id, id) };
  }
}
