/**
 * Decides when each action of an account has its turn. One request is under way at a time, because the server's limits
 * are per account; a slow one lets other lanes go on. Trouble holds up its own lane, the throttle holds up all.
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
import type { Services } from "../util/services.js";
import { Job, type Limits, type Order, withSent } from "./job.js";
import { headOf, inOrder, rankOf } from "./lanes.js";
import { Throttle } from "./throttle.js";

/** Options of the outbox. */
export interface OutboxOptions {
  /** The most tries of an action when the server says "too fast". @default 8 */
  readonly maxTries?: number;
  /** Milliseconds added to the wait the server asks for; more after that was too short. @default 100 */
  readonly marginMs?: number;
  /**
   * Milliseconds for which an action is retried after trouble on the way, and the longest wait that the server may ask
   * for. Then the action fails. @default 900000
   */
  readonly patienceMs?: number;
  /**
   * Whether actions fail at the first `CONNECTION_LOST` or `TIMED_OUT` as long as no connection of this client has ever
   * worked, so that a wrong host name shows at once. A bot that may start before the network leaves it off.
   * @default false
   */
  readonly failFast?: boolean;
}

/** The names of the options, for the check. */
export const outboxOptionNames: readonly (keyof OutboxOptions)[] = ["maxTries", "marginMs", "patienceMs", "failFast"];

/** An action that has not been done yet. */
export interface PendingAction {
  /** The action in words, such as `post in room 1`. */
  readonly action: string;
  /** The room a message is for; undefined for other actions. */
  readonly roomId: number | undefined;
  /** When it was called for, in milliseconds since the epoch. */
  readonly since: number;
  /** The number of tries. */
  readonly tries: number;
}

/** The users' view of the outbox. */
export interface OutboxView {
  /** The actions that wait or are under way, in the order in which they will be done if nothing holds them up. */
  readonly pending: readonly PendingAction[];
  /** Resolves when no action waits any more. */
  idle(): Promise<void>;
}

/** A request without an answer for so long holds up only its own lane. */
const slowMs = 5_000;

/** The longest delay of the machine's timers. */
const longestTimerMs = 2_147_483_647;

/** A job with the promise of its result. */
interface Entry {
  readonly job: Job;
  resolve(): void;
  reject(reason: unknown): void;
  /** Cancels its deadline and its signal listener. */
  release(): void;
}

export class Outbox implements OutboxView {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #counters: Services["counters"];
  readonly #signals: Services["signals"];
  readonly #notice: Services["notice"];
  readonly #throttle: Throttle;
  readonly #entries = new Map<Job, Entry>();
  /** The jobs in the order of the calls. */
  readonly #lanes = new Map<unknown, Job[]>();
  /** The job whose answer the others wait for. */
  #awaited: Job | undefined;
  #timer: { cancel(): void } | undefined;
  #idle: (() => void)[] = [];
  #asked = 0;
  /** Whether it was told that the site cannot be reached. */
  #isTold = false;

  /** @param hasConnected - tells whether a connection has ever worked */
  constructor(options: OutboxOptions, services: Services, closing: AbortSignal, hasConnected = (): boolean => true) {
    const { maxTries = 8, marginMs = 100, patienceMs = 900_000, failFast = false } = options;
    const isHopeless = (): boolean => failFast && !hasConnected();
    this.#limits = { maxTries, patienceMs, random: services.random, isHopeless };
    this.#clock = services.clock;
    this.#counters = services.counters;
    this.#signals = services.signals;
    this.#notice = services.notice;
    this.#closing = closing;
    this.#throttle = new Throttle(marginMs);
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
      .map(({ job: { order, lane, since, tries } }) => ({
        action: order.tried,
        roomId: lane?.kind === "room" ? lane.id : undefined,
        since,
        tries,
      }));
  }

