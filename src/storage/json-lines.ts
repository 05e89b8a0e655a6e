/**
 * An append-only file of JSON lines that survives its writer: a line is there whole or not at all. A process that is
 * killed leaves at most a torn last line, which the reader drops and counts.
 */
import { StringDecoder } from "node:string_decoder";
import { codeOf } from "./failures.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { withoutSum } from "./line-sum.js";

/** A damaged line in the middle of a file. */
export class BadLine extends Error {
  /** The number of the line, from 1. */
  readonly line: number;
  /** The fault, in words that quote nothing of the line. */
  readonly fault: string;

  constructor(line: number, fault: string = "it is not what was written") {
    super(`line ${line}: ${fault}`);
    this.line = line;
    this.fault = fault;
  }
}

const CHUNK_BYTES = 1_048_576;

export class LineFile {
  readonly #files: FilePort;
  readonly #fd: number;
  /** The end of the last whole line, in bytes. */
  #size: number;
  /** Whether a failed write left bytes behind that could not be cut off yet. */
  #isTorn = false;

  private constructor(path: string, files: FilePort, how: "a" | "ax") {
    this.#files = files;
    this.#fd = files.open(path, how);
    this.#size = files.size(this.#fd);
  }

  /** Opens a file for appending that {@link LineFile.read} found whole. */
  static open(path: string, files: FilePort = nodeFiles): LineFile {
    const file = new LineFile(path, files, "a");
    if (!file.#endsWithLine(path)) file.append([""]);
    return file;
  }

  /** Replaces a file in one step that survives a power cut, and opens the new one. Mode 0600. */
  static replace(path: string, lines: Iterable<string>, files: FilePort = nodeFiles): LineFile {
    const file = LineFile.successor(path, files);
    try {
      file.#writeLines(lines);
      file.#takePlaceOf(path);
    } catch (error) {
      file.discard(path);
      throw error;
    }
    return file;
  }

  /** Begins a new file beside the one that it is to replace. */
  static successor(path: string, files: FilePort): LineFile {
    files.remove(temporaryOf(path));
    return new LineFile(temporaryOf(path), files, "ax");
  }

  /**
   * Parses each line of a file; none when there is no file. Returns how many bytes of a torn last line were left out.
   * @throws a {@link BadLine} for anything but a torn end.
   */
  static read(path: string, onLine: (value: unknown, line: number) => void, files: FilePort = nodeFiles): number {
    let rest = "";
    let count = 0;
    for (const text of chunksOf(path, files)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        count += 1;
        if (line !== "") onLine(parsed(line, count), count);
      }
    }
    if (rest === "") return 0;
    let last: unknown;
    try {
      last = parsed(rest, count + 1);
    } catch {
      return Buffer.byteLength(rest);
    }
    onLine(last, count + 1);
    return 0;
  }

  /** The length of the file, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Appends lines: all of them or, when it throws, none. */
  append(lines: readonly string[]): void {
    const before = this.#size;
    this.#cutOff(before);
    try {
      this.#writeLines(lines);
    } catch (error) {
      this.#size = before;
      this.#isTorn = true;
      this.#tryToCutOff(before);
      throw error;
    }
  }

  close(): void {
    this.#tryToCutOff(this.#size);
    this.#files.close(this.#fd);
  }

  /** Resolves when the bytes so far are on the disk. */
  async sync(): Promise<void> {
    await this.#files.syncLater(this.#fd);
  }

  /**
   * Takes the place of a file in one step that survives a power cut, with the lines that were appended to it since.
   * @param from - the place in that file, in bytes, behind which this one lacks its lines
   */
  succeed(path: string, old: LineFile, from: number): void {
    const fd = this.#files.open(path, "r");
    try {
      for (let at = from; at < old.size; ) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, old.size - at));
        const count = this.#files.read(fd, bytes, at);
        if (count <= 0) throw new Error("the file is shorter than what was written");
        this.#writeBytes(bytes.subarray(0, count));
        at += count;
      }
    } finally {
      this.#files.close(fd);
    }
    this.#takePlaceOf(path);
  }

  /** Closes and removes a {@link LineFile.successor} that never took its place. Never throws. */
  discard(path: string): void {
    try {
      this.close();
      this.#files.remove(temporaryOf(path));
    } catch {
      // The next successor removes it.
    }
  }

  #takePlaceOf(path: string): void {
    this.#files.keepOwner(this.#fd, path);
    this.#files.sync(this.#fd);
    this.#files.rename(temporaryOf(path), path);
    this.#files.syncFolderOf(path);
  }

  /** Cuts off half a line, because a line appended to it would be damaged. */
  #cutOff(size: number): void {
    if (!this.#isTorn) return;
    this.#files.truncate(this.#fd, size);
    this.#isTorn = false;
  }

  #tryToCutOff(size: number): void {
    try {
      this.#cutOff(size);
    } catch {
      // The next append retries before it writes.
    }
  }

  #endsWithLine(path: string): boolean {
    if (this.#size === 0) return true;
    const last = Buffer.alloc(1);
    const fd = this.#files.open(path, "r");
    try {
      this.#files.read(fd, last, this.#size - 1);
    } finally {
      this.#files.close(fd);
    }
    return last.toString() === "\n";
  }

  /** Writes in chunks: all lines together may be longer than a string can be. */
  #writeLines(lines: Iterable<string>): void {
    let chunk = "";
    for (const line of lines) {
      chunk += `${line}\n`;
      if (chunk.length < CHUNK_BYTES) continue;
      this.#write(chunk);
      chunk = "";
    }
    this.#write(chunk);
  }

  #write(text: string): void {
    this.#writeBytes(Buffer.from(text));
  }

  #writeBytes(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = this.#files.write(this.#fd, bytes.subarray(done));
      if (count <= 0) throw new Error("the device takes no more bytes");
      done += count;
    }
    this.#size += bytes.length;
  }
}

/** A path has one writer, so a file left behind here by a kill is replaced. */
function temporaryOf(path: string): string {
  return `${path}.tmp`;
}

function parsed(line: string, number: number): unknown {
  const bare = withoutSum(line);
  if (bare === undefined) throw new BadLine(number, "its checksum is that of another line");
  try {
    return JSON.parse(bare);
  } catch {
    throw new BadLine(number, "it is no JSON");
  }
}

function* chunksOf(path: string, files: FilePort): Generator<string> {
  let fd: number;
  try {
    fd = files.open(path, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  try {
    const decoder = new StringDecoder("utf8");
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let size = files.read(fd, buffer, null); size > 0; size = files.read(fd, buffer, null)) {
      yield decoder.write(buffer.subarray(0, size));
    }
    yield decoder.end();
  } finally {
    files.close(fd);
  }
}
