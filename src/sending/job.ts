/**
 * One action: how it is attempted, how to find out whether it was done, and the verdict on each failure. Retries and
 * backoff are decided here and nowhere else; the outbox decides when its turn comes.
 */
import { ChatError, isChatError, isPassing, LoginError, ThrottledError } from "../errors/index.js";
import { backoffMs } from "./backoff.js";
import type { Lane, Queued } from "./lanes.js";
import type { Priority } from "./options.js";
import type { Refusals } from "./throttle.js";

/** The result of an action that had been done after all. */
export interface Found<T> {
  readonly result: T;
}

/** One unit of work. */
export interface Task<T> {
  /** Does it. The signal aborts its requests. */
  attempt(signal: AbortSignal): Promise<T>;
  /**
   * Looks up, after a failure that leaves open whether the server acted: the result if it did, undefined if it did not.
   * A task without this is not retried after such a failure.
   */
  find?(startedAt: number, signal: AbortSignal): Promise<Found<T> | undefined>;
  /** It may have been done before, since this time: look first. Milliseconds since the epoch. */
  readonly unsureSince?: number;
}

/** Tasks that belong together, and their options. */
export interface Order<T> {
  /** The attempt in words, as the end of "Could not …". */
  readonly tried: string;
  readonly tasks: readonly Task<T>[];
  /** Called with each result, in order. */
  readonly onDone: (result: T) => void;
  /** The lane in which it keeps its order. @default none */
  readonly lane?: Lane | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  /** @default false */
  readonly isReply?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it times out. */
  readonly deadlineMs?: number | undefined;
}

/** The limits of retrying. */
export interface Limits {
  readonly maxTries: number;
  readonly patienceMs: number;
  readonly random: () => number;
  /** Whether a connection that fails is not retried. */
  readonly isHopeless: () => boolean;
}

/** The verdict on a failure: retry at a time, wait as the server asks, or fail. */
export type Verdict =
  | { readonly kind: "retry"; readonly at: number }
  | { readonly kind: "throttled"; readonly waitMs: number; readonly isPace: boolean }
  | { readonly kind: "failed"; readonly error: unknown };

/** Statuses of servers on the way that leave open whether the request arrived. */
const doubtfulStatuses: readonly (number | undefined)[] = [408, 425];

/** No server was ever seen to ask for more than 40 s between actions (protocol.md §8): such a wait is always kept. */
const longestPaceMs = 60_000;
/** So many times a `Retry-After` is trusted; then the waits grow. */
const turnsBelieved = 3;

/** An action that has not been done yet. */
export class Job implements Queued {
  readonly order: Order<unknown>;
  readonly lane: Lane | undefined;
  readonly priority: Priority;
  readonly isReply: boolean;
  /** When it was called for, in milliseconds since the epoch. */
  readonly since: number;
  /** Its place in the order of calls: smaller is earlier. */
  readonly sequence: number;
  /** Aborts the request that is under way. */
  readonly ending: AbortController = new AbortController();
  isRunning = false;
  isSettled = false;
  /** The earliest time of the next try. */
  notBefore = 0;
  /** The number of tries of the current task. */
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
  /** Why the current task is in doubt: it fails with this if the doubt does not end. */
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

  /** Whether a lookup must come before the next try. */
  get mustLook(): boolean {
    return this.#unsureSince !== null && this.#task?.find !== undefined;
  }

  get #task(): Task<unknown> | undefined {
    return this.order.tasks[this.#done];
  }

  /** Looks up the current task: its result if it had been done, else undefined. */
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

  /** Notes that the current task is done; returns whether it was the last. */
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

  /** The verdict on a failed attempt. */
  attemptFailed(error: unknown, now: number): Verdict {
    if (error instanceof ThrottledError) {
      return error.context.status === 429 ? this.#turnedAway(error, now) : this.#throttled(error);
    }
    if (wasNotSent(error)) this.#unsureSince = this.#unsureBefore;
    if (isChatError(error, "CONNECTION_LOST", "TIMED_OUT") && this.#limits.isHopeless())
      return this.#failed(error, this.sent);
    const wasInTrouble = this.#troubleSince !== null;
    if (isDoubtful(error) || (wasInTrouble && isRepetition(error))) {
      const isSafe = this.#task?.find !== undefined || this.#unsureSince === null;
      return isSafe ? this.#inTrouble(error, error, now) : this.#failed(error, "maybe");
    }
    return this.#failed(error, "no");
  }

  /** The verdict on a failed lookup. */
  lookFailed(error: unknown, now: number): Verdict {
    // The server calls it a repetition, but the lookup did not find it: it repeats an older message.
    if (isRepetition(error) && error === this.#doubt) return this.#failed(error, "no");
    if (isFinalForLooks(error)) return this.#failed(error, "maybe");
    return this.#inTrouble(this.#doubt ?? error, error, now);
  }

  /** The site asks for a pause between actions. */
  #throttled(error: ThrottledError): Verdict {
    this.#throttles += 1;
    this.#refused();
    const waitMs = error.context.retryAfterMs || backoffMs(this.#throttles, this.#limits.random);
    const isTooLong = waitMs > Math.max(this.#limits.patienceMs, longestPaceMs);
    if (this.#throttles >= this.#limits.maxTries || isTooLong) return this.#failed(error, this.sent);
    return { kind: "throttled", waitMs, isPace: true };
  }

  /**
   * A 429 comes from something on the way, and passes: patience ends the wait, not a number of tries. A `Retry-After`
   * that was too short again and again is extended.
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

  /** This try did nothing. An earlier attempt that was in doubt may still have arrived, and is looked up. */
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

/** Adds to the failure of an action whether the server may have received it. */
export function withSent(error: unknown, sent: "no" | "maybe"): unknown {
  return error instanceof ChatError ? Object.assign(error, { context: { ...error.context, sent } }) : error;
}

/** Whether an attempt failed before any request of it was sent. */
function wasNotSent(error: unknown): boolean {
  return error instanceof ChatError && error.context.sent === "no";
}

/** Whether a failure leaves open whether the server acted: only the site's own words settle it. */
function isDoubtful(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  return isPassing(error) || error.code === "NOT_UNDERSTOOD" || doubtfulStatuses.includes(error.context.status);
}

/** Whether a refusal says that it was done already, perhaps by the attempt whose answer was lost. */
function isRepetition(error: unknown): boolean {
  return isChatError(error, "DUPLICATE", "ALREADY_DELETED");
}

/** Whether waiting cannot help a lookup. Any other failure is trouble, and proves nothing. */
function isFinalForLooks(error: unknown): boolean {
  if (!(error instanceof ChatError)) return true;
  if (isPassing(error) || error.code === "SITE_READ_ONLY") return false;
  return error instanceof LoginError || isChatError(error, "NOT_LOGGED_IN", "CLOSED", "ABORTED");
}
