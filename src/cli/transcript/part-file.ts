/**
 * A file that grows for a long time and appears only when it is whole. `FILE.part` holds what is there, `FILE.part.json`
 * up to where it can be trusted and where to go on; a run that was interrupted is taken up from there. `FILE.part.lock` keeps
 * a second run away while one is under way.
 */
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { LockedError, StorageError, UsageError } from "../../errors/index.js";
import { isRecord, numberOf, stringOf } from "../../protocol/values.js";
import { writeWholeFile } from "../../storage/atomic-file.js";
import { codeOf, fileReason, fileRemedy } from "../../storage/failures.js";
import { nodeFiles } from "../../storage/file-port.js";
import { checkKind, plainFile } from "../../storage/plain-file.js";
import { lockFile, type ProcessLock } from "../../storage/process-lock.js";
import { CliError, exitCodes } from "../exit-codes.js";

/** How far a download is. */
export interface Checkpoint {
  /** The first day that is not there yet. */
  readonly nextDay: string;
  /** The last day that was asked for, so that a later run ends where this one would have. */
  readonly to: string;
  /** How many messages are there. */
  readonly messages: number;
}

/** How much is written at once, in characters. */
const chunk = 65_536;

export class PartFile {
  readonly path: string;
  /** Where an earlier run stopped; null at the beginning. */
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
   * Begins a file, or takes up one that was begun.
   * @param what - says what goes into it, so that nothing else is ever mixed in
   * @throws {CliError} when the file is there already, or a part of it is of something else
   * @throws {LOCKED} when another process writes it {STORAGE} when it cannot be read or written
   */
  static async open(given: string, what: string, { force }: { readonly force: boolean }): Promise<PartFile> {
    const path = fileAt(given);
    if (!force && (await sizeOf(path)) !== null)
      throw new CliError(`${path} is there already; give --force to replace it, or another name`, exitCodes.failure);
    try {
      checkKind(`${path}.part`, "delete it");
      const lock = lockFile(`${path}.part`);
      try {
        const { file, stored } = await takeUp(path, what, force);
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

  /** Adds a text. */
  async write(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length >= chunk) await this.#flush();
  }

  /** What is there now can be trusted: a later run goes on behind it. */
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

  /** The file is whole: it appears under its name. */
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

  /** Stops here; what was not trusted yet is written again by a later run. */
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

/** Opens the part that is there, cut where it can be trusted, or an empty one. */
async function takeUp(
  path: string,
  what: string,
  force: boolean,
): Promise<{ readonly file: FileHandle; readonly stored: Stored | null }> {
  const stored = await readState(path);
  const size = await sizeOf(`${path}.part`);
  if (stored && stored.what !== what && !force)
    throw new CliError(
      `${path}.part is an unfinished download of something else (${stored.what}); finish that first, or give --force to begin anew`,
      exitCodes.failure,
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

/** The plain file at a path, the target of a link. */
function fileAt(path: string): string {
  try {
    return plainFile(path);
  } catch (error) {
    throw error instanceof UsageError ? error : failureOf(path, error);
  }
}

function failureOf(path: string, error: unknown): StorageError {
  if (error instanceof StorageError && error.path !== path) return error;
  const cause = error instanceof StorageError ? error.cause : error;
  const reason = fileReason(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  const advice = ["ENOSPC", "EDQUOT"].includes(codeOf(cause) ?? "")
    ? "make room and run the same command again: it goes on where it stopped"
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

/** The state of an earlier run; null when there is none that makes sense. */
async function readState(path: string): Promise<Stored | null> {
  try {
    const value: unknown = JSON.parse(await readFile(plainFile(`${path}.part.json`), "utf8"));
    if (!isRecord(value)) return null;
    const [what, nextDay, to] = [stringOf(value.what), stringOf(value.nextDay), stringOf(value.to)];
    const [bytes, messages] = [numberOf(value.bytes), numberOf(value.messages)];
    if (what === undefined || !nextDay || !to || bytes === undefined || messages === undefined) return null;
    return { what, bytes, checkpoint: { nextDay, to, messages } };
  } catch {
    return null;
  }
}
