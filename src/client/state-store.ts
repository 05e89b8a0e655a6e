/**
 * The state a bot must not lose when it is killed: how far the events of each room have been handled, which actions
 * wait, and the outcome of those with a key. Kept in memory and in a file of JSON lines, for one process at a time.
 */
import { AbortedError, ClosedError, UsageError } from "../errors/index.js";
import type { CursorStore, RoomMark } from "../live/cursors.js";
import type { ActionStore, KeyedAction, StoredAction, StoredOutcome } from "../sending/store.js";
import { storageError } from "../storage/failures.js";
import type { FilePort } from "../storage/file-port.js";
import { BadLine, LineFile } from "../storage/json-lines.js";
import { LineLog } from "../storage/line-log.js";
import { plainFile } from "../storage/plain-file.js";
import { lockFile, type ProcessLock, waitForLock } from "../storage/process-lock.js";
import { RequestScope } from "../transport/request-scope.js";
import type { Services } from "../util/services.js";
import type { ResumeOptions } from "./client-options.js";
import { StoredState } from "./stored-state.js";

/** Options of a {@link StateStore}. */
export interface StateOptions {
  /** The site the state is of. */
  readonly host: string;
  /** How long the key of an action that is done is kept, in milliseconds. */
  readonly keyTtlMs: number;
  readonly services: Services;
  /** The lock of the file; released by {@link StateStore.close}. */
  readonly lock: ProcessLock;
  readonly files: FilePort | undefined;
}

export class StateStore implements CursorStore, ActionStore {
  readonly #state: StoredState;
  readonly #log: LineLog;
  readonly #lock: ProcessLock;
  readonly #services: Services;

  private constructor(state: StoredState, log: LineLog, { lock, services }: StateOptions) {
    this.#state = state;
    this.#log = log;
    this.#lock = lock;
    this.#services = services;
  }

  /**
   * Reads the file, rewrites it without outdated entries, and opens it.
   * @throws {BAD_ARGUMENT} when it is of another host or no state file {STORAGE} when it cannot be read or written
   */
  static open(path: string, options: StateOptions): StateStore {
    try {
      return StateStore.#open(path, options);
    } catch (error) {
      options.lock.release();
      if (error instanceof UsageError) throw error;
      if (error instanceof BadLine) {
        throw new UsageError(`${path} is not a state file (line ${error.line}); delete it or name another`);
      }
      throw storageError("use", path, error);
    }
  }

  static #open(given: string, options: StateOptions): StateStore {
    const { host, keyTtlMs, services, files, lock } = options;
    const path = plainFile(given);
    const state = new StoredState(host, keyTtlMs, path);
    const torn = LineFile.read(path, (line, number) => state.takeLine(line, number, services.clock.now()), files);
    // A state file has its whole first line or does not exist: a torn one is another program's.
    if (torn > 0 && !state.hasHeader) throw new BadLine(1);
    if (torn > 0) services.log.warn(`${path} ended in the middle of a line; its last ${torn} bytes are dropped`);
    const log = LineLog.replace(path, {
      clock: services.clock,
      files,
      snapshot: () => state.lines(services.clock.now()),
      mayWrite: () => lock.isHeld,
      onReplaced: () => lock.follow(),
      onFailing: (error) => services.reportUnhandled(error),
      onWorking: () => services.log.info(`${path} can be written again; nothing of the state is lost`),
    });
    return new StateStore(state, log, options);
  }

  /** Where listening resumes, by room. */
  get marks(): ReadonlyMap<number, RoomMark> {
    return this.#state.marks;
  }

  /** The newest message posted in each room. */
  get posted(): ReadonlyMap<number, number> {
    return this.#state.posted;
  }

  /** The actions that wait, in the order of the calls. */
  get waiting(): readonly StoredAction[] {
    return this.#state.waiting;
  }

  together(act: () => void): void {
    this.#log.together(act);
  }

  noteCursor(roomId: number, cursor: number): void {
    this.#note({ cursor: { [roomId]: cursor } });
  }

  noteDone(roomId: number, id: number): void;
  noteDone(outcome: StoredOutcome): void;
  noteDone(roomOrOutcome: number | StoredOutcome, eventId = 0): void {
    if (typeof roomOrOutcome === "number") {
      this.#note({ done: { [roomOrOutcome]: [eventId] } });
      return;
    }
    const { id, roomId, messageId } = roomOrOutcome;
    this.#note({ sent: { id, roomId, messageId, at: this.#services.clock.now() } });
  }

  noteQueued(queued: StoredAction): void {
    this.#note({ queued });
  }

  noteDropped(id: string): void {
    this.#note({ dropped: id });
  }

  keyed(key: string): KeyedAction | undefined {
    return this.#state.keyed(key, this.#services.clock.now());
  }

  /** Writes pending entries, and unlocks the file. */
  close(): void {
    this.#log.close();
    this.#lock.release();
  }

  /** Applies an entry just as reading the file would, and writes it. */
  #note(entry: Record<string, unknown>): void {
    this.#state.take(entry, this.#services.clock.now());
    this.#log.note(entry);
  }
}

/** Options of {@link lockState}. */
export interface StateLockOptions extends ResumeOptions {
  readonly services: Services;
  /** Aborted when the client ends, which ends a wait. */
  readonly closing: AbortSignal;
}

/**
 * Locks a state: at once, or with `wait` as soon as it is free.
 * @throws {LOCKED} {STORAGE} {ABORTED} {CLOSED}
 */
export function lockState(path: string, options: StateLockOptions): ProcessLock | Promise<ProcessLock> {
  const { wait = false, signal, services, closing } = options;
  const onLost = services.reportUnhandled;
  if (!wait) return lockFile(path, { onLost });
  const scope = new RequestScope(services.signals, closing, signal);
  return waitForLock(path, { onLost, clock: services.clock, signal: scope.signal })
    .catch((error: unknown) => {
      const tried = `resume from ${path}`;
      if (closing.aborted) throw new ClosedError({ tried });
      if (signal?.aborted) throw new AbortedError({ tried, cause: signal.reason });
      throw error;
    })
    .finally(() => scope.close());
}
