/**
 * An append-only log of JSON lines whose owner never has to handle a failed write: entries that cannot be written are
 * kept and retried, and a file that has grown far beyond its content is compacted while it is used.
 */
import type { StorageError } from "../errors/index.js";
import type { Clock } from "../util/clock.js";
import { storageError } from "./failures.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { LineFile } from "./json-lines.js";

/** A file is compacted when it is longer than this, in bytes, and than {@link GROWTH} times its compacted size. */
const COMPACT_BYTES = 65_536;
const GROWTH = 4;
/** The most characters kept in memory: beyond that a snapshot is shorter. */
const WAITING_CHARS = 65_536;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Options and callbacks of a {@link LineLog}. */
export interface LineLogOptions {
  readonly clock: Clock;
  readonly files?: FilePort | undefined;
  /** The whole content, as the lines of a new file. */
  readonly snapshot: () => Iterable<string>;
  /** Whether this process may still write: false once another one has taken the file over. */
  readonly mayWrite: () => boolean;
  /** Called once for each outage. */
  readonly onFailing: (error: StorageError) => void;
  /** Called when writing works again. */
  readonly onWorking: () => void;
}

export class LineLog {
  readonly #path: string;
  readonly #options: LineLogOptions;
  readonly #files: FilePort;
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
  #isFailing = false;
  #retries = 0;
  #retry: { cancel(): void } | undefined;
  #isClosed = false;

  /**
   * Replaces the file by a snapshot and opens it.
   * @throws an error of the file system
   */
  constructor(path: string, options: LineLogOptions) {
    this.#path = path;
    this.#options = options;
    this.#files = options.files ?? nodeFiles;
    this.#file = LineFile.replace(path, options.snapshot(), this.#files);
    this.#compactAt = limitOf(this.#file);
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

  /** Writes the waiting entries, one last time, and closes the file. Never throws. */
  close(): void {
    if (this.#isClosed) return;
    this.#endGroup();
    if (this.#isFailing) this.#flush();
    this.#isClosed = true;
    this.#retry?.cancel();
    try {
      this.#file.close();
    } catch (error) {
      this.#options.onFailing(storageError("write", this.#path, error));
    }
  }

  #endGroup(): void {
    const [first, ...more] = this.#group;
    this.#group = [];
    if (first === undefined) return;
    const line = JSON.stringify(more.length === 0 ? first : [first, ...more]);
    if (!this.#needsSnapshot) {
      this.#waiting.push(line);
      this.#waitingChars += line.length;
    }
    this.#flush();
  }

  #flush(): void {
    if (!this.#options.mayWrite()) {
      this.#forgetWaiting();
      return;
    }
    try {
      if (this.#needsSnapshot) this.#compact();
      else this.#file.append(this.#waiting);
      this.#forgetWaiting();
      if (this.#file.size > this.#compactAt) this.#compact();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#isFailing) this.#options.onWorking();
    this.#isFailing = false;
    this.#retries = 0;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #compact(): void {
    // If there is no room for a second file, the next try waits until the first has grown as much again.
    this.#compactAt = this.#file.size + COMPACT_BYTES;
    const file = LineFile.replace(this.#path, this.#options.snapshot(), this.#files);
    const old = this.#file;
    this.#file = file;
    this.#compactAt = limitOf(file);
    try {
      old.close();
    } catch {
      // Its name leads to the new file already.
    }
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#needsSnapshot = false;
  }

  #fail(error: unknown): void {
    if (this.#waitingChars > WAITING_CHARS) {
      this.#forgetWaiting();
      this.#needsSnapshot = true;
    }
    if (!this.#isFailing) {
      this.#isFailing = true;
      this.#options.onFailing(storageError("write", this.#path, error));
    }
    if (this.#retry || this.#isClosed) return;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#retries, 16), LAST_RETRY_MS);
    this.#retries += 1;
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, delay);
  }
}

function limitOf(file: LineFile): number {
  return Math.max(COMPACT_BYTES, GROWTH * file.size);
}
