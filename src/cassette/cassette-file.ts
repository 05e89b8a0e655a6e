/** The file of a cassette: newly created, readable only by its owner, and limited in length. */
import { UsageError } from "../errors/index.js";
import { storageError } from "../storage/failures.js";
import { type FilePort, nodeFiles } from "../storage/file-port.js";
import { codeOf } from "../util/error-code.js";

/** An open cassette file for appending lines. */
export class CassetteFile {
  readonly #path: string;
  readonly #files: FilePort;
  readonly #maxBytes: number;
  #fd: number | undefined;
  #size = 0;

  /**
   * Creates the file.
   * @throws {BAD_ARGUMENT} when the file already exists {STORAGE} when it cannot be created
   */
  constructor(path: string, maxBytes: number, files: FilePort = nodeFiles) {
    this.#path = path;
    this.#files = files;
    this.#maxBytes = maxBytes;
    try {
      this.#fd = files.open(path, "ax");
    } catch (error) {
      if (codeOf(error) === "EEXIST")
        throw new UsageError(`cannot record to ${path}: the file already exists; use another name, or delete it`, {
          tried: "record a cassette",
        });
      throw storageError("write", path, error);
    }
  }

  /** Whether this many more bytes fit. */
  fits(bytes: number): boolean {
    return this.#size + bytes <= this.#maxBytes;
  }

  /** Appends a line. @throws {STORAGE} when the disk rejects it */
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
      // Every line has been written by now.
    }
  }
}
