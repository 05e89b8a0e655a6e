/**
 * What an action is: how it is attempted, how one finds out whether it was done, and what follows from each failure.
 * Retries and backoff are decided here and nowhere else; when its turn comes is up to the outbox.
 */
import { ChatError, isChatError, isPassing, LoginError, ThrottledError } from "../errors/index.js";
import { backoffMs } from "./backoff.js";
import type { Lane, Queued } from "./lanes.js";
import type { Priority } from "./options.js";
import type { Refusals } from "./throttle.js";

/** What was done after all. */
export interface Found<T> {
  readonly result: T;
}

/** One thing to do. */
export interface Task<T> {
  /** Does it. The signal ends its requests. */
  attempt(signal: AbortSignal): Promise<T>;
  /**
   * After a failure that leaves open whether the server acted: the result if it did, undefined if it did not. A task
   * without this is not tried again.
   */
  find?(startedAt: number, signal: AbortSignal): Promise<Found<T> | undefined>;
  /** It may have been done before, since this time: look first. Milliseconds since the epoch. */
  readonly unsureSince?: number;
}

/** Tasks that stand together, and what is known about them. */
export interface Order<T> {
  /** What is tried, as the end of "Could not …". */
  readonly tried: string;
  readonly tasks: readonly Task<T>[];
  /** Told of each result, in order. */
  readonly onDone: (result: T) => void;
  /** What it must keep its order with. @default nothing */
  readonly lane?: Lane | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  /** @default false */
  readonly isReply?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which it is given up. */
  readonly deadlineMs?: number | undefined;
}

/** For how long, and how often. */
export interface Limits {
  readonly maxTries: number;
  readonly patienceMs: number;
  readonly random: () => number;
}

/** What follows from a failure: trying again at a time, waiting as the server asks, or the end. */
export type Verdict =
  | { readonly kind: "retry"; readonly at: number }
  | { readonly kind: "throttled"; readonly waitMs: number; readonly isPace: boolean }
  | { readonly kind: "failed"; readonly error: unknown };

/** Statuses of servers on the way that leave open whether the request arrived. */
const doubtfulStatuses: readonly (number | undefined)[] = [408, 425];

/** No server was ever seen to ask for more than 40 s between actions (protocol.md §8): so much is waited in any case. */
const longestPaceMs = 60_000;
/** So many times a `Retry-After` is taken at its word; then the waits grow. */
const turnsBelieved = 3;

/** An action that has not been done yet. */
export class Job implements Queued {
  readonly order: Order<unknown>;
  readonly lane: Lane | undefined;
  readonly priority: Priority;
  readonly isReply: boolean;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly since: number;
  /** Smaller for those asked for earlier. */
  readonly sequence: number;
  /** Ends the request that is under way. */
  readonly ending: AbortController = new AbortController();
  isRunning = false;
  isSettled = false;
  /** Not tried before this time. */
  notBefore = 0;
  /** How often the current task was tried. */
  tries = 0;
  /** The throttle's memory of this action. */
  refusals: Refusals | undefined;
  readonly #limits: Limits;
  #done = 0;
  /** When the current task was first tried, while it is not known whether that arrived. */
  #unsureSince: number | null;
  /** The same without the attempt under way, or the last one. */
  #unsureBefore: number | null = null;
  /** The attempt under way, or the last one. */
  #attempt: Promise<unknown> = Promise.resolve();
  #throttles = 0;
  #turns = 0;
  #turnedAwaySince: number | null = null;
  #troubles = 0;
  #troubleSince: number | null = null;
  /** Why the current task is in doubt: what it fails with if that does not end. */
  #doubt: unknown;

  constructor(order: Order<unknown>, { since, sequence }: Pick<Job, "since" | "sequence">, limits: Limits) {
    this.order = order;
    this.lane = order.lane;
    this.priority = order.priority ?? "normal";
    this.isReply = order.isReply ?? false;
    this.since = since;
    this.sequence = sequence;
    this.#limits = limits;
    this.#unsureSince = this.#task?.unsureSince ?? null;
  }

  get isBegun(): boolean {
    return this.isRunning || this.#done > 0 || this.#unsureSince !== null;
  }

  /** Whether the server may have received the current task, if it ended now. */
  get sent(): "no" | "maybe" {
    return this.#unsureSince === null ? "no" : "maybe";
  }

  /** Whether one must find out first whether it was done. */
  get mustLook(): boolean {
    return this.#unsureSince !== null && this.#task?.find !== undefined;
  }

  get #task(): Task<unknown> | undefined {
    return this.order.tasks[this.#done];
  }

