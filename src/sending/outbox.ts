/**
 * The queue of an account's actions. One request is in flight at a time, because the server's limits are per account; a
 * slow one lets other lanes continue. A failure delays only its own lane, the throttle delays all.
 */
import {
  AbortedError,
  type ChatError,
  ClosedError,
  isChatError,
  ThrottledError,
  TimedOutError,
} from "../errors/index.js";
import type { Clock } from "../util/clock.js";
import { codeOf } from "../util/error-code.js";
import type { Services } from "../util/services.js";
import { AccountThrottle } from "./account-throttle.js";
import { Job, type JobSpec, type RetryLimits, withSent } from "./job.js";
import { headOf, inOrder, rankOf } from "./lanes.js";

/** Options of the outbox. */
export interface OutboxOptions {
  /** The maximum number of attempts of an action when the server throttles it. @default 8 */
  readonly maxTries?: number;
  /** Milliseconds added to the wait the server asks for; more after that was too short. @default 100 */
  readonly marginMs?: number;
  /**
   * How long an action is retried after connection failures, in milliseconds, and the longest wait the server may ask
   * for. After that the action fails. @default 900000
   */
  readonly patienceMs?: number;
  /**
   * Whether actions fail at the first `CONNECTION_LOST` or `TIMED_OUT` until a connection of this client has worked
   * once, so that a wrong host name shows at once. Leave it off for a bot that may start before the network. @default
   * false
   */
  readonly failFast?: boolean;
}

/** The names of the options, for checks. */
export const OUTBOX_OPTION_NAMES: readonly (keyof OutboxOptions)[] = ["maxTries", "marginMs", "patienceMs", "failFast"];

/** An action that is queued or running. */
export interface PendingAction {
  /** Describes the action, such as `post in room 1`. */
  readonly action: string;
  /** The room a message goes to; undefined for other actions. */
  readonly roomId: number | undefined;
  /** When it was called, in milliseconds since the epoch. */
  readonly since: number;
  /** The number of attempts so far. */
  readonly tries: number;
}

/** A read-only view of the queue of actions. */
export interface OutboxView {
  /** The queued and running actions, in the order in which they will run if nothing delays them. */
  readonly pending: readonly PendingAction[];
  /** Resolves when no action is queued or running. */
  idle(): Promise<void>;
}

/** After this many milliseconds without an answer a request blocks only its own lane. */
const SLOW_REQUEST_MS = 5_000;

/** The longest delay that timers support. */
const MAX_TIMER_MS = 2_147_483_647;

/** A job and the promise of its result. */
interface Entry {
  readonly job: Job;
  resolve(): void;
  reject(reason: unknown): void;
  /** Cancels its timeout and its signal listener. */
  release(): void;
}

export class Outbox implements OutboxView {
  readonly #limits: RetryLimits;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #counters: Services["counters"];
  readonly #signals: Services["signals"];
  readonly #notice: Services["notice"];
  readonly #throttle: AccountThrottle;
  readonly #entries = new Map<Job, Entry>();
  /** The jobs of each lane, in call order. */
  readonly #lanes = new Map<unknown, Job[]>();
  /** The job that the others wait for. */
  #blocking: Job | undefined;
  #timer: { cancel(): void } | undefined;
  #idle: (() => void)[] = [];
  #nextSequence = 0;
  /** Whether the current outage has been reported. */
  #hasReportedOutage = false;

