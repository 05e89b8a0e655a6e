/**
 * One process at a time uses a file: a file beside it, `FILE.lock`, names the process, and so does one for the file itself,
 * whatever its name.
 */
import { randomUUID } from "node:crypto";
import { LockedError, StorageError, UsageError } from "../errors/index.js";
import { type Clock, sleep, systemClock } from "../util/clock.js";
import { storageError } from "./failures.js";
import { LinkLocks } from "./link-locks.js";
import { create, type Found, type Holder, named, readLock, remove, STALE_MS, take, touch } from "./lock-file.js";
import { plainFile } from "./plain-file.js";
import { type ProcessFacts, processFacts } from "./process-facts.js";

/** The interval at which a holder touches its lock. */
const HEARTBEAT_MS = 5_000;
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 1_000;

/** Options of {@link lockFile}. */
export interface LockOptions {
  /** @default those of this process */
  readonly facts?: ProcessFacts | undefined;
  /** Called once when another process has taken the lock over, as after a long stall of this one. */
  readonly onLost?: (error: LockedError) => void;
}

/** Options of {@link waitForLock}. */
export interface WaitOptions extends LockOptions {
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** The locks of this process, to be released when it exits. */
const held = new Set<ProcessLock>();

/** Releases every lock of this process. */
function releaseAll(): void {
  for (const lock of [...held]) lock.release();
}

/** A lock held by this process. */
export class ProcessLock {
  readonly #path: string;
  readonly #file: string;
  readonly #holder: Holder;
  readonly #facts: ProcessFacts;
  readonly #onLost: ((error: LockedError) => void) | undefined;
  readonly #links: LinkLocks;
  readonly #timer: NodeJS.Timeout;
  #checkedAt: number;
  #isHeld = true;

  /** @internal */
  constructor(path: string, file: string, links: LinkLocks, { facts = processFacts(), onLost }: LockOptions) {
    this.#path = path;
    this.#file = file;
    this.#links = links;
    this.#holder = links.holder;
    this.#facts = facts;
    this.#onLost = onLost;
    this.#checkedAt = facts.now();
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    if (held.size === 0) process.on("exit", releaseAll);
    held.add(this);
  }

  /** Whether this process still has the lock. Reads the file when the last heartbeat is too long ago. */
  get isHeld(): boolean {
    if (this.#isHeld && this.#facts.now() - this.#checkedAt > STALE_MS / 2) this.#beat();
    return this.#isHeld;
  }

  /** Another file has taken the place of the one at the path: the lock goes with it. Never throws. */
  follow(): void {
    this.#links.follow();
  }

  /** Releases the lock. Idempotent, never throws. */
  release(): void {
    this.#end();
    this.#links.release();
    remove(this.#file, this.#holder);
  }

  #beat(): void {
    if (!this.#isHeld) return;
    let found: Found | undefined;
    try {
      found = readLock(this.#file);
      if (found === undefined) {
        // The file was removed by hand: the first process to make it again has the lock.
        create(this.#file, JSON.stringify(this.#holder));
        found = readLock(this.#file);
      }
      if (found?.holder?.nonce === this.#holder.nonce) touch(this.#file, this.#facts.now());
      this.#links.touch(this.#facts.now());
    } catch {
      return; // a disk that fails proves nothing about the lock
    }
    this.#checkedAt = this.#facts.now();
    if (found?.holder?.nonce === this.#holder.nonce) return;
    this.#end();
    this.#onLost?.(new LockedError(this.#path, found ? named(found, this.#facts) : "another process"));
  }

  #end(): void {
    this.#isHeld = false;
    clearInterval(this.#timer);
    held.delete(this);
    if (held.size === 0) process.removeListener("exit", releaseAll);
  }
}

/**
 * Takes the lock of a file.
 * @throws {LOCKED} when another process, or this one, has it {STORAGE} when the lock file cannot be written
 * @throws {BAD_ARGUMENT} for a name that no file can have
 */
export function lockFile(path: string, options: LockOptions = {}): ProcessLock {
  const { facts = processFacts() } = options;
  const { host, boot, space, pid } = facts;
  const started = facts.look(pid)?.started ?? null;
  const holder: Holder = { host, boot, space, pid, started, since: facts.now(), nonce: randomUUID() };
  try {
    const real = plainFile(path);
    const file = `${real}.lock`;
    const links = new LinkLocks(real, holder, facts);
    let other = take(file, holder, facts);
    if (other) throw new LockedError(path, named(other, facts));
    other = links.follow();
    if (other) {
      remove(file, holder);
      throw new LockedError(path, `${named(other, facts)} by another name`);
    }
    return new ProcessLock(path, file, links, { ...options, facts });
  } catch (error) {
    const isTold = error instanceof LockedError || error instanceof StorageError || error instanceof UsageError;
    throw isTold ? error : storageError("use", path, error);
  }
}

/**
 * Takes the lock of a file as soon as it is free.
 * @throws {STORAGE} when the lock file cannot be written; the signal's reason when that is aborted
 */
export async function waitForLock(path: string, options: WaitOptions = {}): Promise<ProcessLock> {
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
