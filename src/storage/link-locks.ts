/**
 * Locks of files by what they are, not by their name: hard links in other folders have lock files of their own. They lie
 * in the folder for temporary files, so they hold among the processes of one user that share it; the lock beside
 * the file holds among all.
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Found, type Holder, remove, take, touch } from "./lock-file.js";
import type { ProcessFacts } from "./process-facts.js";

/** A file that is open, so that no other gets its number, and its lock. */
interface Link {
  readonly fd: number;
  readonly lock: string;
}

export class LinkLocks {
  readonly holder: Holder;
  readonly #path: string;
  readonly #facts: ProcessFacts;
  #links: Link[] = [];

  constructor(path: string, holder: Holder, facts: ProcessFacts) {
    this.#path = path;
    this.holder = holder;
    this.#facts = facts;
  }

  /**
   * Takes the lock of the file that is at the path now, and releases those of files that have no name any more. Never
   * throws. Returns the lock of another holder, if there is one.
   */
  follow(): Found | undefined {
    const { other, link } = this.#taken();
    const kept = this.#links.filter(hasName);
    for (const each of this.#links) if (!kept.includes(each)) this.#drop(each);
    this.#links = link ? [...kept, link] : kept;
    return other;
  }

  /** A heartbeat. Never throws. */
  touch(now: number): void {
    for (const { lock } of this.#links) {
      try {
        touch(lock, now);
      } catch {
        // The lock beside the file is the one that counts.
      }
    }
  }

  release(): void {
    for (const link of this.#links) this.#drop(link);
    this.#links = [];
  }

  /** The lock of the file at the path: nothing for none, or one that has it already, or where locks cannot be. */
  #taken(): { readonly other?: Found | undefined; readonly link?: Link } {
    let fd: number | undefined;
    try {
      const folder = lockFolder();
      fd = fs.openSync(this.#path, "r");
      const { dev, ino } = fs.fstatSync(fd, { bigint: true });
      const lock = join(folder, `${dev}-${ino}`);
      const other = this.#links.some((link) => link.lock === lock) ? null : take(lock, this.holder, this.#facts);
      if (other === undefined) return { link: { fd, lock } };
      fs.closeSync(fd);
      return { other: other ?? undefined };
    } catch {
      if (fd !== undefined) fs.closeSync(fd);
      return {};
    }
  }

  #drop({ fd, lock }: Link): void {
    remove(lock, this.holder);
    fs.closeSync(fd);
  }
}

function hasName({ fd }: Link): boolean {
  return fs.fstatSync(fd).nlink > 0;
}

/** A folder that only this user can write to. @throws when there can be none */
function lockFolder(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `chatexchange-locks-${uid}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = fs.lstatSync(folder);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid)) throw new Error("somebody else's");
  return folder;
}
