/**
 * Which requests go out now: at most two of a host at a time, and neither kind keeps the other out. Waiting here rather
 * than in the pool tells which requests were never sent.
 */
import type { Clock } from "../util/clock.js";

/** Posts are actions, logins, and what those need first; everything else is a read, which can be sent again. */
export type RequestKind = "post" | "read";

/** A request that wants to go out. */
export interface Entrant {
  readonly kind: RequestKind;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** It had a place before, and a post has taken it: it is the first of its kind now. */
  readonly isAgain: boolean;
  /** Its place is wanted for a post; it ends, and may enter again. */
  displace(): void;
}

interface Waiting {
  readonly entrant: Entrant;
  start(): void;
}

/** Stay polite: "at most 2 connections for a host" (protocol.md §8). */
export const PLACES_PER_HOST = 2;
/** Milliseconds that a post waits while reads have both places; then the younger read, which may hang, makes room. */
const READS_YIELD_MS = 5_000;

/** The requests of one host. */
class HostGate {
  readonly #clock: Clock;
  /** In the order in which they went out. */
  readonly #running = new Set<Entrant>();
  readonly #waiting: Readonly<Record<RequestKind, Waiting[]>> = { post: [], read: [] };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#waiting.post.length === 0 && this.#waiting.read.length === 0;
  }

  /** Waits for a place; rejects when the signal is aborted first. */
  enter(entrant: Entrant): Promise<void> {
    const { kind, signal, isAgain } = entrant;
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
        this.#running.add(entrant);
        resolve();
      };
      const waiting = { entrant, start };
      signal.addEventListener("abort", abort, { once: true });
      if (isAgain) queue.unshift(waiting);
      else queue.push(waiting);
      this.#pump();
      if (kind === "post" && queue.includes(waiting))
        timer = this.#clock.setTimeout(() => this.#displaceRead(), READS_YIELD_MS);
    });
  }

  leave(entrant: Entrant): void {
    this.#running.delete(entrant);
    this.#pump();
  }

  /** A free place goes to the kind that has fewer of them, and to posts first. */
  #pump(): void {
    while (this.#running.size < PLACES_PER_HOST) {
      const [post] = this.#waiting.post;
      const [read] = this.#waiting.read;
      const next = post && (!read || this.#count("post") <= this.#count("read")) ? post : read;
      if (!next) return;
      next.start();
    }
  }

  #displaceRead(): void {
    if (this.#count("read") === PLACES_PER_HOST) [...this.#running].at(-1)?.displace();
  }

  #count(kind: RequestKind): number {
    return [...this.#running].filter((entrant) => entrant.kind === kind).length;
  }
}

/** The gates of all hosts that a client talks to. */
export class HostGates {
  readonly #clock: Clock;
  readonly #gates = new Map<string, HostGate>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for a place at an origin; rejects when the signal is aborted first. Answers what gives the place back. */
  async enter(origin: string, entrant: Entrant): Promise<() => void> {
    const gate = this.#gates.get(origin) ?? new HostGate(this.#clock);
    this.#gates.set(origin, gate);
    const forget = (): void => {
      if (gate.isEmpty && this.#gates.get(origin) === gate) this.#gates.delete(origin);
    };
    try {
      await gate.enter(entrant);
    } catch (error) {
      forget();
      throw error;
    }
    return () => {
      gate.leave(entrant);
      forget();
    };
  }
}
