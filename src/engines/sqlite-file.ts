/** The file of a database before SQLite opens it: that it is one, that it is ours alone, and that only we can read it. */
import fs from "node:fs";
import { LockedError, StorageError, UsageError } from "../errors/index.js";
import { storageError } from "../storage/failures.js";
import { hasOtherHardLinks, resolvePlainFile } from "../storage/plain-file.js";
import { type LockOptions, lockFile, type ProcessLock } from "../storage/process-lock.js";
import { codeOf } from "../util/error-code.js";

/** The first bytes of every SQLite database that has content. */
const MAGIC = "SQLite format 3\0";
/** Not `.lock`, which is the name of the WASM engine's folder. */
const LOCK_SUFFIX = "-lock";

export class DatabaseFile {
  /** As the caller named it. */
  readonly path: string;
  /** Without symbolic links, so that SQLite's own files are beside the target. */
  readonly realPath: string;
  readonly #lock: ProcessLock;

  private constructor(path: string, realPath: string, lock: ProcessLock) {
    this.path = path;
    this.realPath = realPath;
    this.#lock = lock;
  }

  /**
   * Locks a file, and creates it if it does not exist.
   * @throws {LOCKED} {STORAGE} {BAD_ARGUMENT} when it is not a SQLite database
   */
  static open(path: string, options: Pick<LockOptions, "onLost"> = {}): DatabaseFile {
    const lock = lockFile(path, { ...options, suffix: LOCK_SUFFIX });
    try {
      const realPath = resolvePlainFile(path);
      if (createFile(realPath)) lock.relock();
      fs.accessSync(realPath, fs.constants.R_OK | fs.constants.W_OK);
      checkLinks(path, realPath);
      checkMagic(path, realPath);
      return new DatabaseFile(path, realPath, lock);
    } catch (error) {
      lock.release();
      const isKnown = error instanceof StorageError || error instanceof UsageError;
      throw isKnown ? error : storageError("use", path, error);
    }
  }

  /** @throws {LOCKED} when another process has taken over the file, such as after a long stall of this one */
  assertHeld(): void {
    if (!this.#lock.isHeld) throw new LockedError(this.path, "another process");
  }

  /** Removes the folders of the WASM engine that a killed process left: its file is locked by this process now. */
  removeStaleFolders(): void {
    for (const suffix of [".lock", "-shm"]) {
      try {
        fs.rmdirSync(this.realPath + suffix);
      } catch (error) {
        // Of other engines, `-shm` is a file.
        if (!["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? ""))
          throw storageError("delete", this.path + suffix, error);
      }
    }
  }

  /** Releases the lock. Idempotent; never throws. */
  close(): void {
    this.#lock.release();
  }
}

/** Creates an empty file that only its owner can read. Returns whether there was none. */
function createFile(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, "wx", 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** A database is changed in place, and a crash is repaired from files beside it, which other names do not have. */
function checkLinks(path: string, realPath: string): void {
  if (!hasOtherHardLinks(realPath)) return;
  throw new StorageError(
    path,
    `cannot use ${path}: it has a second name (a hard link); replace it by a copy of its own`,
  );
}

function checkMagic(path: string, realPath: string): void {
  const fd = fs.openSync(realPath, "r");
  try {
    const head = Buffer.alloc(MAGIC.length);
    const length = fs.readSync(fd, head, 0, head.length, 0);
    if (length === 0 || head.toString("latin1", 0, length) === MAGIC) return;
    throw new UsageError(`${path} is not a SQLite database; use another path`);
  } finally {
    fs.closeSync(fd);
  }
}
