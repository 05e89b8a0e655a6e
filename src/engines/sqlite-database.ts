/** A database of either engine: checks the parameters, explains the errors, and nests transactions. */
import { ChatError, StorageError, UsageError } from "../errors/index.js";
import { hasMethods } from "../util/options.js";
import type { EngineConnection, SqliteEngine, SqliteRow, SqliteValue } from "./sqlite-engine.js";
import { sqliteError } from "./sqlite-failures.js";
import type { DatabaseFile } from "./sqlite-file.js";

export class SqliteDatabase {
  /** The path as the caller gave it. */
  readonly path: string;
  /** The engine that opened it. */
  readonly engine: "node" | "wasm";
  readonly #file: DatabaseFile;
  #connection: EngineConnection | undefined;
  /** How many transactions are open, one in the other. */
  #depth = 0;
  /** A failure after which SQLite has undone the whole transaction: nothing else in it may succeed. */
  #failure: StorageError | undefined;

  /**
   * Opens a file, without changing it.
   * @throws {STORAGE} when it cannot be opened
   */
  constructor(file: DatabaseFile, engine: SqliteEngine) {
    this.path = file.path;
    this.engine = engine.name;
    this.#file = file;
    try {
      this.#connection = engine.open(file.realPath);
    } catch (error) {
      throw sqliteError("read", this.path, error);
    }
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    this.#attempt("write", (connection) => connection.exec(sql));
  }

  /**
   * Runs one statement and returns the number of changed rows.
   * @throws {BAD_ARGUMENT} for a text with a NUL character and for NaN, which SQLite cannot hold
   */
  run(sql: string, values: readonly SqliteValue[] = []): number {
    return this.#attempt("write", (connection) => connection.run(sql, checked(values)));
  }

  /** The first row; undefined without rows. Some engines read the others, too: end a query of many with `LIMIT 1`. */
  get(sql: string, values: readonly SqliteValue[] = []): SqliteRow | undefined {
    return this.#attempt("read", (connection) => connection.get(sql, checked(values)));
  }

  /** All rows. */
  all(sql: string, values: readonly SqliteValue[] = []): SqliteRow[] {
    return this.#attempt("read", (connection) => connection.all(sql, checked(values)));
  }

  /** The rows one by one. They need not fit into memory. */
  *iterate(sql: string, values: readonly SqliteValue[] = []): IterableIterator<SqliteRow> {
    const rows = this.#attempt("read", (connection) => connection.iterate(sql, checked(values)));
    try {
      for (;;) {
        const next = this.#attempt("read", () => rows.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Closing has ended it already.
      if (this.#connection) rows.return?.();
    }
  }

  /**
   * Runs the work in a transaction, or in a part of the open one that is undone alone. The work must not be
   * asynchronous. Its error undoes what it changed, and is thrown.
   */
  transaction<T>(work: () => T): T {
    const depth = this.#depth;
    this.exec(depth === 0 ? "BEGIN IMMEDIATE" : `SAVEPOINT level_${depth}`);
    this.#depth += 1;
    try {
      const result = work();
      if (hasMethods(result, ["then"])) throw new UsageError("the work of a transaction must not be asynchronous");
      this.exec(depth === 0 ? "COMMIT" : `RELEASE level_${depth}`);
      return result;
    } catch (error) {
      this.#undo(depth);
      throw error;
    } finally {
      this.#depth = depth;
      if (depth === 0) this.#failure = undefined;
    }
  }

  /** Closes the file and releases its lock. Idempotent. */
  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    try {
      connection?.close();
    } catch (error) {
      throw sqliteError("write", this.path, error);
    } finally {
      this.#file.close();
    }
  }

  #attempt<T>(act: "read" | "write", work: (connection: EngineConnection) => T): T {
    if (!this.#connection) throw new ChatError("CLOSED", `${this.path} is closed`);
    if (this.#failure) throw this.#failure;
    if (act === "write") this.#file.assertHeld();
    try {
      return work(this.#connection);
    } catch (error) {
      const explained = sqliteError(act, this.path, error);
      if (this.#depth > 0 && explained instanceof StorageError) this.#failure = explained;
      throw explained;
    }
  }

  /** SQLite may have undone the transaction itself, which makes this an error of no interest. */
  #undo(depth: number): void {
    try {
      const name = `level_${depth}`;
      this.#connection?.exec(depth === 0 ? "ROLLBACK" : `ROLLBACK TO ${name}; RELEASE ${name}`);
    } catch {
      // Nothing is left to undo.
    }
  }
}

function checked(values: readonly SqliteValue[]): readonly SqliteValue[] {
  for (const value of values) {
    if (typeof value === "string" && value.includes("\0"))
      throw new UsageError("a text in a database cannot contain a NUL character; store bytes");
    if (Number.isNaN(value)) throw new UsageError("NaN cannot be stored in a database");
  }
  return values;
}
