/**
 * An append-only file of JSON lines that survives its writer: a line is there whole or not at all. What a killed
 * process leaves behind is at most a torn last line, which the reader drops and counts.
 */
import fs from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** A line in the middle of a file that is not one of its writer: somebody else wrote there. */
export class BadLine extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} is not what was written`);
    this.line = line;
  }
}

const chunkBytes = 1_048_576;

export class LineFile {
  readonly #fd: number;
  /** Where the last whole line ends. */
  #size: number;

  private constructor(path: string) {
    this.#fd = fs.openSync(path, "a", 0o600);
    this.#size = fs.fstatSync(this.#fd).size;
  }

  /** Opens a file that {@link LineFile.read} found whole, to write behind what it has. */
  static open(path: string): LineFile {
    const file = new LineFile(path);
    if (!file.#endsWithLine(path)) file.append([""]);
    return file;
  }

  /** Puts a new file in the place of the old one, in one step, and opens it. Mode 0600. */
  static replace(path: string, lines: Iterable<string>): LineFile {
    const temporary = `${path}.${process.pid}.tmp`;
    fs.rmSync(temporary, { force: true });
    const file = new LineFile(temporary);
    try {
      file.#writeLines(lines);
      fs.fsyncSync(file.#fd);
      fs.renameSync(temporary, path);
      return file;
    } catch (error) {
      fs.closeSync(file.#fd);
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  }

  /**
   * Gives each line of a file, parsed; none when there is no file. Answers how many bytes of a torn last line were left out.
   * @throws a {@link BadLine} for anything but a torn end.
   */
  static read(path: string, onLine: (value: unknown, line: number) => void): number {
    let rest = "";
    let count = 0;
    for (const text of chunksOf(path)) {
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

  /** Writes lines behind the others, all of them or, when it throws, none. */
  append(lines: readonly string[]): void {
    const before = this.#size;
    try {
      this.#writeLines(lines);
    } catch (error) {
      this.#size = before;
      fs.ftruncateSync(this.#fd, before);
      throw error;
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #endsWithLine(path: string): boolean {
    if (this.#size === 0) return true;
    const last = Buffer.alloc(1);
    const fd = fs.openSync(path, "r");
    try {
      fs.readSync(fd, last, 0, 1, this.#size - 1);
    } finally {
      fs.closeSync(fd);
    }
    return last.toString() === "\n";
  }

  /** In pieces: all lines together may be longer than a string can be. */
  #writeLines(lines: Iterable<string>): void {
    let chunk = "";
    for (const line of lines) {
      chunk += `${line}\n`;
      if (chunk.length < chunkBytes) continue;
      this.#write(chunk);
      chunk = "";
    }
    this.#write(chunk);
  }

  #write(text: string): void {
    fs.writeFileSync(this.#fd, text); // unlike writeSync all of it, or an error
    this.#size += Buffer.byteLength(text);
  }
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadLine(number);
  }
}

function* chunksOf(path: string): Generator<string> {
  let fd: number;
  try {
    fd = fs.openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  try {
    const decoder = new StringDecoder("utf8");
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let size = fs.readSync(fd, buffer); size > 0; size = fs.readSync(fd, buffer)) {
      yield decoder.write(buffer.subarray(0, size));
    }
    yield decoder.end();
  } finally {
    fs.closeSync(fd);
  }
}
