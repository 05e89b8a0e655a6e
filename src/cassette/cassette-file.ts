/** The file of a cassette: made new, for its owner alone, and never longer than agreed. */
import { UsageError } from "../errors/index.js";
import { codeOf, storageError } from "../storage/failures.js";
import { type FilePort, nodeFiles } from "../storage/file-port.js";

/** An open file that lines are added to. */
export class CassetteFile {
  readonly #path: string;
  readonly #files: FilePort;
  readonly #maxBytes: number;
  #fd: number | undefined;
  #size = 0;

  /**
   * Makes the file.
   * @throws {BAD_ARGUMENT} when there is one already {STORAGE} when it cannot be made
   */
  constructor(path: string, maxBytes: number, files: FilePort = nodeFiles) {
    this.#path = path;
    this.#files = files;
    this.#maxBytes = maxBytes;
    try {
      this.#fd = files.open(path, "ax");
    } catch (error) {
      if (codeOf(error) === "EEXIST")
        throw new UsageError(`cannot record to ${path}: there is a file already; name another, or delete it`, {
          tried: "record a cassette",
        });
      throw storageError("write", path, error);
    }
  }

  /** Whether so many more bytes still fit. */
  hasRoomFor(bytes: number): boolean {
    return this.#size + bytes <= this.#maxBytes;
  }

  /** Adds a line. @throws {STORAGE} when the disk does not take it */
  add(line: string): void {
    if (this.#fd === undefined) return;
    const bytes = Buffer.from(`${line}\n`);
    this.#size += bytes.length;
    try {
      for (let at = 0; at < bytes.length; ) at += this.#files.write(this.#fd, bytes.subarray(at));
    } catch (error) {
      throw storageError("write", this.#path, error);
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      if (fd !== undefined) this.#files.close(fd);
    } catch {
      // Every line is written by now.
    }
  }
}
