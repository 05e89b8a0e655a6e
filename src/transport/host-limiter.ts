/**
 * Limits the concurrent requests per host, and schedules them fairly between actions and reads. Queueing here rather
 * than in the pool tells which requests were never sent.
 */
import type { Clock } from "../util/clock.js";

/** `post` is for actions, logins and what they need first; everything else is a `read`, which is safe to send again. */
export type RequestKind = "post" | "read";

/** A request that is queued or running. */
export interface QueuedRequest {
  readonly kind: RequestKind;
  /** Removes it from the queue. */
  readonly signal: AbortSignal;
  /** Whether a post preempted it before: it goes to the front of the queue. */
  readonly wasPreempted: boolean;
  /** Preempts it in favor of a post: it is aborted, and may be queued again. */
  preempt(): void;
}

interface Waiting {
  readonly entrant: QueuedRequest;
  start(): void;
}

/** The limit of concurrent requests, to stay polite: "at most 2 connections for a host" (protocol.md §8). */
export const MAX_REQUESTS_PER_HOST = 2;
/** Milliseconds that a post waits behind two reads before it preempts the younger one, which may hang. */
const PREEMPT_AFTER_MS = 5_000;

/** The limiter of one host. */
class HostLimiter {
  readonly #clock: Clock;
  /** Running requests, in the order in which they were sent. */
  readonly #running = new Set<QueuedRequest>();
  readonly #waiting: Readonly<Record<RequestKind, Waiting[]>> = { post: [], read: [] };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#waiting.post.length === 0 && this.#waiting.read.length === 0;
  }

  /** Waits for a slot; rejects when the signal is aborted first. */
  acquire(request: QueuedRequest): Promise<void> {
    const { kind, signal, wasPreempted: isAgain } = request;
    const queue = this.#waiting[kind];
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      let timer: { cancel(): void } | undefined;
      const stopWaiting = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        signal.removeEventListener("abort", abort);
        timer?.cancel();
      };
      const abort = (): void => {
        stopWaiting();
        reject(signal.reason);
      };
      const start = (): void => {
        stopWaiting();
        this.#running.add(request);
        resolve();
      };
      const waiting = { entrant: request, start };
      signal.addEventListener("abort", abort, { once: true });
      if (isAgain) queue.unshift(waiting);
      else queue.push(waiting);
      this.#pump();
      if (kind === "post" && queue.includes(waiting))
        timer = this.#clock.setTimeout(() => this.#preemptRead(), PREEMPT_AFTER_MS);
    });
  }

  release(request: QueuedRequest): void {
    this.#running.delete(request);
    this.#pump();
  }

  /** Gives a free slot to the kind that has fewer of them, posts first. */
  #pump(): void {
    while (this.#running.size < MAX_REQUESTS_PER_HOST) {
      const [post] = this.#waiting.post;
      const [read] = this.#waiting.read;
      const next = post && (!read || this.#count("post") <= this.#count("read")) ? post : read;
      if (!next) return;
      next.start();
    }
  }

  #preemptRead(): void {
    if (this.#count("read") === MAX_REQUESTS_PER_HOST) [...this.#running].at(-1)?.preempt();
  }

  #count(kind: RequestKind): number {
    return [...this.#running].filter((request) => request.kind === kind).length;
  }
}

/** The limiters of all hosts that a client talks to. */
export class HostLimiters {
  readonly #clock: Clock;
  readonly #limiters = new Map<string, HostLimiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for a slot at an origin and returns the function that releases it; rejects when the signal is aborted first.
   */
  async acquire(origin: string, request: QueuedRequest): Promise<() => void> {
    const limiter = this.#limiters.get(origin) ?? new HostLimiter(this.#clock);
    this.#limiters.set(origin, limiter);
    const forget = (): void => {
      if (limiter.isEmpty && this.#limiters.get(origin) === limiter) this.#limiters.delete(origin);
    };
    try {
      await limiter.acquire(request);
    } catch (error) {
      forget();
      throw error;
    }
    return () => {
      limiter.release(request);
      forget();
    };
  }
}
