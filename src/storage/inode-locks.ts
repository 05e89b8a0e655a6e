/**
 * Locks files by inode rather than by name, because hard links in other directories have lock files of their own. These
 * locks live in the temporary directory, so they work among processes of one user that share it. The lock beside the
 * file works among all processes.
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock, type FoundLock, type LockHolder, removeLock, touchLock } from "./lock-file.js";
import type { ProcessFacts } from "./process-facts.js";

/** An open file and its lock. Holding it open keeps its inode number from being reused. */
interface InodeLock {
  readonly fd: number;
  readonly lock: string;
}

export class InodeLocks {
  readonly holder: LockHolder;
  readonly #path: string;
  readonly #facts: ProcessFacts;
  #links: InodeLock[] = [];

  constructor(path: string, holder: LockHolder, facts: ProcessFacts) {
    this.#path = path;
    this.holder = holder;
    this.#facts = facts;
  }

  /**
   * Locks the file that is at the path now, and releases locks of files that are no longer linked. Never throws.
   * Returns the
   * lock of another holder, if there is one.
   */
  relock(): FoundLock | undefined {
    const { other, link } = this.#taken();
    const kept = this.#links.filter(isLinked);
    for (const each of this.#links) if (!kept.includes(each)) this.#drop(each);
    this.#links = link ? [...kept, link] : kept;
    return other;
  }

  /** Sends a heartbeat. Never throws. */
  touch(now: number): void {
    for (const { lock } of this.#links) {
      try {
        touchLock(lock, now);
      } catch {
        // Only the lock beside the file is authoritative.
      }
    }
  }

  release(): void {
    for (const link of this.#links) this.#drop(link);
    this.#links = [];
  }

  /**
   * Locks the file at the path. Does nothing if there is no file, it is already locked here, or locks cannot be
   * created.
   */
  #taken(): { readonly other?: FoundLock | undefined; readonly link?: InodeLock } {
    let fd: number | undefined;
    try {
      const folder = lockFolder();
      fd = fs.openSync(this.#path, "r");
      const { dev, ino } = fs.fstatSync(fd, { bigint: true });
      const lock = join(folder, `${dev}-${ino}`);
      const other = this.#links.some((link) => link.lock === lock) ? null : acquireLock(lock, this.holder, this.#facts);
      if (other === undefined) return { link: { fd, lock } };
      fs.closeSync(fd);
      return { other: other ?? undefined };
    } catch {
      if (fd !== undefined) fs.closeSync(fd);
      return {};
    }
  }

  #drop({ fd, lock }: InodeLock): void {
    removeLock(lock, this.holder);
    fs.closeSync(fd);
  }
}

function isLinked({ fd }: InodeLock): boolean {
  return fs.fstatSync(fd).nlink > 0;
}

/** A directory that only this user can write to. @throws if it cannot be created */
function lockFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `chatexchange-locks-${uid}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = fs.lstatSync(folder);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid))
    throw new Error("the lock folder belongs to another user");
  return folder;
}
