/**
 * Runs a handler: everything that stands in front of it, its time limit, and its failures. A run that people made is
 * recorded, so that edits and restarts find it.
 */
import { ChatError, type ChatMessageEvent, isChatError, type Room } from "../index.js";
import type { Answer } from "./answer.js";
import type { Entry, Step } from "./composer.js";
import type { BotContext } from "./context.js";
import type { Failures } from "./failures.js";
import type { Next } from "./handler-options.js";
import { formatDuration } from "./pattern/index.js";
import { Run, type RunSubject } from "./run.js";
import type { AnswerRecord, CommandRecord, RunLog } from "./run-log.js";
import type { RunParts } from "./run-parts.js";
import type { Scope } from "./scope.js";
import type { Statistics } from "./statistics.js";
import { TimeLimit } from "./time-limit.js";

/** The parts of a {@link Runner}. */
export interface RunnerParts {
  readonly scope: Scope;
  readonly runs: RunLog;
  readonly failures: Failures;
  readonly statistics: Statistics;
  readonly windowMs: number;
  readonly timeoutMs: number;
  /** Notes an answer as the latest one in its room. */
  answered(room: Room, answer: Answer): void;
}

/** Part of the window that is left for the request, in milliseconds. */
const WINDOW_MARGIN_MS = 5_000;

export class Runner implements RunParts {
  readonly #parts: RunnerParts;
  readonly #active = new Set<Run>();
  readonly #waitingForPeople = new Set<Run>();
  readonly #onIdle: (() => void)[] = [];

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** The number of handlers that run. */
  get size(): number {
    return this.#active.size;
  }

