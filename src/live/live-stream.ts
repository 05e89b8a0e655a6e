/**
 * The queue between the events of a room and `for await`. Each reader holds its value, unacknowledged, until it asks
 * for the next.
 */
import { type InspectArguments, inspectCustom, inspectFacts } from "../util/inspect.js";
import { Backlog, type BacklogOptions, type LostRange } from "./backlog.js";
import type { Delivery } from "./subscription.js";

/** An endless stream of events or messages. Ends on `break`, disposal, the signal, `room.leave()` or logout. */
export interface LiveStream<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  /** Resolves when events start to arrive; rejects when listening failed permanently before that. */
  readonly ready: Promise<void>;
  /** The number of events dropped because they were not read in time. */
  readonly dropped: number;
  /** Creates a reader, as `for await` does. All readers share one queue: two loops over a stream split its events. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

/** Options of an {@link EventQueue}. */
export interface EventQueueOptions<T> extends BacklogOptions {
  /** The value that replaces dropped events; undefined for none. */
  readonly lostValue: (lost: LostRange) => T | undefined;
  readonly overflowError: () => Error;
  /** Adds the caller's position in the code to the reason that ended the stream. */
  readonly withCallSite: (reason: unknown) => unknown;
  /** Called once, when the stream ends. */
  readonly onEnd: () => void;
}

interface PendingRead<T> {
  readonly reader: Reader<T>;
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

export class EventQueue<T> implements LiveStream<T> {
  ready: Promise<void> = Promise.resolve();
  readonly #options: EventQueueOptions<T>;
  readonly #waiting: Backlog<T>;
  readonly #reader: Reader<T> = new Reader(this);
  readonly #reads: PendingRead<T>[] = [];
  #hasEnded = false;
  #error: { readonly reason: unknown } | undefined;
  #isRead = false;

  constructor(options: EventQueueOptions<T>) {
    this.#options = options;
    this.#waiting = new Backlog<T>(options);
  }

  /** Whether anything has been read yet. @internal */
  get isRead(): boolean {
    return this.#isRead;
  }

  get dropped(): number {
    return this.#waiting.dropped;
  }

  /** Delivers a value to a waiting reader, or queues it. Does nothing after the end. */
  push(value: T, delivery: Delivery | undefined): void {
    if (this.#hasEnded) return;
    const read = this.#reads.shift();
    if (read) {
      read.reader.hold(delivery);
      read.resolve({ done: false, value });
    } else if (!this.#waiting.push(value, delivery)) this.fail(this.#options.overflowError());
  }

  /** Accepts no more values; queued ones can still be read. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const read of this.#reads.splice(0)) read.resolve({ done: true, value: undefined });
    this.#options.onEnd();
  }

  /** Ends the stream at once; queued values are discarded. */
  stop(): void {
    this.#waiting.clear();
    this.#error = undefined;
    this.end();
  }

  /** Like {@link end}, but then rejects once with the reason, after the queued values. */
  fail(reason: unknown): void {
    if (this.#hasEnded) return;
    const located = this.#options.withCallSite(reason);
    const read = this.#reads.shift();
    if (read) read.reject(located);
    else this.#error = { reason: located };
    this.end();
  }

  /** Resolves to the next value, or to the end. */
  next(): Promise<IteratorResult<T>> {
    return this.#reader.next();
  }

  /** Ends the stream and discards queued values, as `break` does. */
  return(): Promise<IteratorResult<T>> {
    return this.#reader.return();
  }

  /** Ends the stream, as `return` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new Reader(this);
  }

  /** Shows the queued values without removing them. @internal */
  [inspectCustom](...given: InspectArguments): string {
    const { values, size, dropped } = this.#waiting;
    const facts = { waiting: size, dropped, ended: this.#hasEnded, last: values.slice(-5) };
    return inspectFacts("LiveStream", facts, given, `(${size} waiting)`);
  }

  /** The next value for a reader. @internal */
  readFor(reader: Reader<T>): Promise<IteratorResult<T>> {
    this.#isRead = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const value = next.lost ? this.#options.lostValue(next.lost) : next.value;
      if (value === undefined) continue;
      reader.hold(next.delivery);
      return Promise.resolve({ done: false, value });
    }
    if (this.#error) {
      const { reason } = this.#error;
      this.#error = undefined;
      return Promise.reject(reason);
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#reads.push({ reader, resolve, reject }));
  }
}

/** One loop over a stream, or one caller of `next()`. */
class Reader<T> implements AsyncIterableIterator<T> {
  readonly #queue: EventQueue<T>;
  #held: Delivery[] = [];

  constructor(queue: EventQueue<T>) {
    this.#queue = queue;
  }

  /** Holds a delivery until the reader asks for the next value. */
  hold(delivery: Delivery | undefined): void {
    if (!delivery) return;
    delivery.take();
    this.#held.push(delivery);
  }

  next(): Promise<IteratorResult<T>> {
    this.#acknowledge();
    return this.#queue.readFor(this);
  }

  return(): Promise<IteratorResult<T>> {
    this.#acknowledge();
    this.#queue.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #acknowledge(): void {
    if (this.#held.length === 0) return;
    for (const delivery of this.#held.splice(0)) delivery.done();
  }
}
