/**
 * The engine of the runtime: `node:sqlite` of Node 22.13 and later, Deno and Bun. Asked for by name, because older
 * runtimes and bundlers fail on an import of it.
 */
import {
  type EngineConnection,
  type SqliteEngine,
  type SqliteRow,
  type SqliteValue,
  StatementCache,
} from "./sqlite-engine.js";

/** How long a write waits for another program that is writing, in milliseconds. It blocks this process. */
const BUSY_MS = 1_000;

/** The part of `node:sqlite` used here; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NodeDatabase;
}

interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}

type NodeRow = Record<string, SqliteValue>;

interface NodeStatement {
  setReadBigInts(isOn: boolean): void;
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  get(...values: SqliteValue[]): NodeRow | undefined;
  all(...values: SqliteValue[]): NodeRow[];
  iterate(...values: SqliteValue[]): IterableIterator<NodeRow>;
}

/** The engine, or undefined in a runtime without it. */
export function nodeEngine(): SqliteEngine | undefined {
  const sqlite: unknown = process.getBuiltinModule?.("node:sqlite");
  if (!isNodeSqlite(sqlite)) return undefined;
  return { name: "node", hasRollback: true, open: (path) => new NodeConnection(new sqlite.DatabaseSync(path)) };
}

function isNodeSqlite(found: unknown): found is NodeSqlite {
  return typeof found === "object" && found !== null && "DatabaseSync" in found;
}

class NodeConnection implements EngineConnection {
  readonly #database: NodeDatabase;
  readonly #statements: StatementCache<NodeStatement>;

  constructor(database: NodeDatabase) {
    this.#database = database;
    // The engine frees statements itself.
    this.#statements = new StatementCache(
      (sql) => this.#prepare(sql),
      () => {},
    );
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, values: readonly SqliteValue[]): number {
    return Number(this.#statements.use(sql, (statement) => statement.run(...values.map(toBind))).changes);
  }

  get(sql: string, values: readonly SqliteValue[]): SqliteRow | undefined {
    const row = this.#statements.use(sql, (statement) => statement.get(...values.map(toBind)));
    return row && withNumbers(row);
  }

  all(sql: string, values: readonly SqliteValue[]): SqliteRow[] {
    return this.#statements.use(sql, (statement) => statement.all(...values.map(toBind))).map(withNumbers);
  }

  /** A statement of its own: a cached one could be used again before the loop ends. */
  *iterate(sql: string, values: readonly SqliteValue[]): IterableIterator<SqliteRow> {
    for (const row of this.#prepare(sql).iterate(...values.map(toBind))) yield withNumbers(row);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): NodeStatement {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }
}

/** This engine binds every number as a float. */
function toBind(value: SqliteValue): SqliteValue {
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

/** Replaces the bigints that a number holds exactly. */
function withNumbers(row: NodeRow): SqliteRow {
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (typeof value !== "bigint") continue;
    const number = Number(value);
    if (Number.isSafeInteger(number)) row[name] = number;
  }
  return row;
}
