/**
 * The actions of one account: one at a time, in order within each room, because the server's limits are per account.
 * "Again in N seconds" makes everybody wait; a failure that leaves open whether the server acted is looked into before
 * anything is said again.
 */
import { AbortedError, ClosedError, isChatError, isTrouble, ThrottledError, TimedOutError } from "../errors/index.js";
import type { Clock } from "../util/clock.js";
import type { Counters } from "../util/counters.js";

/** Options of the outbox. */
export interface OutboxOptions {
  /** How often a throttled action is tried in all. @default 8 */
  readonly maxTries?: number;
  /** Milliseconds added to the wait the server asks for; more after it was not enough. @default 250 */
  readonly marginMs?: number;
  /** How long trouble on the way is waited out, in milliseconds, before an action fails. @default 900000 */
  readonly patienceMs?: number;
}

/** Their names, to refuse others. */
export const outboxOptionNames: readonly (keyof OutboxOptions)[] = ["maxTries", "marginMs", "patienceMs"];

/** What goes first: `high` before everything, a `reply` before what is said in other rooms. */
export type Lane = "high" | "reply" | "normal";

/** What was done after all. */
export interface Found<T> {
  readonly result: T;
}

/** One thing to do. */
export interface Task<T> {
  /** Does it. */
  attempt(): Promise<T>;
  /**
   * After a failure that leaves open whether the server acted: the result if it did, undefined if it did not. A task
   * without this is not tried again.
   */
  find?(startedAt: number): Promise<Found<T> | undefined>;
}

/** Tasks that stand together, and what is known about them. */
export interface Order<T> {
  /** What is tried, as the end of "Could not …". */
  readonly tried: string;
  readonly tasks: readonly Task<T>[];
  /** Told of each result, in order. */
  readonly onDone: (result: T) => void;
  /** The room whose order matters; undefined for actions that stand alone. */
  readonly roomId?: number | undefined;
  readonly lane?: Lane | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which it is given up. */
  readonly deadlineMs?: number | undefined;
  /** It may have been done before, since this time: look first. Milliseconds since the epoch. */
  readonly unsureSince?: number | undefined;
}

/** An action that has not been done yet. */
export interface PendingAction {
  /** What it is, such as `post in room 1`. */
  readonly action: string;
  readonly roomId: number | undefined;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly since: number;
  /** How often it was tried. */
  readonly tries: number;
}

/** What users see of the outbox. */
export interface OutboxView {
  /** What waits or is under way, in the order in which it will be done. */
  readonly pending: readonly PendingAction[];
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** No server was ever seen to want more than 40 s between messages (protocol.md §8). */
const longestSpacingMs = 60_000;

interface Entry {
  readonly order: Order<unknown>;
  readonly since: number;
  done: number;
  tries: number;
  /** When the current task was first sent, while it is not known whether it arrived. */
  unsureSince: number | null;
  troubleSince: number | null;
  wasThrottled: boolean;
  /** An answer that was not understood: the reason, if it turns out that nothing was done. */
  doubt: unknown;
  resolve(): void;
  reject(reason: unknown): void;
}

export class Outbox implements OutboxView {
  readonly #options: Required<OutboxOptions>;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #counters: Counters;
  readonly #entries: Entry[] = [];
  #isPumping = false;
  /** Nothing is tried before this time. */
  #gate = 0;
  #lastAccepted = 0;
  /** The spacing the server last asked for; nothing is known of it before the first refusal. */
  #spacingMs = 0;
  #wake: (() => void) | undefined;
  #idle: (() => void)[] = [];

