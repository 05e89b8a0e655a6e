/**
 * One queued action: its attempts, its lookups, and the verdict on each failure. Retries and backoff are decided here
 * and nowhere else; the outbox decides when it runs.
 */
import { ChatError, isChatError, isTransient, LoginError, ThrottledError } from "../errors/index.js";
import type { ThrottleHistory } from "./account-throttle.js";
import { backoffMs } from "./backoff.js";
import type { Lane, Queued } from "./lanes.js";
import type { Priority } from "./options.js";

/** The result of an action that turned out to be done. */
export interface Lookup<T> {
  readonly result: T;
}

/** One unit of work. */
export interface Task<T> {
  /** Performs it. The signal aborts its requests. */
  attempt(signal: AbortSignal): Promise<T>;
  /**
   * Looks up, after an ambiguous failure, whether the server performed it: the result if it did, undefined if it did
   * not. A task without this is not retried after such a failure.
   */
  lookUp?(startedAt: number, signal: AbortSignal): Promise<Lookup<T> | undefined>;
  /**
   * Set if an earlier process may have performed it: look it up before the first attempt. Milliseconds since the epoch.
   */
  readonly uncertainSince?: number;
  /** Called before its first attempt if that is made before those of tasks that were queued earlier for the same room. */
  overtakes?(): void;
}

/** Tasks that belong together, with their options. */
export interface JobSpec<T> {
  /** Describes the attempt, to complete "Could not …". */
  readonly tried: string;
  readonly tasks: readonly Task<T>[];
  /** Called with each result, in order. */
  readonly onDone: (result: T) => void;
  /** The lane that keeps its order. @default none */
  readonly lane?: Lane | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  /** @default false */
  readonly isReply?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The timeout in milliseconds, including the time in the queue. */
  readonly deadlineMs?: number | undefined;
}

/** The limits of retries. */
export interface RetryLimits {
  readonly maxTries: number;
  readonly patienceMs: number;
  readonly random: () => number;
  /** Whether a connection failure is final. */
  readonly shouldFailFast: () => boolean;
}

/** The verdict on a failure: retry at a time, wait as the server asks, or fail. */
export type Verdict =
  | { readonly kind: "retry"; readonly at: number }
  | { readonly kind: "throttled"; readonly waitMs: number; readonly isAccountThrottle: boolean }
  | { readonly kind: "failed"; readonly error: unknown };

/** Statuses of intermediaries that leave open whether the request arrived. */
const AMBIGUOUS_STATUSES: readonly (number | undefined)[] = [408, 425];

/**
 * The longest wait between actions that is always kept; no server was ever seen to ask for more than 40 s (protocol.md
 * §8).
 */
const MAX_ACCOUNT_THROTTLE_MS = 60_000;
/** How many times in a row a `Retry-After` is trusted; after that the waits grow. */
const TRUSTED_RETRY_AFTERS = 3;

/** An action that is queued or running. */
export class Job implements Queued {
  readonly spec: JobSpec<unknown>;
  readonly lane: Lane | undefined;
  readonly priority: Priority;
  readonly isReply: boolean;
  /** When it was called, in milliseconds since the epoch. */
  readonly since: number;
  /** Its position in call order: smaller is earlier. */
  readonly sequence: number;
  /** Aborts the request in flight. */
  readonly ending: AbortController = new AbortController();
  isRunning = false;
  isSettled = false;
  /** The earliest time of the next attempt. */
  notBefore = 0;
  /** The number of attempts of the current task. */
  tries = 0;
  /** How the server throttled this action so far. */
  throttleHistory: ThrottleHistory | undefined;
  readonly #limits: RetryLimits;
  #done = 0;
  /** When the current task was first attempted, while it is unknown whether that arrived. */
  #uncertainSince: number | null;
  /** The same before the latest attempt. */
  #uncertainBefore: number | null = null;
  /** The latest attempt. */
  #attempt: Promise<unknown> = Promise.resolve();
  #throttles = 0;
  #rateLimits = 0;
  #rateLimitedSince: number | null = null;
  #failures = 0;
  #failingSince: number | null = null;
  /** The failure that the current task fails with if retries do not help. */
  #lastFailure: unknown;

