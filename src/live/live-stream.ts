/** A queue between the events of a room and `for await`. Each reader holds its own value until it asks for the next. */
import { type InspectArguments, inspectCustom, inspected } from "../util/inspect.js";
import { Backlog, type BacklogOptions, type Lost } from "./backlog.js";
import type { Delivery } from "./subscription.js";

/** Events or messages as they come: endless until `break`, disposal, the signal, `room.leave()` or logout. */
export interface LiveStream<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  /** Resolves when events flow; rejects when listening ended for good before that. */
  readonly ready: Promise<void>;
  /** The number of events lost because they were not read in time. */
  readonly dropped: number;
  /** Makes a reader, as `for await` does. There is one queue, so two loops share its events. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

/** Options of an {@link EventQueue}. */
export interface EventQueueOptions<T> extends BacklogOptions {
  /** The value that a reader gets in place of dropped events; undefined for none. */
  readonly lostValue: (lost: Lost) => T | undefined;
  readonly overflowError: () => Error;
  /** Adds to the reason of an end where the user called for the stream. */
  readonly placed: (reason: unknown) => unknown;
  /** Called once when the stream has ended. */
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

  /** Whether a value has been requested yet. @internal */
  get isRead(): boolean {
    return this.#isRead;
  }

  get dropped(): number {
    return this.#waiting.dropped;
  }

  /** Hands a value to a waiting reader, or queues it. Does nothing once the stream has ended. */
  push(value: T, delivery: Delivery | undefined): void {
    if (this.#hasEnded) return;
    const read = this.#reads.shift();
    if (read) {
      read.reader.holds(delivery);
      read.resolve({ done: false, value });
    } else if (!this.#waiting.push(value, delivery)) this.fail(this.#options.overflowError());
  }

  /** Takes no more values; those that wait can still be read. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const read of this.#reads.splice(0)) read.resolve({ done: true, value: undefined });
    this.#options.onEnd();
  }

  /** Ends the stream at once: values that wait are not read any more. */
  stop(): void {
    this.#waiting.clear();
    this.#error = undefined;
    this.end();
  }

  /** Like {@link end}, but the reader gets the reason, after the values that wait. */
  fail(reason: unknown): void {
    if (this.#hasEnded) return;
    const placed = this.#options.placed(reason);
    const read = this.#reads.shift();
    if (read) read.reject(placed);
    else this.#error = { reason: placed };
    this.end();
  }

  /** Resolves to the next value, or to the end. */
  next(): Promise<IteratorResult<T>> {
    return this.#reader.next();
  }

  /** Ends the stream and drops the values that wait, as a `break` does. */
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

  /** The values that wait, without taking them. @internal */
  [inspectCustom](...given: InspectArguments): string {
    const { values, size, dropped } = this.#waiting;
    const facts = { waiting: size, dropped, ended: this.#hasEnded, last: values.slice(-5) };
    return inspected("LiveStream", facts, given, `(${size} waiting)`);
  }

  /** The next value for one of the readers. @internal */
  readFor(reader: Reader<T>): Promise<IteratorResult<T>> {
    this.#isRead = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const value = next.lost ? this.#options.lostValue(next.lost) : next.value;
      if (value === undefined) continue;
      reader.holds(next.delivery);
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

  /** The delivery that this reader holds until it asks for the next value. */
  holds(delivery: Delivery | undefined): void {
    if (!delivery) return;
    delivery.take();
    this.#held.push(delivery);
  }

  next(): Promise<IteratorResult<T>> {
    this.#letGo();
    return this.#queue.readFor(this);
  }

  return(): Promise<IteratorResult<T>> {
    this.#letGo();
    this.#queue.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #letGo(): void {
    if (this.#held.length === 0) return;
    for (const delivery of this.#held.splice(0)) delivery.done();
  }
}
