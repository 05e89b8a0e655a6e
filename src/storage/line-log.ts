/**
 * An append-only log of JSON lines whose owner need not handle write failures: pending entries are kept in memory and
 * retried. A log much longer than its content is compacted while in use.
 */
import type { StorageError } from "../errors/index.js";
import type { Clock } from "../util/clock.js";
import { Compaction } from "./compaction.js";
import { storageError } from "./failures.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { LineFile } from "./json-lines.js";

/**
 * A file is compacted once it is longer than {@link LineLogLimits.compactBytes} and this many times its compacted size.
 */
const GROWTH_FACTOR = 4;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Size limits of a {@link LineLog}. */
export interface LineLogLimits {
  /** Files up to this length, in bytes, are never compacted. @default 65_536 */
  readonly compactBytes: number;
  /** The most characters of pending entries kept in memory. Beyond that, a snapshot replaces them. @default 65_536 */
  readonly maxPendingChars: number;
}

/** Options and callbacks of a {@link LineLog}. */
export interface LineLogOptions {
  readonly clock: Clock;
  readonly files?: FilePort | undefined;
  readonly limits?: LineLogLimits;
  /** Returns the whole content as the lines of a new file. */
  readonly snapshot: () => Iterable<string>;
  /**
   * Whether to compact in slices, between which the process can do other work. Entries must be safe to apply to a
   * snapshot
   * that already includes them. @default false
   */
  readonly inSlices?: boolean;
  /** Serializes an entry. @default JSON.stringify */
  readonly lineOf?: (entry: object) => string;
  /** Whether this process may still write: false once another process has taken over the file. */
  readonly mayWrite: () => boolean;
  /** Called once per outage. */
  readonly onFailing: (error: StorageError) => void;
  /** Called when writes succeed again. */
  readonly onRecovered: () => void;
  /** Called when another file has replaced the one at the path. */
  readonly onReplaced?: () => void;
}

const DEFAULT_LIMITS: LineLogLimits = { compactBytes: 65_536, maxPendingChars: 65_536 };

export class LineLog {
  readonly #path: string;
  readonly #options: LineLogOptions;
  readonly #files: FilePort;
  readonly #limits: LineLogLimits;
  #file: LineFile;
  /** The file is compacted once it exceeds this size, in bytes. */
  #compactAt: number;
  /** Entries of a {@link LineLog.batch} in progress. */
  #group: object[] = [];
  #depth = 0;
  #pending: string[] = [];
  #pendingChars = 0;
  /** Whether the pending entries exceeded the limit, so the next write is a snapshot. */
  #needsSnapshot = false;
  #compaction: Compaction | undefined;
  #isFailing = false;
  #retries = 0;
  #retry: { cancel(): void } | undefined;
  #isClosed = false;

