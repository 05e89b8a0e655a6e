/**
 * A resumable download that appears under its name only when it is complete. `FILE.part` holds the partial content, and
 * `FILE.part.json` how much of it is valid and where to resume. `FILE.part.lock` keeps a second run out.
 */
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { LockedError, StorageError, UsageError } from "../../errors/index.js";
import { isRecord, numberOf, stringOf } from "../../protocol/values.js";
import { writeWholeFile } from "../../storage/atomic-file.js";
import { fileReason, fileRemedy } from "../../storage/failures.js";
import { nodeFiles } from "../../storage/file-port.js";
import { assertPlainFile, resolvePlainFile } from "../../storage/plain-file.js";
import { lockFile, type ProcessLock } from "../../storage/process-lock.js";
import { codeOf } from "../../util/error-code.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";

/** The position of a download. */
export interface Checkpoint {
  /** The first day that is missing. */
  readonly nextDay: string;
  /** The last day requested, so that a resumed run ends at the same day. */
  readonly to: string;
  /** The number of messages so far. */
  readonly messages: number;
}

/** The number of characters to buffer before writing. */
const CHUNK_CHARACTERS = 65_536;

export class PartFile {
  readonly path: string;
  /** The position of an earlier run; null for a new download. */
  readonly resumed: Checkpoint | null;
  readonly #what: string;
  readonly #lock: ProcessLock;
  #file: FileHandle;
  #bytes: number;
  #waiting = "";

  private constructor(
    path: string,
    what: string,
    { file, lock, stored }: { file: FileHandle; lock: ProcessLock; stored: Stored | null },
  ) {
    this.path = path;
    this.resumed = stored?.checkpoint ?? null;
    this.#what = what;
    this.#lock = lock;
    this.#file = file;
    this.#bytes = stored?.bytes ?? 0;
  }

  /**
   * Starts a download, or resumes one.
   * @param what - describes the download, so that different ones are never mixed
   * @throws {CliError} when the file exists, or a partial download is of something else
   * @throws {LOCKED} when another process is writing it {STORAGE} when it cannot be read or written
   */
  static async open(given: string, what: string, { force }: { readonly force: boolean }): Promise<PartFile> {
    const path = fileAt(given);
    if (!force && (await sizeOf(path)) !== null)
      throw new CliError(`${path} already exists; use --force to overwrite it`, EXIT_CODES.failure);
    try {
      assertPlainFile(`${path}.part`, "delete it");
      const lock = lockFile(`${path}.part`);
      try {
        const { file, stored } = await openPart(path, what, force);
        return new PartFile(path, what, { file, lock, stored });
      } catch (error) {
        lock.release();
        throw error;
      }
    } catch (error) {
      const isTold = error instanceof CliError || error instanceof LockedError;
      throw isTold ? error : failureOf(`${path}.part`, error);
    }
  }

  /** Appends a text. */
  async write(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length >= CHUNK_CHARACTERS) await this.#flush();
  }

  /** Marks the content so far as valid: a later run resumes after it. */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#flush();
    try {
      await this.#file.datasync();
      const state = { what: this.#what, bytes: this.#bytes, ...checkpoint };
      const path = `${this.path}.part.json`;
      await writeWholeFile(path, `${JSON.stringify(state)}\n`, `${path}.new`);
    } catch (error) {
      throw failureOf(`${this.path}.part.json`, error);
    }
  }

  /** Completes the download: renames it to its final name. */
  async finish(): Promise<void> {
    await this.#flush();
    try {
      await this.#file.datasync();
      await this.#file.close();
      await rename(`${this.path}.part`, this.path);
      nodeFiles.syncFolderOf(this.path);
      await removeState(this.path);
      this.#lock.release();
    } catch (error) {
      throw failureOf(this.path, error);
    }
  }

  /** Stops; a later run rewrites everything after the last checkpoint. */
  async stop(): Promise<void> {
    await this.#file.close().catch(() => {});
    this.#lock.release();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    if (!this.#lock.isHeld) throw new LockedError(`${this.path}.part`, "another process");
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#bytes + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw failureOf(`${this.path}.part`, error);
    }
    this.#bytes += bytes.length;
  }
}

/** Opens the partial download, truncated to its valid length, or an empty one. */
async function openPart(
  path: string,
  what: string,
  force: boolean,
): Promise<{ readonly file: FileHandle; readonly stored: Stored | null }> {
  const stored = await readState(path);
  const size = await sizeOf(`${path}.part`);
  if (stored && stored.what !== what && !force)
    throw new CliError(
      `${path}.part is an unfinished download of something else (${stored.what}); finish it first, or use --force to start over`,
      EXIT_CODES.failure,
    );
  if (stored === null || stored.what !== what || size === null || size < stored.bytes) {
    const file = await open(`${path}.part`, "w", 0o644);
    await removeState(path);
    return { file, stored: null };
  }
  const file = await open(`${path}.part`, "r+");
  await file.truncate(stored.bytes);
  return { file, stored };
}

async function removeState(path: string): Promise<void> {
  for (const end of ["json", "json.new"]) await rm(`${path}.part.${end}`, { force: true });
}

/** The file at a path; for a link, its target. */
function fileAt(path: string): string {
  try {
    return resolvePlainFile(path);
  } catch (error) {
    throw error instanceof UsageError ? error : failureOf(path, error);
  }
}

function failureOf(path: string, error: unknown): StorageError {
  if (error instanceof StorageError && error.path !== path) return error;
  const cause = error instanceof StorageError ? error.cause : error;
  const reason = fileReason(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  const advice = ["ENOSPC", "EDQUOT"].includes(codeOf(cause) ?? "")
    ? "free some space and run the same command again to resume"
    : fileRemedy(cause);
  return new StorageError(path, `cannot write ${path}: ${reason}; ${advice}`, { cause });
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

interface Stored {
  readonly what: string;
  readonly bytes: number;
  readonly checkpoint: Checkpoint;
}

/** The state of an earlier run; null when there is no valid one. */
async function readState(path: string): Promise<Stored | null> {
  try {
    const value: unknown = JSON.parse(await readFile(resolvePlainFile(`${path}.part.json`), "utf8"));
    if (!isRecord(value)) return null;
    const [what, nextDay, to] = [stringOf(value.what), stringOf(value.nextDay), stringOf(value.to)];
    const [bytes, messages] = [numberOf(value.bytes), numberOf(value.messages)];
    if (what === undefined || !nextDay || !to || bytes === undefined || messages === undefined) return null;
    return { what, bytes, checkpoint: { nextDay, to, messages } };
  } catch {
    return null;
  }
}
