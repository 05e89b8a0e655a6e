/** Turns errors of SQLite into errors that name the file, the cause and the fix. Both engines use SQLite's sentences. */
import { LockedError, StorageError } from "../errors/index.js";

const REASONS: readonly (readonly [sentence: RegExp, reason: string, remedy: string])[] = [
  [/database or disk is full/, "no space left on the device", "free up disk space"],
  [/disk I\/O error/, "the disk is full or failing", "free up disk space, or check the disk"],
  [/malformed|file is not a database/, "the database is damaged", "restore a backup, or delete it to start anew"],
  [/readonly database/, "permission denied", "check who owns it and its folder"],
  [/unable to open|Could not open/, "it cannot be opened", "check that its folder exists and is writable"],
];

/** The error for an operation on a database that failed: an error that is not about the file stays as it is. */
export function sqliteError(act: "read" | "write", path: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/(?:database|table) is locked/.test(message)) return new LockedError(path, "another program", { cause: error });
  const found = REASONS.find(([sentence]) => sentence.test(message));
  if (!found) return error;
  const [, reason, remedy] = found;
  return new StorageError(path, `cannot ${act} ${path}: ${reason}; ${remedy}`, { cause: error });
}
