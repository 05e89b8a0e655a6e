/** A store in a SQLite file, which one process at a time may use. */
import { openSqlite, type SqliteContent, type SqliteDatabase } from "../../engines/sqlite.js";
import { StorageError } from "../../errors/index.js";
import { checkChoice, checkOptions } from "../../util/options.js";
import { decodeJson, encodeJson } from "./json.js";
import { afterKey, bytesToKey, checkKey, checkPrefix, describeKey, endOfPrefix, keyToBytes } from "./keys.js";
import type { Json, Store } from "./store.js";
import { WriteQueue } from "./write-queue.js";

/** The keys are bytes that sort as the keys do; `SELECT CAST(key AS TEXT), value FROM entry` shows them. */
const CONTENT: SqliteContent = {
  name: "the store of a bot",
  id: 0x43_45_62_73, // "CEbs"
  versions: ["CREATE TABLE entry (key BLOB NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"],
};

const READ = "SELECT value FROM entry WHERE key = ?";
const WRITE = "INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const DELETE = "DELETE FROM entry WHERE key = ?";
const LIST = "SELECT key, value FROM entry WHERE key >= ? AND key < ? ORDER BY key";
/** A page of a list ends after this many entries or characters. */
const PAGE_ENTRIES = 200;
const PAGE_CHARS = 1_000_000;

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
  /**
   * The engine: `node:sqlite`, or the package `node-sqlite3-wasm`. Either reads the files of the other.
   * @default `node` if the runtime has it, else `wasm`
   */
  readonly engine?: "node" | "wasm";
}

/**
 * Opens a store in a SQLite file, and creates it if there is none. It is this process's alone until it is closed.
 * @throws {LOCKED} when another process has it open {STORAGE} when it cannot be read or written, or is damaged
 * @throws {BAD_ARGUMENT} for the file of another program, and when the runtime has no SQLite and the package is missing
 */
export async function openStore(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  checkOptions("openStore()", options, ["engine"]);
  const { engine } = options;
  if (engine !== undefined) checkChoice("engine", engine, ["node", "wasm"]);
  return new SqliteStore(await openSqlite(path, { content: CONTENT, engine }));
}

interface Page {
  readonly rows: readonly (readonly [key: string, value: Json])[];
  /** The start of the next page; undefined after the last one. */
  readonly next: Uint8Array | undefined;
}

/** @internal */
export class SqliteStore implements Store {
  readonly #database: SqliteDatabase;
  readonly #queue: WriteQueue;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#queue = new WriteQueue(database);
  }

  async get(key: string): Promise<Json | undefined> {
    checkKey(key);
    return this.#queue.read(() => this.#valueOf(key, this.#textAt(keyToBytes(key))));
  }

  async set(key: string, value: Json): Promise<void> {
    checkKey(key);
    const text = encodeJson(key, value);
    await this.#queue.write(() => this.#database.run(WRITE, [keyToBytes(key), text]));
  }

  async delete(key: string): Promise<boolean> {
    checkKey(key);
    return this.#queue.write(() => this.#database.run(DELETE, [keyToBytes(key)]) > 0);
  }

  async *list(prefix = ""): AsyncGenerator<readonly [key: string, value: Json]> {
    checkPrefix(prefix);
    const start = keyToBytes(prefix);
    const end = endOfPrefix(start);
    // Page by page, so that no read is open while the loop waits.
    for (let from: Uint8Array | undefined = start; from; ) {
      const page: Page = await this.#queue.read(() => this.#page(from ?? start, end));
      yield* page.rows;
      from = page.next;
    }
  }

  async update(key: string, change: (value: Json | undefined) => Json | undefined): Promise<Json | undefined> {
    checkKey(key);
    return this.#queue.write(() => {
      const bytes = keyToBytes(key);
      const text = this.#textAt(bytes);
      const next = change(this.#valueOf(key, text));
      const nextText = next === undefined ? undefined : encodeJson(key, next);
      if (nextText === text) return this.#valueOf(key, text);
      if (nextText === undefined) this.#database.run(DELETE, [bytes]);
      else this.#database.run(WRITE, [bytes, nextText]);
      return this.#valueOf(key, nextText);
    });
  }

  async close(): Promise<void> {
    this.#queue.flush();
    this.#database.close();
  }

  #textAt(bytes: Uint8Array): string | undefined {
    const text = this.#database.get(READ, [bytes])?.value;
    return typeof text === "string" ? text : undefined;
  }

  #valueOf(key: string, text: string | undefined): Json | undefined {
    if (text === undefined) return undefined;
    try {
      return decodeJson(text);
    } catch (cause) {
      const { path } = this.#database;
      const what = `the value for the key ${describeKey(key)} in ${path}`;
      throw new StorageError(path, `cannot read ${what}: it is not JSON; delete or replace it`, { cause });
    }
  }

  #page(from: Uint8Array, end: Uint8Array): Page {
    const rows: (readonly [key: string, value: Json])[] = [];
    let chars = 0;
    // Some engines cannot tell an empty list of bytes from nothing.
    for (const row of this.#database.iterate(LIST, [from.length === 0 ? Uint8Array.of(0) : from, end])) {
      const { key: bytes, value: text } = row;
      if (!(bytes instanceof Uint8Array) || typeof text !== "string") continue;
      const key = bytesToKey(bytes);
      rows.push([key, this.#valueOf(key, text) ?? null]);
      chars += text.length;
      if (rows.length >= PAGE_ENTRIES || chars >= PAGE_CHARS) return { rows, next: afterKey(bytes) };
    }
    return { rows, next: undefined };
  }
}
