/**
 * The state a bot must not lose when it is killed: the cursor of each room, the queued actions, and the outcomes of
 * actions with an idempotency key. Held in memory and in a JSON lines file, by one process at a time.
 */
import { AbortedError, ClosedError, UsageError } from "../errors/index.js";
import type { CursorStore, RoomMark } from "../live/cursors.js";
import type { ActionStore, KeyedAction, StoredAction, StoredOutcome } from "../sending/store.js";
import { storageError } from "../storage/failures.js";
import type { FilePort } from "../storage/file-port.js";
import { CorruptLineError, LineFile } from "../storage/json-lines.js";
import { LineLog } from "../storage/line-log.js";
import { resolvePlainFile } from "../storage/plain-file.js";
import { lockFile, type ProcessLock, waitForLock } from "../storage/process-lock.js";
import { RequestScope } from "../transport/request-scope.js";
import type { Services } from "../util/services.js";
import type { ResumeOptions } from "./client-options.js";
import { StoredState } from "./stored-state.js";

/** Options of a {@link StateStore}. */
export interface StateOptions {
  /** The host of the site the state belongs to. */
  readonly host: string;
  /** How long the key of a finished action is kept, in milliseconds. */
  readonly keyTtlMs: number;
  readonly services: Services;
  /** The lock on the file; {@link StateStore.close} releases it. */
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
   * Reads the file, rewrites it without expired entries, and opens it for appending.
   * @throws {BAD_ARGUMENT} when it belongs to another host or is not a state file {STORAGE} when it cannot be read or
   *   written
   */
  static open(path: string, options: StateOptions): StateStore {
    try {
      return StateStore.#open(path, options);
    } catch (error) {
      options.lock.release();
      if (error instanceof UsageError) throw error;
      if (error instanceof CorruptLineError) {
        throw new UsageError(`${path} is not a state file (line ${error.line}); delete it or use another path`);
      }
      throw storageError("use", path, error);
    }
  }

  static #open(given: string, options: StateOptions): StateStore {
    const { host, keyTtlMs, services, files, lock } = options;
    const path = resolvePlainFile(given);
    const state = new StoredState(host, keyTtlMs, path);
    const torn = LineFile.read(path, (line, number) => state.takeLine(line, number, services.clock.now()), files);
    // The first line is written atomically, so a file with a torn first line belongs to another program.
    if (torn > 0 && !state.hasHeader) throw new CorruptLineError(1);
    if (torn > 0) services.log.warn(`${path} ended in the middle of a line; dropped its last ${torn} bytes`);
    const log = LineLog.replace(path, {
      clock: services.clock,
      files,
      snapshot: () => state.lines(services.clock.now()),
      mayWrite: () => lock.isHeld,
      onReplaced: () => lock.relock(),
      onFailing: (error) => services.reportUnhandled(error),
      onRecovered: () => services.log.info(`${path} can be written again; no state was lost`),
    });
    return new StateStore(state, log, options);
  }

  /** The progress to resume from, by room id. */
  get marks(): ReadonlyMap<number, RoomMark> {
    return this.#state.marks;
  }

  /** The id of the newest message posted in each room. */
  get posted(): ReadonlyMap<number, number> {
    return this.#state.posted;
  }

  /** The queued actions, in call order. */
  get waiting(): readonly StoredAction[] {
    return this.#state.waiting;
  }

  together(act: () => void): void {
    this.#log.batch(act);
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

  noteFirst(id: string): void {
    this.#note({ first: id });
  }

  noteDropped(id: string): void {
    this.#note({ dropped: id });
  }

  keyed(key: string): KeyedAction | undefined {
    return this.#state.keyed(key, this.#services.clock.now());
  }

  /** Writes pending entries and releases the lock. */
  close(): void {
    this.#log.close();
    this.#lock.release();
  }

  /** Applies an entry as if it had been read from the file, and appends it. */
  #note(entry: Record<string, unknown>): void {
    this.#state.take(entry, this.#services.clock.now());
    this.#log.append(entry);
  }
}

/** Options of {@link lockState}. */
export interface StateLockOptions extends ResumeOptions {
  readonly services: Services;
  /** Aborted when the client shuts down; ends the wait. */
  readonly closing: AbortSignal;
}

/**
 * Locks a state file: at once, or with `wait` as soon as it is free.
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
