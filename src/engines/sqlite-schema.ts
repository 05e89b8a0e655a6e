/** Marks a database with its kind, and creates the tables of each version. */
import { UsageError } from "../errors/index.js";
import type { SqliteDatabase } from "./sqlite-database.js";

/** A kind of database. */
export interface SqliteContent {
  /** With its article, such as `a bot's store`. */
  readonly name: string;
  /** The `application_id`, which is in the file: a number of 31 bits other than 0. */
  readonly id: number;
  /** The statements that lead from each version to the next one. Never change one that was released; add another. */
  readonly versions: readonly string[];
}

/**
 * Checks that a database is empty or of this kind. Changes nothing.
 * @throws {BAD_ARGUMENT} for the database of another program, or of a newer version {STORAGE} for a damaged one
 */
export function checkContent(database: SqliteDatabase, { name, id, versions }: SqliteContent): void {
  const { path } = database;
  const found = pragma(database, "application_id");
  const isEmpty = found === 0 && database.get("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined;
  if (isEmpty) return;
  if (found !== id) throw new UsageError(`${path} is a database of another program, not ${name}; use another path`);
  if (pragma(database, "user_version") <= versions.length) return;
  throw new UsageError(`${path} was written by a newer version of this package; update it, or use another path`);
}

/** Brings a checked database to the newest version. */
export function updateContent(database: SqliteDatabase, { id, versions }: SqliteContent): void {
  const version = pragma(database, "user_version");
  if (version === versions.length) return;
  database.transaction(() => {
    for (const sql of versions.slice(version)) database.exec(sql);
    database.exec(`PRAGMA application_id = ${id}; PRAGMA user_version = ${versions.length}`);
  });
}

function pragma(database: SqliteDatabase, name: "application_id" | "user_version"): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name] ?? 0);
}