  constructor(spec: JobSpec<unknown>, { since, sequence }: Pick<Job, "since" | "sequence">, limits: RetryLimits) {
    this.spec = spec;
    this.lane = spec.lane;
    this.priority = spec.priority ?? "normal";
    this.isReply = spec.isReply ?? false;
    this.since = since;
    this.sequence = sequence;
    this.#limits = limits;
    this.#uncertainSince = this.#task?.uncertainSince ?? null;
  }

  get isStarted(): boolean {
    // One of an earlier process keeps its place even after a lookup that did not find it: those behind it are started, too.
    const isResumed = this.#task?.uncertainSince !== undefined;
    return this.isRunning || this.#done > 0 || this.#uncertainSince !== null || isResumed;
  }

  /** Whether the server may have received the current task. */
  get sent(): "no" | "maybe" {
    return this.#uncertainSince === null ? "no" : "maybe";
  }

  /** Whether the task must be looked up before the next attempt. */
  get mustLookUp(): boolean {
    return this.#uncertainSince !== null && this.#task?.lookUp !== undefined;
  }

  get #task(): Task<unknown> | undefined {
    return this.spec.tasks[this.#done];
  }

  /** Looks up the current task: its result if it was performed, else undefined. */
  async lookUp(): Promise<Lookup<unknown> | undefined> {
    const found = await this.#task?.lookUp?.(this.#uncertainSince ?? this.since, this.ending.signal);
    if (found === undefined && isDuplicate(this.#lastFailure)) throw this.#lastFailure;
    return found;
  }

  /** Tells the current task that it runs before others of its lane that were queued earlier. */
  overtake(): void {
    this.#task?.overtakes?.();
  }

  /** Attempts the current task. */
  attempt(now: number): Promise<unknown> {
    this.#uncertainBefore = this.#uncertainSince;
    this.#uncertainSince ??= now;
    this.tries += 1;
    this.#attempt = this.#task?.attempt(this.ending.signal) ?? Promise.resolve();
    return this.#attempt;
  }

  /**
   * Whether the server may have received the current task, after {@link Job.ending} was aborted: a request that was not
   * sent yet rejects within this turn; any other counts as sent.
   */
  async sentAtEnd(): Promise<"no" | "maybe"> {
    if (!this.isRunning || this.#uncertainBefore !== null) return this.sent;
    const nextTurn = new Promise((resolve) => setImmediate(resolve));
    const failure = await Promise.race([this.#attempt.catch((error: unknown) => error), nextTurn]);
    return wasNotSent(failure) ? "no" : this.sent;
  }

  /** Notes that the current task is done; returns whether it was the last one. */
  succeeded(): boolean {
    this.#done += 1;
    this.tries = 0;
    this.notBefore = 0;
    this.throttleHistory = undefined;
    this.#uncertainSince = this.#task?.uncertainSince ?? null;
    this.#throttles = 0;
    this.#rateLimits = 0;
    this.#rateLimitedSince = null;
    this.#clearFailures();
    return this.#done >= this.spec.tasks.length;
  }

  /** The verdict on a failed attempt. */
  attemptFailed(error: unknown, now: number): Verdict {
    if (error instanceof ThrottledError) {
      return error.context.status === 429 ? this.#rateLimited(error, now) : this.#throttled(error);
    }
    if (wasNotSent(error)) this.#uncertainSince = this.#uncertainBefore;
    if (isChatError(error, "CONNECTION_LOST", "TIMED_OUT") && this.#limits.shouldFailFast())
      return this.#failed(error, this.sent);
    const wasFailing = this.#failingSince !== null;
    if (isAmbiguous(error) || (wasFailing && isDuplicate(error))) {
      const isSafe = this.#task?.lookUp !== undefined || this.#uncertainSince === null;
      return isSafe ? this.#retryLater(error, error, now) : this.#failed(error, "maybe");
    }
    return this.#failed(error, "no");
  }

  /** The verdict on a failed lookup. */
  lookupFailed(error: unknown, now: number): Verdict {
    // The server calls it a duplicate, but the lookup did not find it: it duplicates an older message.
    if (isDuplicate(error) && error === this.#lastFailure) return this.#failed(error, "no");
    if (isFinalForLookups(error)) return this.#failed(error, "maybe");
    return this.#retryLater(this.#lastFailure ?? error, error, now);
  }

  /** The site throttles the account. */
  #throttled(error: ThrottledError): Verdict {
    this.#throttles += 1;
    this.#rejected();
    const waitMs = error.context.retryAfterMs || backoffMs(this.#throttles, this.#limits.random);
    const isTooLong = waitMs > Math.max(this.#limits.patienceMs, MAX_ACCOUNT_THROTTLE_MS);
    if (this.#throttles >= this.#limits.maxTries || isTooLong) return this.#failed(error, this.sent);
    return { kind: "throttled", waitMs, isAccountThrottle: true };
  }

  /**
   * A 429 comes from an intermediary and is transient, so it is limited by patience rather than by attempts. A
   * `Retry-After` that was too short repeatedly is extended.
   */
  #rateLimited(error: ThrottledError, now: number): Verdict {
    this.#rateLimits += 1;
    this.#rateLimitedSince ??= now;
    this.#rejected();
    const left = this.#rateLimitedSince + this.#limits.patienceMs - now;
    const askedMs = error.context.retryAfterMs ?? 0;
    if (left <= 0 || askedMs > left) return this.#failed(error, this.sent);
    const believed = askedMs > 0 ? TRUSTED_RETRY_AFTERS : 0;
    const grownMs = this.#rateLimits > believed ? backoffMs(this.#rateLimits - believed, this.#limits.random) : 0;
    return { kind: "throttled", waitMs: Math.min(Math.max(askedMs, grownMs), left), isAccountThrottle: false };
  }

  /** This attempt did nothing. An earlier ambiguous one may still have arrived, and is looked up. */
  #rejected(): void {
    if (this.#failingSince === null) this.#uncertainSince = null;
  }

  #retryLater(failure: unknown, error: unknown, now: number): Verdict {
    this.#lastFailure = failure;
    this.#failures += 1;
    this.#failingSince ??= now;
    const end = this.#failingSince + this.#limits.patienceMs;
    const askedMs = error instanceof ChatError ? (error.context.retryAfterMs ?? 0) : 0;
    if (now >= end || now + askedMs > end) return this.#failed(failure, this.sent);
    const waitMs = Math.max(backoffMs(this.#failures, this.#limits.random), askedMs);
    return { kind: "retry", at: Math.min(now + waitMs, end) };
  }

  #clearFailures(): void {
    this.#failures = 0;
    this.#failingSince = null;
    this.#lastFailure = undefined;
  }

  #failed(error: unknown, sent: "no" | "maybe"): Verdict {
    return { kind: "failed", error: withSent(error, sent) };
  }
}

/** Adds to an action's failure whether the server may have received it. */
export function withSent(error: unknown, sent: "no" | "maybe"): unknown {
  return error instanceof ChatError ? Object.assign(error, { context: { ...error.context, sent } }) : error;
}

/** Whether an attempt failed before any of its requests was sent. */
function wasNotSent(error: unknown): boolean {
  return error instanceof ChatError && error.context.sent === "no";
}

/** Whether a failure leaves open whether the server acted: only the site's own words are conclusive. */
function isAmbiguous(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  return isTransient(error) || error.code === "NOT_UNDERSTOOD" || AMBIGUOUS_STATUSES.includes(error.context.status);
}

/** Whether a refusal says that it was already done, perhaps by the attempt whose answer was lost. */
function isDuplicate(error: unknown): boolean {
  return isChatError(error, "DUPLICATE", "ALREADY_DELETED");
}

/** Whether retrying a lookup cannot help. Any other failure is transient and proves nothing. */
function isFinalForLookups(error: unknown): boolean {
  if (!(error instanceof ChatError)) return true;
  if (isTransient(error) || error.code === "SITE_READ_ONLY") return false;
  return error instanceof LoginError || isChatError(error, "NOT_LOGGED_IN", "CLOSED", "ABORTED");
}
