/**
 * Lets one process at a time use a file. `FILE.lock` beside it names that process, and so does a lock on its inode,
 * which
 * holds for every name of the file.
 */
import { randomUUID } from "node:crypto";
import { LockedError, StorageError, UsageError } from "../errors/index.js";
import { type Clock, sleep, systemClock } from "../util/clock.js";
import { storageError } from "./failures.js";
import { InodeLocks } from "./inode-locks.js";
import {
  acquireLock,
  createLockFile,
  describeHolder,
  type FoundLock,
  type LockHolder,
  readLock,
  removeLock,
  STALE_MS,
  touchLock,
} from "./lock-file.js";
import { resolvePlainFile } from "./plain-file.js";
import { type ProcessFacts, processFacts } from "./process-facts.js";

/** How often a holder sends a heartbeat. */
const HEARTBEAT_MS = 5_000;
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 1_000;

/** Options of {@link lockFile}. */
export interface LockOptions {
  /** @default the facts of the current process */
  readonly facts?: ProcessFacts | undefined;
  /** The end of the name of the lock file, after the name of the file. @default ".lock" */
  readonly suffix?: string;
  /** Called once if another process takes over the lock, such as after a long stall of this one. */
  readonly onLost?: (error: LockedError) => void;
}

/** Options of {@link waitForLock}. */
export interface LockWaitOptions extends LockOptions {
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** The locks this process holds. They are released when it exits. */
const heldLocks = new Set<ProcessLock>();

/** Releases every lock of this process. */
function releaseAll(): void {
  for (const lock of [...heldLocks]) lock.release();
}

/** A lock held by this process. */
export class ProcessLock {
  readonly #path: string;
  readonly #file: string;
  readonly #holder: LockHolder;
  readonly #facts: ProcessFacts;
  readonly #onLost: ((error: LockedError) => void) | undefined;
  readonly #links: InodeLocks;
  readonly #timer: NodeJS.Timeout;
  #checkedAt: number;
  #isHeld = true;

  /** @internal */
  constructor(path: string, file: string, links: InodeLocks, { facts = processFacts(), onLost }: LockOptions) {
    this.#path = path;
    this.#file = file;
    this.#links = links;
    this.#holder = links.holder;
    this.#facts = facts;
    this.#onLost = onLost;
    this.#checkedAt = facts.now();
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    if (heldLocks.size === 0) process.on("exit", releaseAll);
    heldLocks.add(this);
  }

  /** Whether this process still holds the lock. Checks the lock file if the last heartbeat is too old. */
  get isHeld(): boolean {
    if (this.#isHeld && this.#facts.now() - this.#checkedAt > STALE_MS / 2) this.#beat();
    return this.#isHeld;
  }

  /** Moves the inode lock to the file that is at the path now. Call it after replacing the file. Never throws. */
  relock(): void {
    this.#links.relock();
  }

  /** Releases the lock. Idempotent; never throws. */
  release(): void {
    this.#end();
    this.#links.release();
    removeLock(this.#file, this.#holder);
  }

  #beat(): void {
    if (!this.#isHeld) return;
    let found: FoundLock | undefined;
    try {
      found = readLock(this.#file);
      if (found === undefined) {
        // Someone deleted the lock file: the first process to create it again holds the lock.
        createLockFile(this.#file, JSON.stringify(this.#holder));
        found = readLock(this.#file);
      }
      if (found?.holder?.nonce === this.#holder.nonce) touchLock(this.#file, this.#facts.now());
      this.#links.touch(this.#facts.now());
    } catch {
      return; // a disk failure says nothing about the lock
    }
    this.#checkedAt = this.#facts.now();
    if (found?.holder?.nonce === this.#holder.nonce) return;
    this.#end();
    this.#onLost?.(new LockedError(this.#path, found ? describeHolder(found, this.#facts) : "another process"));
  }

  #end(): void {
    this.#isHeld = false;
    clearInterval(this.#timer);
    heldLocks.delete(this);
    if (heldLocks.size === 0) process.removeListener("exit", releaseAll);
  }
}

/**
 * Locks a file.
 * @throws {LOCKED} when another process, or this one, already holds the lock {STORAGE} when the lock file cannot be
 *   written
 * @throws {BAD_ARGUMENT} for an invalid file name
 */
export function lockFile(path: string, options: LockOptions = {}): ProcessLock {
  const { facts = processFacts(), suffix = ".lock" } = options;
  const { host, boot, space, pid } = facts;
  const started = facts.inspect(pid)?.started ?? null;
  const holder: LockHolder = { host, boot, space, pid, started, since: facts.now(), nonce: randomUUID() };
  try {
    const real = resolvePlainFile(path);
    const file = `${real}${suffix}`;
    const links = new InodeLocks(real, holder, facts);
    let other = acquireLock(file, holder, facts);
    if (other) throw new LockedError(path, describeHolder(other, facts));
    other = links.relock();
    if (other) {
      removeLock(file, holder);
      throw new LockedError(path, `${describeHolder(other, facts)} by another name`);
    }
    return new ProcessLock(path, file, links, { ...options, facts });
  } catch (error) {
    const isKnown = error instanceof LockedError || error instanceof StorageError || error instanceof UsageError;
    throw isKnown ? error : storageError("use", path, error);
  }
}

/**
 * Locks a file, waiting until it is free.
 * @throws {STORAGE} when the lock file cannot be written; the signal's reason if it is aborted
 */
export async function waitForLock(path: string, options: LockWaitOptions = {}): Promise<ProcessLock> {
  const { clock = systemClock, signal } = options;
  for (let delay = FIRST_WAIT_MS; ; delay = Math.min(2 * delay, LAST_WAIT_MS)) {
    signal?.throwIfAborted();
    try {
      return lockFile(path, options);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
    }
    await sleep(clock, delay, signal);
  }
}