  private constructor(path: string, options: LineLogOptions, keptBytes?: number) {
    this.#path = path;
    this.#options = options;
    this.#files = options.files ?? nodeFiles;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#file =
      keptBytes === undefined
        ? LineFile.replace(path, options.snapshot(), this.#files)
        : LineFile.open(path, this.#files);
    this.#compactAt = this.#limitFor(keptBytes ?? this.#file.size);
    if (keptBytes === undefined) options.onReplaced?.();
  }

  /**
   * Replaces the file with a snapshot and opens it.
   * @throws an error of the file system
   */
  static replace(path: string, options: LineLogOptions): LineLog {
    return new LineLog(path, options);
  }

  /**
   * Opens a file that was read and found intact.
   * @param keptBytes - the size it would have if it were compacted now
   * @throws an error of the file system
   */
  static open(path: string, options: LineLogOptions, keptBytes: number): LineLog {
    return new LineLog(path, options, keptBytes);
  }

  /** Whether entries are pending that could not be written. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Writes everything appended inside as one line, so that it is stored atomically. */
  batch(act: () => void): void {
    this.#depth += 1;
    try {
      act();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#endGroup();
    }
  }

  /** Appends an entry. Never throws. */
  append(entry: object): void {
    if (this.#isClosed) return;
    this.#group.push(entry);
    if (this.#depth === 0) this.#endGroup();
  }

  /**
   * Tries once more to write pending entries, and closes the file. Never throws. Returns the error if pending entries
   * were
   * lost.
   */
  close(): StorageError | undefined {
    if (this.#isClosed) return undefined;
    this.#endGroup();
    const failure = this.#isFailing ? this.#flush() : undefined;
    this.#isClosed = true;
    this.#stopCompaction();
    this.#retry?.cancel();
    try {
      this.#file.close();
    } catch (error) {
      this.#options.onFailing(storageError("write", this.#path, error));
    }
    return failure;
  }

  #endGroup(): void {
    const [first, ...more] = this.#group;
    this.#group = [];
    if (first === undefined) return;
    const entry = more.length === 0 ? first : [first, ...more];
    if (!this.#needsSnapshot) {
      const line = (this.#options.lineOf ?? JSON.stringify)(entry);
      this.#pending.push(line);
      this.#pendingChars += line.length;
    }
    this.#flush();
  }

  /** Returns the error if the write failed. */
  #flush(): StorageError | undefined {
    if (!this.#options.mayWrite()) {
      this.#stopCompaction();
      this.#clearPending();
      return undefined;
    }
    try {
      if (this.#needsSnapshot) this.#replace();
      else this.#file.append(this.#pending);
      this.#clearPending();
      if (this.#file.size > this.#compactAt) this.#compact();
    } catch (error) {
      return this.#fail(storageError("write", this.#path, error));
    }
    if (this.#isFailing) this.#options.onRecovered();
    this.#isFailing = false;
    this.#retries = 0;
    this.#retry?.cancel();
    this.#retry = undefined;
    return undefined;
  }

  #compact(): void {
    if (this.#options.inSlices) void this.#compactInSlices();
    else this.#replace();
  }

  #replace(): void {
    this.#stopCompaction();
    this.#postponeCompaction();
    this.#take(LineFile.replace(this.#path, this.#options.snapshot(), this.#files));
  }

  async #compactInSlices(): Promise<void> {
    if (this.#compaction) return;
    this.#postponeCompaction();
    let compaction: Compaction | undefined;
    try {
      compaction = new Compaction(this.#path, this.#file, this.#options.snapshot(), this.#files);
      this.#compaction = compaction;
      const file = await compaction.run(this.#options.mayWrite);
      if (file) this.#take(file);
    } catch {
      // The file is intact without the compaction.
    } finally {
      if (this.#compaction === compaction) this.#compaction = undefined;
    }
  }

  #stopCompaction(): void {
    this.#compaction?.stop();
    this.#compaction = undefined;
  }

  /** If there is no space for a second file, the next attempt waits until this one has grown as much again. */
  #postponeCompaction(): void {
    this.#compactAt = this.#file.size + this.#limits.compactBytes;
  }

  #take(file: LineFile): void {
    const old = this.#file;
    this.#file = file;
    this.#compactAt = this.#limitFor(file.size);
    this.#options.onReplaced?.();
    try {
      old.close();
    } catch {
      // Its name already refers to the new file.
    }
  }

  #limitFor(keptBytes: number): number {
    return Math.max(this.#limits.compactBytes, GROWTH_FACTOR * keptBytes);
  }

  #clearPending(): void {
    this.#pending = [];
    this.#pendingChars = 0;
    this.#needsSnapshot = false;
  }

  #fail(error: StorageError): StorageError {
    this.#stopCompaction();
    if (this.#pendingChars > this.#limits.maxPendingChars) {
      this.#clearPending();
      this.#needsSnapshot = true;
    }
    if (!this.#isFailing) {
      this.#isFailing = true;
      this.#options.onFailing(error);
    }
    if (this.#retry || this.#isClosed) return error;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#retries, 16), LAST_RETRY_MS);
    this.#retries += 1;
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, delay);
    return error;
  }
}
