/**
 * Network latency: answers and frames are delivered late. Delays pass in real time, because a network is physical even
 * where the server's clock is advanced by hand.
 */
import { UsageError } from "../errors/index.js";
import { shown } from "../util/options.js";

/** Milliseconds of real time, or the least and the most of them, between which each delay is drawn. */
export type Delay = number | readonly [least: number, most: number];

/** A frame that waits in a line. */
interface Item {
  readonly deliver: () => void;
  timer: { cancel(): void } | null;
}

/** Checks a delay. @throws {BAD_ARGUMENT} unless it is a number of milliseconds from 0 up, or two in ascending order */
export function checkDelay(name: string, value: unknown): asserts value is Delay {
  const [least, most, ...more]: unknown[] = Array.isArray(value) ? value : [value, value];
  const fits = (ms: unknown): ms is number => typeof ms === "number" && ms >= 0 && ms <= 2_147_483_647;
  if (fits(least) && fits(most) && least <= most && more.length === 0) return;
  throw new UsageError(`${name} is a number of milliseconds or [least, most], not ${shown(value)}`);
}

/** A delay within its bounds. */
export function drawn(delay: Delay, random: () => number): number {
  if (typeof delay === "number") return delay;
  const [least, most] = delay;
  return least + random() * (most - least);
}

/** The delays of one site. */
export class Latency {
  readonly #random: () => number;
  readonly #delay: Delay;
  readonly #pending = new Set<{ cancel(): void }>();
  /** For frames alone; null when they take as long as answers do. */
  #frameDelay: Delay | null = null;

  constructor(delay: Delay, random: () => number) {
    this.#delay = delay;
    this.#random = random;
  }

  /** The number of answers and frames that are delayed now. */
  get underWay(): number {
    return this.#pending.size;
  }

  /** Other delays for frames than for answers; null ends that. */
  slowFrames(delay: Delay | null): void {
    this.#frameDelay = delay;
  }

  /** The delay of the next answer, in milliseconds. */
  answerMs(delay: Delay = this.#delay): number {
    return drawn(delay, this.#random);
  }

  /** The delay of the next frame, in milliseconds. */
  frameMs(): number {
    return drawn(this.#frameDelay ?? this.#delay, this.#random);
  }

  /** Calls back after so long: at once when that is no time. */
  after(ms: number, callback: () => void): { cancel(): void } | null {
    if (ms <= 0) {
      callback();
      return null;
    }
    const timer = setTimeout(() => {
      this.#pending.delete(pending);
      callback();
    }, ms).unref();
    const pending = {
      cancel: (): void => {
        clearTimeout(timer);
        this.#pending.delete(pending);
      },
    };
    this.#pending.add(pending);
    return pending;
  }

  /** Resolves after so long, or when the connection has closed. */
  async wait(ms: number, connection: Closable): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const pending = this.after(ms, () => {
        connection.removeListener("close", end);
        resolve();
      });
      const end = (): void => {
        pending?.cancel();
        resolve();
      };
      connection.once("close", end);
    });
  }

  /** Nothing that is on its way arrives any more. */
  close(): void {
    for (const pending of this.#pending) pending.cancel();
  }
}

interface Closable {
  once(event: "close", listener: () => void): unknown;
  removeListener(event: "close", listener: () => void): unknown;
}

/** The outgoing frames of one socket: late, but in the order in which they were sent. */
export class Line {
  readonly #latency: Latency;
  readonly #items: Item[] = [];
  #lastDueMs = 0;

  constructor(latency: Latency) {
    this.#latency = latency;
  }

  /** Delivers this after everything that was sent before it. */
  send(deliver: () => void): void {
    const ms = this.#latency.frameMs();
    if (ms <= 0 && this.#items.length === 0) {
      deliver();
      return;
    }
    const now = performance.now();
    this.#lastDueMs = Math.max(this.#lastDueMs, now + ms);
    const item: Item = { deliver, timer: null };
    this.#items.push(item);
    // At least a moment: earlier frames are not delivered yet.
    item.timer = this.#latency.after(Math.max(this.#lastDueMs - now, 1), () => this.#deliverTo(item));
  }

  /** Nothing that is in line is delivered any more. */
  end(): void {
    for (const { timer } of this.#items.splice(0)) timer?.cancel();
  }

  /** Timers of different lengths that end at the same moment come in no particular order. */
  #deliverTo(last: Item): void {
    for (const item of this.#items.splice(0, this.#items.indexOf(last) + 1)) {
      item.timer?.cancel();
      item.deliver();
    }
  }
}
