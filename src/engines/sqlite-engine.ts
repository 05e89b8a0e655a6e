/** The interface of a SQLite engine, and the cache of prepared statements that every engine needs. */

/** A value of a column or a parameter. Integers are numbers while a number holds them exactly, and bigints beyond. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A row by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** A connection of an engine. Its errors are those of the engine. */
export interface EngineConnection {
  exec(sql: string): void;
  /** Returns the number of changed rows. */
  run(sql: string, values: readonly SqliteValue[]): number;
  get(sql: string, values: readonly SqliteValue[]): SqliteRow | undefined;
  all(sql: string, values: readonly SqliteValue[]): SqliteRow[];
  /** Reads row by row. Ending the loop early frees what it needed. */
  iterate(sql: string, values: readonly SqliteValue[]): IterableIterator<SqliteRow>;
  /** Ends open iterations, too. */
  close(): void;
}

/** A SQLite engine that this runtime has. */
export interface SqliteEngine {
  readonly name: "node" | "wasm";
  /** Whether a kill in the middle of a change is repaired without WAL, too. */
  readonly hasRollback: boolean;
  /** Opens a file that exists, without changing it. */
  open(path: string): EngineConnection;
}

const MAX_STATEMENTS = 64;

/** Prepared statements by their SQL; the least recently used ones are dropped. */
export class StatementCache<S> {
  readonly #prepare: (sql: string) => S;
  readonly #drop: (statement: S) => void;
  readonly #statements = new Map<string, S>();

  constructor(prepare: (sql: string) => S, drop: (statement: S) => void) {
    this.#prepare = prepare;
    this.#drop = drop;
  }

  /** Runs a statement. One that fails is prepared anew the next time, because its state is unknown. */
  use<T>(sql: string, run: (statement: S) => T): T {
    const statement = this.#statements.get(sql) ?? this.#prepare(sql);
    this.#statements.delete(sql);
    let result: T;
    try {
      result = run(statement);
    } catch (error) {
      this.#drop(statement);
      throw error;
    }
    this.#statements.set(sql, statement);
    if (this.#statements.size > MAX_STATEMENTS) this.#dropOldest();
    return result;
  }

  clear(): void {
    for (const statement of this.#statements.values()) this.#drop(statement);
    this.#statements.clear();
  }

  #dropOldest(): void {
    const [oldest] = this.#statements;
    if (!oldest) return;
    this.#statements.delete(oldest[0]);
    this.#drop(oldest[1]);
  }
}
