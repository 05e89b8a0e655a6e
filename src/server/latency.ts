/**
 * Simulated network latency for responses and frames. Delays use real time even if the server's clock is manual, because
 * the network between client and server is real.
 */
import { UsageError } from "../errors/index.js";
import { previewValue } from "../util/options.js";

/** A delay in milliseconds of real time, or a range from which each delay is picked at random. */
export type Delay = number | readonly [least: number, most: number];

/** A frame waiting in a {@link DelayQueue}. */
interface QueuedFrame {
  readonly deliver: () => void;
  timer: { cancel(): void } | null;
}

/** @throws {BAD_ARGUMENT} unless the value is a non-negative number of milliseconds, or two in ascending order */
export function checkDelay(name: string, value: unknown): asserts value is Delay {
  const [least, most, ...more]: unknown[] = Array.isArray(value) ? value : [value, value];
  const fits = (ms: unknown): ms is number => typeof ms === "number" && ms >= 0 && ms <= 2_147_483_647;
  if (fits(least) && fits(most) && least <= most && more.length === 0) return;
  throw new UsageError(`${name} must be a number of milliseconds or [least, most], not ${previewValue(value)}`);
}

/** Returns a fixed delay, or a random one from the range. */
export function pickDelay(delay: Delay, random: () => number): number {
  if (typeof delay === "number") return delay;
  const [least, most] = delay;
  return least + random() * (most - least);
}

/** The delays of one site. */
export class Latency {
  readonly #random: () => number;
  readonly #delay: Delay;
  readonly #pending = new Set<{ cancel(): void }>();
  /** Overrides the delay for frames; null when frames are delayed like responses. */
  #frameDelay: Delay | null = null;

  constructor(delay: Delay, random: () => number) {
    this.#delay = delay;
    this.#random = random;
  }

  /** The number of responses and frames that are delayed now. */
  get underWay(): number {
    return this.#pending.size;
  }

  /** Sets a separate delay for frames; null removes it. */
  slowFrames(delay: Delay | null): void {
    this.#frameDelay = delay;
  }

  /** The delay of the next response, in milliseconds. */
  answerMs(delay: Delay = this.#delay): number {
    return pickDelay(delay, this.#random);
  }

  /** The delay of the next frame, in milliseconds. */
  frameMs(): number {
    return pickDelay(this.#frameDelay ?? this.#delay, this.#random);
  }

  /** Calls back after a delay; synchronously if the delay is 0. */
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

  /** Resolves after a delay, or when the connection closes. */
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

  /** Cancels everything that is still delayed. */
  close(): void {
    for (const pending of this.#pending) pending.cancel();
  }
}

interface Closable {
  once(event: "close", listener: () => void): unknown;
  removeListener(event: "close", listener: () => void): unknown;
}

/** Delays the outgoing frames of one socket and keeps their order. */
export class DelayQueue {
  readonly #latency: Latency;
  readonly #items: QueuedFrame[] = [];
  #lastDueMs = 0;

  constructor(latency: Latency) {
    this.#latency = latency;
  }

  /** Delivers a frame after its delay, and after all frames pushed before it. */
  push(deliver: () => void): void {
    const ms = this.#latency.frameMs();
    if (ms <= 0 && this.#items.length === 0) {
      deliver();
      return;
    }
    const now = performance.now();
    this.#lastDueMs = Math.max(this.#lastDueMs, now + ms);
    const item: QueuedFrame = { deliver, timer: null };
    this.#items.push(item);
    // At least 1 ms, because earlier frames have not been delivered yet.
    item.timer = this.#latency.after(Math.max(this.#lastDueMs - now, 1), () => this.#deliverTo(item));
  }

  /** Drops all queued frames. */
  clear(): void {
    for (const { timer } of this.#items.splice(0)) timer?.cancel();
  }

  /** Delivers the queue up to an item: timers that expire at the same moment fire in no particular order. */
  #deliverTo(last: QueuedFrame): void {
    for (const item of this.#items.splice(0, this.#items.indexOf(last) + 1)) {
      item.timer?.cancel();
      item.deliver();
    }
  }
}
