/**
 * Compacts a file while it is being appended to. A snapshot is written beside it in slices, between which the process
 * can
 * do other work. Then the lines appended meanwhile are copied, and the new file is renamed over the old one. A kill at
 * any
 * moment leaves one file or the other.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { FilePort } from "./file-port.js";
import { LineFile } from "./json-lines.js";

/** The longest that writing a slice takes, in milliseconds, and the most characters in it. */
const SLICE_MS = 5;
const SLICE_CHARS = 262_144;

export class Compaction {
  readonly #path: string;
  readonly #old: LineFile;
  readonly #from: number;
  readonly #next: LineFile;
  readonly #lines: Iterable<string>;
  #isStopped = false;

  /**
   * Starts a new file beside an open one that has every line written so far.
   * @param lines - the content as of now; a line generated later may already include what was appended meanwhile
   * @throws an error of the file system
   */
  constructor(path: string, old: LineFile, lines: Iterable<string>, files: FilePort) {
    this.#path = path;
    this.#old = old;
    this.#from = old.size;
    this.#lines = lines;
    this.#next = LineFile.createReplacement(path, files);
  }

  /**
   * Writes the new file and resolves to it once it has replaced the old one, or to undefined if stopped.
   * @param mayWrite - false once another process has taken over the file
   * @throws an error of the file system, after which nothing has changed
   */
  async run(mayWrite: () => boolean): Promise<LineFile | undefined> {
    try {
      for (const slice of slicesOf(this.#lines)) {
        this.#next.append(slice);
        await turn();
        if (this.#isStopped) return undefined;
      }
      await this.#next.sync();
      if (!mayWrite()) this.stop();
      if (this.#isStopped) return undefined;
      this.#next.takeOver(this.#path, this.#old, this.#from);
      this.#isStopped = true;
      return this.#next;
    } catch (error) {
      if (this.#isStopped) return undefined;
      this.stop();
      throw error;
    }
  }

  /** Removes the new file unless it has replaced the old one. Idempotent; never throws. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#next.discard(this.#path);
  }
}

function* slicesOf(lines: Iterable<string>): Generator<string[]> {
  let slice: string[] = [];
  let chars = 0;
  let began = performance.now();
  for (const line of lines) {
    slice.push(line);
    chars += line.length;
    if (chars < SLICE_CHARS && performance.now() - began < SLICE_MS) continue;
    yield slice;
    [slice, chars, began] = [[], 0, performance.now()];
  }
  yield slice;
}