  idle(): Promise<void> {
    return this.#entries.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Does tasks when their turn comes; after one that fails, the rest of the order is not done. */
  run<T>(order: Order<T>): Promise<void> {
    return new Promise((resolve, reject) => {
      const job = new Job(
        { ...order, onDone: (result) => order.onDone(result as T) },
        { since: this.#clock.now(), sequence: this.#asked++ },
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

  /** Ends a job when its signal is aborted or its deadline passes, whatever is before it. */
  #watch(job: Job): () => void {
    const { signal, deadlineMs } = job.order;
    const leave = signal?.aborted === false ? this.#signals.onAbort(signal, () => this.#abort(job)) : undefined;
    let timer: { cancel(): void } | undefined;
    const arm = (): void => {
      const left = job.since + (deadlineMs ?? 0) - this.#clock.now();
      if (left > 0) timer = this.#clock.setTimeout(arm, Math.min(left, longestTimerMs));
      else this.#giveUp(job, new TimedOutError({ tried: job.order.tried }));
    };
    if (deadlineMs !== undefined) arm();
    return () => {
      leave?.();
      timer?.cancel();
    };
  }

  #abort(job: Job): void {
    this.#giveUp(job, new AbortedError({ tried: job.order.tried, cause: job.order.signal?.reason }));
  }

  #close(): void {
    let earlier: Promise<void> | undefined;
    for (const job of [...this.#entries.keys()]) {
      earlier = this.#giveUp(job, new ClosedError({ tried: job.order.tried }), earlier);
    }
  }

  /**
   * Ends a job that is no longer wanted, and its request that is under way, which tells whether it was sent.
   * @param earlier - resolves when the jobs before it have been rejected
   */
  #giveUp(job: Job, error: ChatError, earlier?: Promise<void>): Promise<void> | undefined {
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

  /** Starts the most urgent action that may start now, or waits until one may. */
  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#awaited || this.#closing.aborted) return;
    const now = this.#clock.now();
    this.#refuseLongWaits(now);
    const gate = this.#throttle.readyAt(now);
    let best: { job: Job; rank: number } | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      const job = headOf(lane);
      if (!job || job.isRunning) continue;
      const at = Math.max(gate, job.notBefore);
      if (at > now) next = Math.min(next, at);
      else {
        const rank = rankOf(job, lane);
        if (!best || rank < best.rank || (rank === best.rank && job.sequence < best.job.sequence)) best = { job, rank };
      }
    }
    if (best) void this.#run(best.job);
    else if (next !== Number.POSITIVE_INFINITY)
      this.#timer = this.#clock.setTimeout(() => this.#pump(), Math.min(next - now, longestTimerMs), { ref: true });
  }

  /** Fails actions at once, without a request, when the server asks for a longer wait than `patienceMs`. */
  #refuseLongWaits(now: number): void {
    const waitMs = this.#throttle.closedUntil - now;
    if (waitMs <= this.#limits.patienceMs) return;
    for (const job of [...this.#entries.keys()]) {
      const error = withSent(new ThrottledError(waitMs, { tried: job.order.tried }), job.sent);
      if (!job.isRunning) this.#settle(job, ({ reject }) => reject(error));
    }
  }

  /** Looks up the current task of a job if it is in doubt, and tries it if it was not done. */
  async #run(job: Job): Promise<void> {
    job.isRunning = true;
    this.#awaited = job;
    const slow = this.#clock.setTimeout(() => this.#letOthersGo(job), slowMs);
    let isLooking = job.mustLook;
    try {
      const found = isLooking ? await job.look() : undefined;
      if (job.isSettled) return;
      isLooking = false;
      const result = found ? found.result : await job.attempt(this.#clock.now());
      this.#throttle.accepted(this.#clock.now(), job.refusals);
      if (!job.isSettled) this.#succeed(job, result, found !== undefined);
    } catch (error) {
      if (!job.isSettled) this.#fail(job, error, isLooking);
    } finally {
      slow.cancel();
      job.isRunning = false;
      this.#letOthersGo(job);
    }
  }

  #letOthersGo(job: Job): void {
    if (this.#awaited === job) this.#awaited = undefined;
    this.#pump();
  }

  #succeed(job: Job, result: unknown, wasFound: boolean): void {
    const { tried, onDone } = job.order;
    this.#isTold = false;
    if (wasFound) this.#counters.add("outbox:found", { action: tried });
    this.#counters.add("outbox:sent", { action: tried });
    onDone(result);
    if (job.succeeded()) this.#settle(job, ({ resolve }) => resolve());
  }

  #fail(job: Job, error: unknown, wasLooking: boolean): void {
    const now = this.#clock.now();
    const verdict = wasLooking ? job.lookFailed(error, now) : job.attemptFailed(error, now);
    const action = job.order.tried;
    if (verdict.kind === "failed") {
      // A wait that is too long for this action applies to the others, too.
      if (error instanceof ThrottledError && !wasLooking && error.context.status === 429)
        this.#throttle.closeUntil(now + error.waitMs);
      this.#settle(job, ({ reject }) => reject(verdict.error));
    } else if (verdict.kind === "retry") {
      this.#counters.add("outbox:retried", { action });
      this.#tellTrouble(job, error);
      job.notBefore = verdict.at;
    } else {
      this.#counters.add("outbox:throttled", { action, waitMs: verdict.waitMs });
      if (verdict.isPace) job.refusals = this.#throttle.refused(now, verdict.waitMs, job.refusals);
      else this.#throttle.closeUntil(now + verdict.waitMs);
    }
  }

  /** Tells once of each outage that actions are tried again and again. */
  #tellTrouble({ order }: Job, error: unknown): void {
    if (!isChatError(error, "CONNECTION_LOST", "TIMED_OUT") || this.#isTold) return;
    this.#isTold = true;
    const { tried, deadlineMs = Number.POSITIVE_INFINITY } = order;
    const forMs = Math.min(this.#limits.patienceMs, deadlineMs);
    const minutes = Number.isFinite(forMs) ? `for ${Math.round(forMs / 60_000)} min` : "until it works";
    const duration = forMs < 60_000 ? `for ${Math.round(forMs / 1000)} s` : minutes;
    const reason = error.code === "TIMED_OUT" ? "no answer in time" : (codeOf(error.cause) ?? "the connection failed");
    this.#notice(`cannot reach ${error.context.host ?? "the site"} to ${tried} (${reason}); trying ${duration}`);
  }

  #settle(job: Job, how: (entry: Entry) => void): void {
    const entry = this.#entries.get(job);
    if (!entry) return;
    job.isSettled = true;
    this.#entries.delete(job);
    entry.release();
    this.#leave(job);
    if (this.#awaited === job) this.#awaited = undefined;
    how(entry);
    if (this.#entries.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #leave(job: Job): void {
    const lane = this.#lanes.get(laneKey(job));
    lane?.splice(lane.indexOf(job), 1);
    if (lane?.length === 0) this.#lanes.delete(laneKey(job));
  }
}

/** The key of a lane; an action without a lane is one by itself. */
function laneKey(job: Job): unknown {
  return job.lane ? `${job.lane.kind} ${job.lane.id}` : job;
}

/** The code of the platform's error, such as `ECONNREFUSED`. */
function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}