  /** Resolves when no handler runs, but for those that wait for people. */
  async idle(): Promise<void> {
    while (this.#active.size > this.#waitingForPeople.size)
      await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Ends all runs. */
  abort(reason: unknown): void {
    for (const run of this.#active) run.abort(reason);
  }

  /**
   * Runs a function with a new run. Resolves when everything that it asked for is done; never rejects.
   * @param release - lets the next task of the lane begin
   * @returns whether it succeeded; undefined when the bot stops meanwhile, and the event is to be handled again
   */
  async perform(
    subject: RunSubject,
    about: { readonly name: string; readonly timeoutMs: number | undefined; readonly release?: () => void },
    act: (run: Run, made: (c: BotContext) => void) => Promise<unknown>,
  ): Promise<boolean | undefined> {
    const { clock } = this.#parts.scope;
    const run = new Run(this, subject);
    this.#active.add(run);
    const stopTimer = this.#limitTime(run, about);
    const startedAt = clock.now();
    let context: BotContext | null = null;
    let failure: { readonly error: unknown } | undefined;
    try {
      await new Promise((resolve, reject) => {
        run.onEnd(reject);
        act(run, (c) => (context = c)).then(resolve, reject);
      });
    } catch (error) {
      failure = { error };
    }
    stopTimer();
    const isStopped = this.#parts.scope.isStopping && run.isEnded;
    if (!isStopped) await this.#finish(run, about.name, context, failure, startedAt);
    this.#active.delete(run);
    this.#wakeIdle();
    if (isStopped) return undefined;
    return failure === undefined;
  }

  async #finish(
    run: Run,
    name: string,
    context: BotContext | null,
    failure: { readonly error: unknown } | undefined,
    startedAt: number,
  ): Promise<void> {
    if (failure && !run.isSuperseded) {
      const apology = this.#parts.failures.handler(failure.error, name, context, run.subject);
      if (apology !== null) await run.apologize(apology);
    }
    await run.finish(failure !== undefined);
    this.#parts.statistics.ran(name, this.now() - startedAt, failure === undefined || run.isSuperseded);
  }

  #wakeIdle(): void {
    for (const wake of this.#onIdle.splice(0)) wake();
  }

  /** Whether the filters in front of a handler let it run. */
  async passesFilters(entry: Entry, c: BotContext): Promise<boolean> {
    for (const step of entry.steps) if ("filter" in step && !(await this.#passes(step.filter, c))) return false;
    return true;
  }

  /** Calls a handler behind its middlewares. */
  async callHandler(entry: Entry, c: BotContext, next: Next): Promise<void> {
    if (entry.steps.length === 0) {
      await entry.handler(c, onlyOnce(next));
      return;
    }
    const middlewares = entry.steps.flatMap((step: Step) => ("middleware" in step ? [step.middleware] : []));
    const callFrom = async (at: number): Promise<void> => {
      const middleware = middlewares[at];
      if (middleware)
        await middleware(
          c,
          onlyOnce(() => callFrom(at + 1)),
        );
      else await entry.handler(c, onlyOnce(next));
    };
    await callFrom(0);
  }

  async #passes(filter: Extract<Step, { filter: unknown }>["filter"], c: BotContext): Promise<boolean> {
    if (typeof filter === "function") return (await filter(c)) === true;
    const { scope } = this.#parts;
    if (!scope.isIn(c.room, filter.rooms)) return false;
    return scope.permissions.meets(filter.needs === undefined ? [] : [filter.needs].flat(), c);
  }

  #limitTime(
    run: Run,
    {
      name,
      timeoutMs = this.#parts.timeoutMs,
      release,
    }: { name: string; timeoutMs: number | undefined; release?: () => void },
  ): () => void {
    const { clock } = this.#parts.scope;
    const limit = new TimeLimit(clock, timeoutMs, () =>
      run.abort(new ChatError("TIMED_OUT", `the handler ${name} took longer than ${formatDuration(timeoutMs)}`)),
    );
    let waits = 0;
    // The throttle of a site can hold an answer back for minutes, which is not the handler's time.
    run.onSending((isSending) => limit.pause(isSending));
    run.onWaiting((isWaiting) => {
      limit.pause(isWaiting);
      waits += isWaiting ? 1 : -1;
      if (waits > 0) this.#waitingForPeople.add(run);
      else this.#waitingForPeople.delete(run);
      this.#wakeIdle();
      if (isWaiting) release?.();
    });
    return () => limit.stop();
  }

  // The methods that runs use.

  now(): number {
    return this.#parts.scope.clock.now();
  }

  save(record: CommandRecord): Promise<void> {
    return this.#parts.runs.save(record);
  }

  keep(record: CommandRecord): Promise<void> | undefined {
    return this.#parts.runs.keep(record);
  }

  isDurable(room: Room): boolean {
    return this.#parts.scope.isDurable(room.client);
  }

  isEditable({ ids, at }: AnswerRecord): boolean {
    return ids.length > 0 && this.now() - at < this.#parts.windowMs - WINDOW_MARGIN_MS;
  }

  async removeMessages(room: Room, ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      try {
        await room.client.getMessage(id).delete();
      } catch (error) {
        if (!isChatError(error, "TOO_LATE", "NOT_FOUND", "ALREADY_DELETED", "NOT_YOURS"))
          this.#parts.failures.report(error, `delete message ${id}`);
      }
    }
  }

  answered(room: Room, answer: Answer): void {
    this.#parts.answered(room, answer);
  }

  noteLost(run: Run, error: unknown): void {
    if (run.isSuperseded && run.signal.reason === error) return;
    if (!(this.#parts.scope.isStopping && run.isEnded)) this.#parts.failures.report(error, run.subject.key);
  }

  noteOtherBranch({ subject: { key } }: Run, step: string): void {
    this.#parts.failures.note(
      `${key}: run again after a kill, answer ${step} says something else; the first one stays`,
    );
  }
}

/** The key of a handled event. */
export function keyOfEvent({ id, messageId }: ChatMessageEvent): string {
  return id === null ? `bot m${messageId}` : `bot ${id}`;
}

/** Like grammY's, `next` throws when it is called twice. */
function onlyOnce(next: Next): Next {
  let isCalled = false;
  return async () => {
    if (isCalled) throw new Error("next() was called twice");
    isCalled = true;
    await next();
  };
}
