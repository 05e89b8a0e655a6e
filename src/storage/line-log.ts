/**
 * An append-only log of JSON lines whose owner never has to handle a failed write: entries that cannot be written are
 * kept and retried, and a file that has grown far beyond its content is compacted while it is used.
 */
import type { StorageError } from "../errors/index.js";
import type { Clock } from "../util/clock.js";
import { Compaction } from "./compaction.js";
import { storageError } from "./failures.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { LineFile } from "./json-lines.js";

/** A file is compacted when it is longer than {@link LineLogLimits.compactBytes}, and than this times its compacted size. */
const GROWTH = 4;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** The sizes of a {@link LineLog}. */
export interface LineLogLimits {
  /** A file of so many bytes is not compacted. @default 65_536 */
  readonly compactBytes: number;
  /** The most characters kept in memory: beyond that a snapshot is shorter. @default 65_536 */
  readonly waitingChars: number;
}

/** Options and callbacks of a {@link LineLog}. */
export interface LineLogOptions {
  readonly clock: Clock;
  readonly files?: FilePort | undefined;
  readonly limits?: LineLogLimits;
  /** The whole content, as the lines of a new file. */
  readonly snapshot: () => Iterable<string>;
  /**
   * Compacts in slices, between which the process serves others. For content whose entries can be applied to a snapshot
   * that has them already. @default false
   */
  readonly inSlices?: boolean;
  /** An entry as a line. @default its JSON */
  readonly lineOf?: (entry: object) => string;
  /** Whether this process may still write: false once another one has taken the file over. */
  readonly mayWrite: () => boolean;
  /** Called once for each outage. */
  readonly onFailing: (error: StorageError) => void;
  /** Called when writing works again. */
  readonly onWorking: () => void;
  /** Called when another file has taken the place of the one at the path. */
  readonly onReplaced?: () => void;
}

const usualLimits: LineLogLimits = { compactBytes: 65_536, waitingChars: 65_536 };

export class LineLog {
  readonly #path: string;
  readonly #options: LineLogOptions;
  readonly #files: FilePort;
  readonly #limits: LineLogLimits;
  #file: LineFile;
  /** The size, in bytes, from which on the file is compacted. */
  #compactAt: number;
  /** Entries of a {@link LineLog.together} that has not ended. */
  #group: object[] = [];
  #depth = 0;
  #waiting: string[] = [];
  #waitingChars = 0;
  /** The waiting entries exceed the limit, so the next write is a snapshot. */
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
    this.#limits = options.limits ?? usualLimits;
    this.#file =
      keptBytes === undefined
        ? LineFile.replace(path, options.snapshot(), this.#files)
        : LineFile.open(path, this.#files);
    this.#compactAt = this.#limitFor(keptBytes ?? this.#file.size);
    if (keptBytes === undefined) options.onReplaced?.();
  }

  /**
   * Replaces the file by a snapshot and opens it.
   * @throws an error of the file system
   */
  static replace(path: string, options: LineLogOptions): LineLog {
    return new LineLog(path, options);
  }

  /**
   * Opens a file that was read and found whole.
   * @param keptBytes - the size that it would have if it were compacted now
   * @throws an error of the file system
   */
  static open(path: string, options: LineLogOptions, keptBytes: number): LineLog {
    return new LineLog(path, options, keptBytes);
  }

  /** Whether entries wait in memory that the file does not have. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Everything noted inside becomes one line, so that it is stored whole or not at all. */
  together(act: () => void): void {
    this.#depth += 1;
    try {
      act();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#endGroup();
    }
  }

  /** Notes an entry. Never throws. */
  note(entry: object): void {
    if (this.#isClosed) return;
    this.#group.push(entry);
    if (this.#depth === 0) this.#endGroup();
  }

  /**
   * Writes the waiting entries, one last time, and closes the file. Never throws. Returns the failure by which the
   * waiting entries are lost; undefined when none are.
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
      this.#waiting.push(line);
      this.#waitingChars += line.length;
    }
    this.#flush();
  }

  /** Returns the failure, if there was one. */
  #flush(): StorageError | undefined {
    if (!this.#options.mayWrite()) {
      this.#stopCompaction();
      this.#forgetWaiting();
      return undefined;
    }
    try {
      if (this.#needsSnapshot) this.#replace();
      else this.#file.append(this.#waiting);
      this.#forgetWaiting();
      if (this.#file.size > this.#compactAt) this.#compact();
    } catch (error) {
      return this.#fail(storageError("write", this.#path, error));
    }
    if (this.#isFailing) this.#options.onWorking();
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
      // The file is whole without it.
    } finally {
      if (this.#compaction === compaction) this.#compaction = undefined;
    }
  }

  #stopCompaction(): void {
    this.#compaction?.stop();
    this.#compaction = undefined;
  }

  /** Without room for a second file, the next try waits until the first has grown as much again. */
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
      // Its name leads to the new file already.
    }
  }

  #limitFor(keptBytes: number): number {
    return Math.max(this.#limits.compactBytes, GROWTH * keptBytes);
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#needsSnapshot = false;
  }

  #fail(error: StorageError): StorageError {
    this.#stopCompaction();
    if (this.#waitingChars > this.#limits.waitingChars) {
      this.#forgetWaiting();
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
