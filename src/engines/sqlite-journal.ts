/** The rollback journal that a program leaves when it is killed in the middle of a change without WAL. */
import fs from "node:fs";
import { StorageError } from "../errors/index.js";

/** The first bytes of a journal that is in use. */
const MAGIC = "d9d505f920a163d7";
/** The offset of the number of pages that the database had before the change. */
const PAGES_AT = 16;

/**
 * Undoes the change that was interrupted, if it was the first one of a new database: then the file was empty.
 * @throws {STORAGE} for any other change, which needs an engine that can roll it back
 */
export function clearJournal(path: string): void {
  const journal = `${path}-journal`;
  const head = headOf(journal);
  if (head?.toString("hex", 0, MAGIC.length / 2) !== MAGIC) return;
  if (head.readUInt32BE(PAGES_AT) > 0) {
    throw new StorageError(
      path,
      `cannot read ${path}: another program was interrupted while it changed it, and node-sqlite3-wasm cannot undo that; open it once with sqlite3, or with Node 22.13`,
    );
  }
  fs.truncateSync(path);
  fs.rmSync(journal);
}

/** The first bytes of a file; undefined if there are fewer. */
function headOf(path: string): Buffer | undefined {
  if (!fs.existsSync(path)) return undefined;
  const fd = fs.openSync(path, "r");
  try {
    const head = Buffer.alloc(PAGES_AT + 4);
    return fs.readSync(fd, head, 0, head.length, 0) === head.length ? head : undefined;
  } finally {
    fs.closeSync(fd);
  }
}
