/**
 * An append-only file of JSON lines that survives a kill: each line is written completely or not at all. A killed
 * process
 * leaves at most one torn line at the end, which the reader drops and counts.
 */
import { StringDecoder } from "node:string_decoder";
import { codeOf } from "../util/error-code.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { stripChecksum } from "./line-checksum.js";

/** A corrupt line in the middle of a file. */
export class CorruptLineError extends Error {
  /** The line number, from 1. */
  readonly line: number;
  /** The fault in words, without quoting the line. */
  readonly fault: string;

  constructor(line: number, fault: string = "it is corrupt") {
    super(`line ${line}: ${fault}`);
    this.line = line;
    this.fault = fault;
  }
}

const CHUNK_BYTES = 1_048_576;

export class LineFile {
  readonly #files: FilePort;
  readonly #fd: number;
  /** The offset after the last complete line, in bytes. */
  #size: number;
  /** Whether a failed write left bytes behind that could not be truncated yet. */
  #isTorn = false;

  private constructor(path: string, files: FilePort, how: "a" | "ax") {
    this.#files = files;
    this.#fd = files.open(path, how);
    this.#size = files.size(this.#fd);
  }

  /** Opens a file for appending that {@link LineFile.read} found intact. */
  static open(path: string, files: FilePort = nodeFiles): LineFile {
    const file = new LineFile(path, files, "a");
    if (!file.#endsWithLine(path)) file.append([""]);
    return file;
  }

  /** Replaces a file atomically and durably, and opens the new one. Mode 0600. */
  static replace(path: string, lines: Iterable<string>, files: FilePort = nodeFiles): LineFile {
    const file = LineFile.createReplacement(path, files);
    try {
      file.#writeLines(lines);
      file.#takePlaceOf(path);
    } catch (error) {
      file.discard(path);
      throw error;
    }
    return file;
  }

  /** Creates a file beside the one it will replace. */
  static createReplacement(path: string, files: FilePort): LineFile {
    files.remove(temporaryOf(path));
    return new LineFile(temporaryOf(path), files, "ax");
  }

  /**
   * Parses every line of a file, if it exists. Returns how many bytes of a torn last line were dropped.
   * @throws a {@link CorruptLineError} for corruption anywhere but at the end
   */
  static read(path: string, onLine: (value: unknown, line: number) => void, files: FilePort = nodeFiles): number {
    let rest = "";
    let count = 0;
    for (const text of chunksOf(path, files)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        count += 1;
        if (line !== "") onLine(parseLine(line, count), count);
      }
    }
    if (rest === "") return 0;
    let last: unknown;
    try {
      last = parseLine(rest, count + 1);
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

  /** Appends all lines, or none if it throws. */
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

  /** Resolves when everything written so far is on the disk. */
  async sync(): Promise<void> {
    await this.#files.syncLater(this.#fd);
  }

  /**
   * Replaces the old file atomically and durably, after copying the lines appended to it meanwhile.
   * @param from - the offset in the old file, in bytes, from which on lines have to be copied
   */
  takeOver(path: string, old: LineFile, from: number): void {
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

  /** Closes and removes a {@link LineFile.createReplacement} that never took over. Never throws. */
  discard(path: string): void {
    try {
      this.close();
      this.#files.remove(temporaryOf(path));
    } catch {
      // The next replacement removes it.
    }
  }

  #takePlaceOf(path: string): void {
    this.#files.keepOwner(this.#fd, path);
    this.#files.sync(this.#fd);
    this.#files.rename(temporaryOf(path), path);
    this.#files.syncFolderOf(path);
  }

  /** Truncates a torn line, because the next one would be appended to it. */
  #cutOff(size: number): void {
    if (!this.#isTorn) return;
    this.#files.truncate(this.#fd, size);
    this.#isTorn = false;
  }

  #tryToCutOff(size: number): void {
    try {
      this.#cutOff(size);
    } catch {
      // The next append tries again before it writes.
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

  /** Writes in chunks, because all lines together may exceed the maximum string length. */
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

/** Each path has one writer, so a leftover of a killed process can be replaced. */
function temporaryOf(path: string): string {
  return `${path}.tmp`;
}

function parseLine(line: string, number: number): unknown {
  const bare = stripChecksum(line);
  if (bare === undefined) throw new CorruptLineError(number, "its checksum does not match");
  try {
    return JSON.parse(bare);
  } catch {
    throw new CorruptLineError(number, "it is not JSON");
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
