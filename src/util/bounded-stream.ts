/** A queue between something that pushes and a `for await`: bounded, with a policy for overflow that has a name. */
import { type InspectArguments, inspectCustom, inspected } from "./inspect.js";

/**
 * What happens when a value comes for which there is no room: `drop-oldest` loses the one that waits longest,
 * `drop-newest` the one that comes, `fail` ends the stream with an error after those that wait.
 */
export type Overflow = "drop-oldest" | "drop-newest" | "fail";

/** Options of a {@link BoundedStream}. */
export interface BoundedStreamOptions {
  /** How many values wait at most. @default 10000 */
  readonly limit?: number;
  /** What gives way when that many wait. @default "drop-oldest" */
  readonly overflow?: Overflow;
  /** Told of every value lost, and how many were so far. */
  readonly onDrop?: (dropped: number) => void;
  /** Called once when nobody reads any more. */
  readonly onEnd?: () => void;
  /** Made when the policy is `"fail"` and the stream overflows. */
  readonly overflowError?: () => Error;
}

/** An async iterator fed by `push`. Ends on `end`, `fail`, `return` (a `break`) or disposal. */
export class BoundedStream<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #options: BoundedStreamOptions;
  #values: Waiting<T>[] = [];
  /** Of the value the reader has now. */
  #held: (() => void) | undefined;
  #head = 0;
  #waiting: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];
  #ended = false;
  #error: { readonly reason: unknown } | undefined;
  #dropped = 0;
  #isRead = false;

  constructor(options: BoundedStreamOptions = {}) {
    this.#options = options;
  }

  /** Whether somebody has asked for a value yet. @internal */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** How many values were lost to overflow. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Hands a value to the reader that waits, or lets it wait for one. Does nothing once the stream has ended.
   * @param onTaken - called when the reader has had the value and asks for more, or when it is lost
   */
  push(value: T, onTaken?: () => void): void {
    if (this.#ended) {
      onTaken?.();
      return;
    }
    const reader = this.#waiting.shift();
    if (reader) {
      this.#held = onTaken;
      reader.resolve({ done: false, value });
      return;
    }
    const { limit = 10_000, overflow = "drop-oldest", overflowError } = this.#options;
    if (this.#values.length - this.#head >= limit) {
      if (overflow === "fail") {
        this.fail(overflowError?.() ?? new Error(`more than ${limit} values wait to be read`));
        return;
      }
      this.#dropped += 1;
      this.#options.onDrop?.(this.#dropped);
      if (overflow === "drop-newest") {
        onTaken?.();
        return;
      }
      this.#shift().onTaken?.();
    }
    this.#values.push({ value, onTaken });
  }

  /** No more values come; those that wait can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader.resolve({ done: true, value: undefined });
    this.#options.onEnd?.();
  }

  /** Like {@link end}, but the reader learns why, after the values that wait. */
  fail(reason: unknown): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) reader.reject(reason);
    else this.#error = { reason };
    this.end();
  }

  /** Resolves to the next value, or to the end. */
  next(): Promise<IteratorResult<T>> {
    this.#isRead = true;
    this.#letGo();
    if (this.#head < this.#values.length) {
      const { value, onTaken } = this.#shift();
      this.#held = onTaken;
      return Promise.resolve({ done: false, value });
    }
    if (this.#error) {
      const { reason } = this.#error;
      this.#error = undefined;
      return Promise.reject(reason);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Ends the stream and forgets what waits, as a `break` does. */
  return(): Promise<IteratorResult<T>> {
    // The reader is through with what it has; what still waits was never read.
    this.#letGo();
    this.#values = [];
    this.#head = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream, as `return` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Shows what waits, without taking it. @internal */
  [inspectCustom](...given: InspectArguments): string {
    const waiting = this.#values.slice(this.#head);
    const facts = {
      waiting: waiting.length,
      dropped: this.#dropped,
      ended: this.#ended,
      last: waiting.slice(-5).map(({ value }) => value),
    };
    return inspected("LiveStream", facts, given, `(${waiting.length} waiting)`);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  #shift(): Waiting<T> {
    const first = this.#values[this.#head] as Waiting<T>;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}

/** A value for which nobody has asked yet. */
interface Waiting<T> {
  readonly value: T;
  readonly onTaken: (() => void) | undefined;
}
