/**
 * The engine for runtimes without `node:sqlite`: the package `node-sqlite3-wasm`. Its lock is a folder `FILE.lock`, which
 * outlives a kill. It takes this folder of its own for a sign of another writer, and so never rolls back the journal of
 * a change that was interrupted: a kill would leave half of it. Only WAL is safe, which it can do while it has the file
 * to itself.
 */
import fs from "node:fs";
import type { Database, Statement } from "node-sqlite3-wasm";
import {
  type EngineConnection,
  type SqliteEngine,
  type SqliteRow,
  type SqliteValue,
  StatementCache,
} from "./sqlite-engine.js";
import { clearJournal } from "./sqlite-journal.js";

/**
 * Loads the engine.
 * @throws the error of the import when the package is not installed
 */
export async function wasmEngine(): Promise<SqliteEngine> {
  const { default: sqlite } = await import("node-sqlite3-wasm");
  return {
    name: "wasm",
    hasRollback: false,
    open(path) {
      clearJournal(path);
      const fence = putFence(path);
      try {
        return new WasmConnection(new sqlite.Database(path, { fileMustExist: true }), fence);
      } catch (error) {
        removeFence(fence);
        throw error;
      }
    },
  };
}

class WasmConnection implements EngineConnection {
  readonly #database: Database;
  readonly #fence: string;
  readonly #statements: StatementCache<Statement>;
  /** Statements of open iterations. A connection closes completely only without statements. */
  readonly #iterating = new Set<Statement>();

  constructor(database: Database, fence: string) {
    this.#database = database;
    this.#fence = fence;
    this.#statements = new StatementCache((sql) => database.prepare(sql), finalize);
    // Before the first read: then WAL needs no shared memory.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, values: readonly SqliteValue[]): number {
    return this.#statements.use(sql, (statement) => statement.run([...values])).changes;
  }

  get(sql: string, values: readonly SqliteValue[]): SqliteRow | undefined {
    // To the end: there is no way to reset a statement in the middle, which would keep the tables locked.
    return this.all(sql, values)[0];
  }

  all(sql: string, values: readonly SqliteValue[]): SqliteRow[] {
    return this.#statements.use(sql, (statement) => statement.all([...values])) as SqliteRow[];
  }

  *iterate(sql: string, values: readonly SqliteValue[]): IterableIterator<SqliteRow> {
    const statement = this.#database.prepare(sql);
    this.#iterating.add(statement);
    try {
      for (const row of statement.iterate([...values])) yield row as SqliteRow;
    } finally {
      this.#iterating.delete(statement);
      finalize(statement);
    }
  }

  close(): void {
    this.#statements.clear();
    for (const statement of this.#iterating) finalize(statement);
    this.#database.close();
    removeFence(this.#fence);
  }
}

/**
 * Keeps other programs from changing the file. They do not see that this engine has it open, and would clean up its WAL
 * file even after a mere look. They need shared memory for that, in a file whose name this folder takes.
 */
function putFence(path: string): string {
  const fence = `${path}-shm`;
  fs.rmSync(fence, { force: true });
  fs.mkdirSync(fence, { mode: 0o700 });
  return fence;
}

function removeFence(fence: string): void {
  try {
    fs.rmdirSync(fence);
  } catch {
    // The next opening removes it.
  }
}

/** Frees a statement. This repeats the error of a statement that failed, which is known already. */
function finalize(statement: Statement): void {
  try {
    if (!statement.isFinalized) statement.finalize();
  } catch {
    // It is freed nevertheless.
  }
}
