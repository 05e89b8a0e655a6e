/**
 * SQLite behind one small port, whichever engine this runtime has: `node:sqlite`, or the package `node-sqlite3-wasm`.
 * Callers see one behavior: the same values, the same errors, one process at a time.
 */
import { StorageError, UsageError } from "../errors/index.js";
import type { LockOptions } from "../storage/process-lock.js";
import { SqliteDatabase } from "./sqlite-database.js";
import type { SqliteEngine } from "./sqlite-engine.js";
import { DatabaseFile } from "./sqlite-file.js";
import { nodeEngine } from "./sqlite-node.js";
import { checkContent, type SqliteContent, updateContent } from "./sqlite-schema.js";
import { wasmEngine } from "./sqlite-wasm.js";

export type { SqliteDatabase } from "./sqlite-database.js";
export type { SqliteRow, SqliteValue } from "./sqlite-engine.js";
export type { SqliteContent } from "./sqlite-schema.js";

/** Options of {@link openSqlite}. */
export interface SqliteOptions extends Pick<LockOptions, "onLost"> {
  /** The kind of the database. */
  readonly content: SqliteContent;
  /** @default `node`, or `wasm` in a runtime without `node:sqlite` */
  readonly engine?: "node" | "wasm" | undefined;
}

/**
 * Opens a database, or creates it, and locks it for this process. A kill loses nothing that was committed; a power cut
 * may lose the last seconds.
 * @throws {LOCKED} when it is open already, in another process or in this one
 * @throws {STORAGE} when it cannot be read or written, or is damaged
 * @throws {BAD_ARGUMENT} for a file of another program or of a newer version, which is left unchanged, and when no
 * engine is installed
 */
export async function openSqlite(path: string, { content, engine, onLost }: SqliteOptions): Promise<SqliteDatabase> {
  const found = await loadEngine(path, engine);
  const file = DatabaseFile.open(path, onLost && { onLost });
  let database: SqliteDatabase | undefined;
  try {
    file.removeStaleFolders();
    database = new SqliteDatabase(file, found);
    checkContent(database, content);
    setJournal(database, found);
    updateContent(database, content);
    return database;
  } catch (error) {
    closeSafely(database ?? file);
    throw error;
  }
}

/** The error that made it fail is the one to report. */
function closeSafely(open: SqliteDatabase | DatabaseFile): void {
  try {
    open.close();
  } catch {
    // Closing releases the lock in any case.
  }
}

async function loadEngine(path: string, wanted: "node" | "wasm" | undefined): Promise<SqliteEngine> {
  const node = wanted === "wasm" ? undefined : nodeEngine();
  if (node) return node;
  if (wanted === "node") throw new UsageError(`${path} needs a runtime with node:sqlite, such as Node 22.13`);
  try {
    return await wasmEngine();
  } catch (cause) {
    throw new UsageError(
      `${path} needs SQLite: run npm install node-sqlite3-wasm, or use a runtime that has node:sqlite, such as Node 22.13`,
      { cause },
    );
  }
}

/** A commit survives a kill at once, and a power cut once the file is synced, which WAL does later. */
function setJournal(database: SqliteDatabase, { hasRollback }: SqliteEngine): void {
  const mode = (name: string): unknown => database.get(`PRAGMA journal_mode = ${name}`)?.journal_mode;
  const isWal = mode("wal") === "wal";
  if (!isWal && !hasRollback) {
    throw new StorageError(database.path, `cannot use ${database.path}: it cannot be set to WAL; use another folder`);
  }
  // Some network folders have no shared memory.
  if (!isWal) mode("truncate");
  database.exec("PRAGMA synchronous = NORMAL");
}