  /** What was done after all; undefined when it was not. */
  async look(): Promise<Found<unknown> | undefined> {
    const found = await this.#task?.find?.(this.#unsureSince ?? this.since, this.ending.signal);
    if (found === undefined && isRepetition(this.#doubt)) throw this.#doubt;
    return found;
  }

  /** Tries the current task. */
  attempt(now: number): Promise<unknown> {
    this.#unsureBefore = this.#unsureSince;
    this.#unsureSince ??= now;
    this.tries += 1;
    this.#attempt = this.#task?.attempt(this.ending.signal) ?? Promise.resolve();
    return this.#attempt;
  }

  /**
   * Whether the server may have received the current task, after {@link Job.ending} has ended it: a request that was not
   * sent yet says so within the turn; one that says nothing counts as sent.
   */
  async sentAtEnd(): Promise<"no" | "maybe"> {
    if (!this.isRunning || this.#unsureBefore !== null) return this.sent;
    const nextTurn = new Promise((resolve) => setImmediate(resolve));
    const failure = await Promise.race([this.#attempt.catch((error: unknown) => error), nextTurn]);
    return wasNotSent(failure) ? "no" : this.sent;
  }

  /** The current task is done; answers whether it was the last. */
  succeeded(): boolean {
    this.#done += 1;
    this.tries = 0;
    this.notBefore = 0;
    this.refusals = undefined;
    this.#unsureSince = this.#task?.unsureSince ?? null;
    this.#throttles = 0;
    this.#turns = 0;
    this.#turnedAwaySince = null;
    this.#endTrouble();
    return this.#done >= this.order.tasks.length;
  }

  /** What follows when an attempt has failed. */
  attemptFailed(error: unknown, now: number): Verdict {
    if (error instanceof ThrottledError) {
      return error.context.status === 429 ? this.#turnedAway(error, now) : this.#throttled(error);
    }
    if (wasNotSent(error)) this.#unsureSince = this.#unsureBefore;
    const wasInTrouble = this.#troubleSince !== null;
    if (isDoubtful(error) || (wasInTrouble && isRepetition(error))) {
      const isSafe = this.#task?.find !== undefined || this.#unsureSince === null;
      return isSafe ? this.#inTrouble(error, error, now) : this.#failed(error, "maybe");
    }
    return this.#failed(error, "no");
  }

  /** What follows when it could not be found out whether the current task was done. */
  lookFailed(error: unknown, now: number): Verdict {
    // The server calls it a repetition, and nothing of it is there: it repeats something older.
    if (isRepetition(error) && error === this.#doubt) return this.#failed(error, "no");
    if (isFinalForLooks(error)) return this.#failed(error, "maybe");
    return this.#inTrouble(this.#doubt ?? error, error, now);
  }

  /** The site wants a pause between actions. */
  #throttled(error: ThrottledError): Verdict {
    this.#throttles += 1;
    this.#refused();
    const waitMs = error.context.retryAfterMs || backoffMs(this.#throttles, this.#limits.random);
    const isTooLong = waitMs > Math.max(this.#limits.patienceMs, longestPaceMs);
    if (this.#throttles >= this.#limits.maxTries || isTooLong) return this.#failed(error, this.sent);
    return { kind: "throttled", waitMs, isPace: true };
  }

  /**
   * "Too many requests" is said by somebody on the way, and passes: patience ends the wait, not a number of tries. A
   * `Retry-After` that promised too little again and again is waited for longer.
   */
  #turnedAway(error: ThrottledError, now: number): Verdict {
    this.#turns += 1;
    this.#turnedAwaySince ??= now;
    this.#refused();
    const left = this.#turnedAwaySince + this.#limits.patienceMs - now;
    const askedMs = error.context.retryAfterMs ?? 0;
    if (left <= 0 || askedMs > left) return this.#failed(error, this.sent);
    const believed = askedMs > 0 ? turnsBelieved : 0;
    const grownMs = this.#turns > believed ? backoffMs(this.#turns - believed, this.#limits.random) : 0;
    return { kind: "throttled", waitMs: Math.min(Math.max(askedMs, grownMs), left), isPace: false };
  }

  /** Nothing was done this time. An earlier attempt that was in doubt may still have arrived: that is looked for. */
  #refused(): void {
    if (this.#troubleSince === null) this.#unsureSince = null;
  }

  #inTrouble(doubt: unknown, error: unknown, now: number): Verdict {
    this.#doubt = doubt;
    this.#troubles += 1;
    this.#troubleSince ??= now;
    const end = this.#troubleSince + this.#limits.patienceMs;
    const askedMs = error instanceof ChatError ? (error.context.retryAfterMs ?? 0) : 0;
    if (now >= end || now + askedMs > end) return this.#failed(doubt, this.sent);
    const waitMs = Math.max(backoffMs(this.#troubles, this.#limits.random), askedMs);
    return { kind: "retry", at: Math.min(now + waitMs, end) };
  }

  #endTrouble(): void {
    this.#troubles = 0;
    this.#troubleSince = null;
    this.#doubt = undefined;
  }

  #failed(error: unknown, sent: "no" | "maybe"): Verdict {
    return { kind: "failed", error: withSent(error, sent) };
  }
}

/** Notes on the failure of an action whether the server may have received it. */
export function withSent(error: unknown, sent: "no" | "maybe"): unknown {
  return error instanceof ChatError ? Object.assign(error, { context: { ...error.context, sent } }) : error;
}

/** The request of an attempt never went out, and neither did an earlier one of the same attempt. */
function wasNotSent(error: unknown): boolean {
  return error instanceof ChatError && error.context.sent === "no";
}

/** A failure that leaves open whether the server acted: only its own words are an answer. */
function isDoubtful(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  return isPassing(error) || error.code === "NOT_UNDERSTOOD" || doubtfulStatuses.includes(error.context.status);
}

/** What is done already may have been done by the attempt whose answer was lost. */
function isRepetition(error: unknown): boolean {
  return isChatError(error, "DUPLICATE", "ALREADY_DELETED");
}

/** Failures of a look that waiting does not mend. Everything else is trouble, and no answer. */
function isFinalForLooks(error: unknown): boolean {
  if (!(error instanceof ChatError)) return true;
  if (isPassing(error) || error.code === "SITE_READ_ONLY") return false;
  return error instanceof LoginError || isChatError(error, "NOT_LOGGED_IN", "CLOSED", "ABORTED");
}