  /** @param hasConnected - whether any connection has ever worked */
  constructor(options: OutboxOptions, services: Services, closing: AbortSignal, hasConnected = (): boolean => true) {
    const { maxTries = 8, marginMs = 100, patienceMs = 900_000, failFast = false } = options;
    const shouldFailFast = (): boolean => failFast && !hasConnected();
    this.#limits = { maxTries, patienceMs, random: services.random, shouldFailFast };
    this.#clock = services.clock;
    this.#counters = services.counters;
    this.#signals = services.signals;
    this.#notice = services.notice;
    this.#closing = closing;
    this.#throttle = new AccountThrottle(marginMs);
    closing.addEventListener("abort", () => this.#close(), { once: true });
  }

  get pending(): readonly PendingAction[] {
    const lanes = [...this.#lanes.values()].map(inOrder);
    const ranked = lanes.flatMap((lane) => {
      let rank = 0;
      return lane.map((job, at) => {
        // An action runs after those before it in its lane, however urgent it is.
        rank = Math.max(rank, rankOf(job, lane.slice(at)));
        return { job, rank: job.isRunning ? -1 : rank };
      });
    });
    return ranked
      .sort((a, b) => a.rank - b.rank || a.job.sequence - b.job.sequence)
      .map(({ job: { spec: order, lane, since, tries } }) => ({
        action: order.tried,
        roomId: lane?.kind === "room" ? lane.id : undefined,
        since,
        tries,
      }));
  }

  idle(): Promise<void> {
    return this.#entries.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Runs tasks when their turn comes; after one fails, the rest of the job is not run. */
  run<T>(order: JobSpec<T>): Promise<void> {
    return new Promise((resolve, reject) => {
      const job = new Job(
        { ...order, onDone: (result) => order.onDone(result as T) },
        { since: this.#clock.now(), sequence: this.#nextSequence++ },
        this.#limits,
      );
      const release = this.#watch(job);
      this.#entries.set(job, { job, resolve, reject, release });
      const lane = this.#lanes.get(laneKey(job));
      if (lane) lane.push(job);
      else this.#lanes.set(laneKey(job), [job]);
      if (order.signal?.aborted) this.#abort(job);
      this.#pump();
    });
  }

  /** Cancels a job when its signal is aborted or its timeout passes, whatever is queued before it. */
  #watch(job: Job): () => void {
    const { signal, deadlineMs } = job.spec;
    const leave = signal?.aborted === false ? this.#signals.onAbort(signal, () => this.#abort(job)) : undefined;
    let timer: { cancel(): void } | undefined;
    const arm = (): void => {
      const left = job.since + (deadlineMs ?? 0) - this.#clock.now();
      if (left > 0) timer = this.#clock.setTimeout(arm, Math.min(left, MAX_TIMER_MS));
      else this.#cancel(job, new TimedOutError({ tried: job.spec.tried }));
    };
    if (deadlineMs !== undefined) arm();
    return () => {
      leave?.();
      timer?.cancel();
    };
  }

  #abort(job: Job): void {
    this.#cancel(job, new AbortedError({ tried: job.spec.tried, cause: job.spec.signal?.reason }));
  }

  #close(): void {
    let earlier: Promise<void> | undefined;
    for (const job of [...this.#entries.keys()]) {
      earlier = this.#cancel(job, new ClosedError({ tried: job.spec.tried }), earlier);
    }
  }

  /**
   * Cancels a job and its request in flight, whose failure says whether it was sent.
   * @param earlier - resolves when the jobs before it have been rejected
   */
  #cancel(job: Job, error: ChatError, earlier?: Promise<void>): Promise<void> | undefined {
    const { sent, isRunning } = job;
    let told: Promise<void> | undefined;
    this.#settle(job, ({ reject }) => {
      if (earlier === undefined && !(isRunning && sent === "maybe")) return reject(withSent(error, sent));
      told = Promise.all([job.sentAtEnd(), earlier]).then(([atEnd]) => reject(withSent(error, atEnd)));
    });
    job.ending.abort(error);
    this.#pump();
    return told;
  }

  /** Starts the most urgent action that may run now, or waits until one may. */
  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#blocking || this.#closing.aborted) return;
    const now = this.#clock.now();
    this.#failLongWaits(now);
    const gate = this.#throttle.readyAt(now);
    let best: { job: Job; rank: number; lane: readonly Job[] } | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      const job = headOf(lane);
      if (!job || job.isRunning) continue;
      const at = Math.max(gate, job.notBefore);
      if (at > now) next = Math.min(next, at);
      else {
        const rank = rankOf(job, lane);
        if (!best || rank < best.rank || (rank === best.rank && job.sequence < best.job.sequence))
          best = { job, rank, lane };
      }
    }
    if (best) {
      if (best.job !== best.lane[0] && !best.job.isStarted) best.job.overtake();
      void this.#run(best.job);
    } else if (next !== Number.POSITIVE_INFINITY)
      this.#timer = this.#clock.setTimeout(() => this.#pump(), Math.min(next - now, MAX_TIMER_MS), { ref: true });
  }

  /** Fails actions at once when the server asks for a longer wait than `patienceMs`. */
  #failLongWaits(now: number): void {
    const waitMs = this.#throttle.pausedUntil - now;
    if (waitMs <= this.#limits.patienceMs) return;
    for (const job of [...this.#entries.keys()]) {
      const error = withSent(new ThrottledError(waitMs, { tried: job.spec.tried }), job.sent);
      if (!job.isRunning) this.#settle(job, ({ reject }) => reject(error));
    }
  }

  /** Looks up the current task of a job if it may be done, and attempts it if it is not. */
  async #run(job: Job): Promise<void> {
    job.isRunning = true;
    this.#blocking = job;
    const slow = this.#clock.setTimeout(() => this.#unblock(job), SLOW_REQUEST_MS);
    let isLooking = job.mustLookUp;
    try {
      const found = isLooking ? await job.lookUp() : undefined;
      if (job.isSettled) return;
      isLooking = false;
      const result = found ? found.result : await job.attempt(this.#clock.now());
      this.#throttle.accepted(this.#clock.now(), job.throttleHistory);
      if (!job.isSettled) this.#succeed(job, result, found !== undefined);
    } catch (error) {
      if (!job.isSettled) this.#fail(job, error, isLooking);
    } finally {
      slow.cancel();
      job.isRunning = false;
      this.#unblock(job);
    }
  }

  #unblock(job: Job): void {
    if (this.#blocking === job) this.#blocking = undefined;
    this.#pump();
  }

  #succeed(job: Job, result: unknown, wasFound: boolean): void {
    const { tried, onDone } = job.spec;
    this.#hasReportedOutage = false;
    if (wasFound) this.#counters.add("outbox:found", { action: tried });
    this.#counters.add("outbox:sent", { action: tried });
    onDone(result);
    if (job.succeeded()) this.#settle(job, ({ resolve }) => resolve());
  }

  #fail(job: Job, error: unknown, wasLooking: boolean): void {
    const now = this.#clock.now();
    const verdict = wasLooking ? job.lookupFailed(error, now) : job.attemptFailed(error, now);
    const action = job.spec.tried;
    if (verdict.kind === "failed") {
      // A wait that is too long for this action also delays the others.
      if (error instanceof ThrottledError && !wasLooking && error.context.status === 429)
        this.#throttle.pauseUntil(now + error.waitMs);
      this.#settle(job, ({ reject }) => reject(verdict.error));
    } else if (verdict.kind === "retry") {
      this.#counters.add("outbox:retried", { action });
      this.#reportOutage(job, error);
      job.notBefore = verdict.at;
    } else {
      this.#counters.add("outbox:throttled", { action, waitMs: verdict.waitMs });
      if (verdict.isAccountThrottle)
        job.throttleHistory = this.#throttle.refused(now, verdict.waitMs, job.throttleHistory);
      else this.#throttle.pauseUntil(now + verdict.waitMs);
    }
  }

  /** Reports once per outage that actions are being retried. */
  #reportOutage({ spec: order }: Job, error: unknown): void {
    if (!isChatError(error, "CONNECTION_LOST", "TIMED_OUT") || this.#hasReportedOutage) return;
    this.#hasReportedOutage = true;
    const { tried, deadlineMs = Number.POSITIVE_INFINITY } = order;
    const forMs = Math.min(this.#limits.patienceMs, deadlineMs);
    const minutes = Number.isFinite(forMs) ? `for ${Math.round(forMs / 60_000)} min` : "until it works";
    const duration = forMs < 60_000 ? `for ${Math.round(forMs / 1000)} s` : minutes;
    const reason = error.code === "TIMED_OUT" ? "no answer in time" : (codeOf(error.cause) ?? "the connection failed");
    this.#notice(`cannot reach ${error.context.host ?? "the site"} to ${tried} (${reason}); retrying ${duration}`);
  }

  #settle(job: Job, how: (entry: Entry) => void): void {
    const entry = this.#entries.get(job);
    if (!entry) return;
    job.isSettled = true;
    this.#entries.delete(job);
    entry.release();
    this.#removeFromLane(job);
    if (this.#blocking === job) this.#blocking = undefined;
    how(entry);
    if (this.#entries.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #removeFromLane(job: Job): void {
    const lane = this.#lanes.get(laneKey(job));
    lane?.splice(lane.indexOf(job), 1);
    if (lane?.length === 0) this.#lanes.delete(laneKey(job));
  }
}

/** The map key of a lane; an action without a lane gets its own. */
function laneKey(job: Job): unknown {
  return job.lane ? `${job.lane.kind} ${job.lane.id}` : job;
}