  constructor(options: OutboxOptions, clock: Clock, closing: AbortSignal, counters: Counters) {
    this.#counters = counters;
    const { maxTries = 8, marginMs = 250, patienceMs = 900_000 } = options;
    this.#options = { maxTries, marginMs, patienceMs };
    this.#clock = clock;
    this.#closing = closing;
    closing.addEventListener("abort", () => this.#wake?.(), { once: true });
  }

  get pending(): readonly PendingAction[] {
    return this.#inOrder().map(({ order, since, tries }) => ({
      action: order.tried,
      roomId: order.roomId,
      since,
      tries,
    }));
  }

  idle(): Promise<void> {
    return this.#entries.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Does tasks when their turn comes, without anything else in between; after one that fails none of its company follows. */
  run<T>(order: Order<T>): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = order;
      const wake = (): void => this.#wake?.();
      const leave = (): void => signal?.removeEventListener("abort", wake);
      signal?.addEventListener("abort", wake, { once: true });
      this.#entries.push({
        order: { ...order, onDone: (result) => order.onDone(result as T) },
        since: this.#clock.now(),
        done: 0,
        tries: 0,
        unsureSince: order.unsureSince ?? null,
        troubleSince: null,
        wasThrottled: false,
        doubt: undefined,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
      });
      // A better one may have come while somebody waits for the gate.
      this.#wake?.();
      if (!this.#isPumping) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (;;) {
      this.#sweep();
      const entry = this.#inOrder()[0];
      if (!entry) break;
      const wait = Math.max(this.#gate, this.#earliest()) - this.#clock.now();
      if (wait > 0) {
        await this.#sleep(wait, entry);
        continue;
      }
      await this.#step(entry);
    }
    this.#isPumping = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Tries the next task of an entry once. */
  async #step(entry: Entry): Promise<void> {
    const task = entry.order.tasks[entry.done];
    if (!task) return this.#finish(entry);
    try {
      const found = entry.unsureSince === null ? undefined : await task.find?.(entry.unsureSince);
      if (found === undefined && entry.doubt) throw entry.doubt;
      if (found === undefined) {
        entry.unsureSince ??= this.#clock.now();
        entry.tries += 1;
      } else this.#counters.add("outbox:found", { action: entry.order.tried });
      const result = found === undefined ? await task.attempt() : found.result;
      this.#accept(entry);
      entry.order.onDone(result);
      entry.done += 1;
      if (entry.done === entry.order.tasks.length) this.#finish(entry);
    } catch (error) {
      this.#handle(entry, task, error);
    }
  }

  #accept(entry: Entry): void {
    this.#counters.add("outbox:sent", { action: entry.order.tried });
    const now = this.#clock.now();
    if (entry.wasThrottled && this.#lastAccepted > 0) {
      // The server rounds its waits up to seconds, so the true spacing may be that much shorter.
      const spacing = now - this.#lastAccepted - 1_000 - this.#options.marginMs;
      this.#spacingMs = Math.min(Math.max(0, spacing), longestSpacingMs);
    }
    entry.wasThrottled = false;
    entry.doubt = undefined;
    this.#lastAccepted = now;
    entry.tries = 0;
    entry.unsureSince = null;
    entry.troubleSince = null;
  }

  #handle(entry: Entry, task: Task<unknown>, error: unknown): void {
    const now = this.#clock.now();
    if (error instanceof ThrottledError) {
      entry.unsureSince = null; // the server said no, so it did nothing
      entry.wasThrottled = true;
      this.#counters.add("outbox:throttled", { action: entry.order.tried, waitMs: error.waitMs });
      const margin = this.#options.marginMs * 2 ** Math.min(Math.max(0, entry.tries - 2), 3);
      if (entry.tries >= this.#options.maxTries) this.#fail(entry, error);
      else this.#gate = now + error.waitMs + margin;
      return;
    }
    // What is a repetition now may be what we said ourselves before the answer was lost.
    const isDoubtful =
      isChatError(error, "NOT_UNDERSTOOD") || (isChatError(error, "DUPLICATE") && entry.troubleSince !== null);
    if (task.find && isDoubtful && error !== entry.doubt) {
      entry.doubt = error;
      this.#gate = now + 1_000;
      return;
    }
    entry.troubleSince ??= now;
    const isOver = now - entry.troubleSince > this.#options.patienceMs || entry.order.signal?.aborted;
    if (!task.find || !isTrouble(error) || isOver) this.#fail(entry, error);
    else {
      this.#counters.add("outbox:retried", { action: entry.order.tried });
      this.#gate = now + Math.min(Math.max(1_000, (now - entry.troubleSince) / 2), 30_000);
    }
  }

  /** Quiet for twice the spacing, and the server forgets (protocol.md §8). */
  #earliest(): number {
    const since = this.#clock.now() - this.#lastAccepted;
    return since > 2 * this.#spacingMs ? 0 : this.#lastAccepted + this.#spacingMs;
  }

  /** What was begun, then what is urgent, then replies that overtake nothing of their own room, then first come first served. */
  #inOrder(): Entry[] {
    const rooms = new Set<number | undefined>();
    const rank = (entry: Entry): number => {
      const { lane, roomId } = entry.order;
      const isFirstOfRoom = !rooms.has(roomId);
      rooms.add(roomId);
      if (entry.done > 0 || entry.unsureSince !== null) return 0;
      if (lane === "high") return 1;
      return lane === "reply" && isFirstOfRoom ? 2 : 3;
    };
    const ranked = this.#entries.map((entry) => ({ entry, rank: rank(entry) }));
    return ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
  }

  /** Ends what is not wanted any more, or too late. */
  #sweep(): void {
    const now = this.#clock.now();
    for (const entry of [...this.#entries]) {
      const { tried, signal, deadlineMs } = entry.order;
      if (this.#closing.aborted) this.#fail(entry, new ClosedError({ tried }));
      else if (signal?.aborted) this.#fail(entry, new AbortedError({ tried, cause: signal.reason }));
      else if (deadlineMs !== undefined && now - entry.since >= deadlineMs)
        this.#fail(entry, new TimedOutError({ tried }));
    }
  }

  #finish(entry: Entry): void {
    this.#remove(entry);
    entry.resolve();
  }

  #fail(entry: Entry, reason: unknown): void {
    this.#remove(entry);
    entry.reject(reason);
  }

  #remove(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  #sleep(ms: number, entry: Entry): Promise<void> {
    const { deadlineMs } = entry.order;
    const left = deadlineMs === undefined ? ms : Math.max(1, entry.since + deadlineMs - this.#clock.now());
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => this.#wake?.(), Math.min(ms, left), { ref: true });
      this.#wake = () => {
        timer.cancel();
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
