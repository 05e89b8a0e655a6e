/** A store in memory: for tests, and for bots that may forget everything when they stop. */
import { ChatError, StorageError } from "../../errors/index.js";
import { checkCount, checkOptions } from "../../util/options.js";
import { decodeJson, encodeJson } from "./json.js";
import { checkKey, checkPrefix } from "./keys.js";
import type { Json, Store } from "./store.js";

const DEFAULT_MAX_CHARS = 64_000_000;
/** The memory that an entry needs beside its text, in characters. */
const ENTRY_CHARS = 100;

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * The most that the store holds, in characters of keys and JSON, and 100 for each entry. More is rejected with
   * `STORAGE`, as on a full disk. @default 64,000,000
   */
  readonly maxChars?: number;
}

/**
 * Creates a store in memory.
 * @throws {BAD_ARGUMENT} for invalid options
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  checkOptions("memoryStore()", options, ["maxChars"]);
  const { maxChars = DEFAULT_MAX_CHARS } = options;
  checkCount("maxChars", maxChars, 1);
  return new MemoryStore(maxChars);
}

interface Entry {
  readonly value: Json;
  readonly chars: number;
}

class MemoryStore implements Store {
  readonly #maxChars: number;
  readonly #entries = new Map<string, Entry>();
  #chars = 0;
  #isClosed = false;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  async get(key: string): Promise<Json | undefined> {
    this.#check(key);
    return this.#entries.get(key)?.value;
  }

  async set(key: string, value: Json): Promise<void> {
    this.#check(key);
    this.#put(key, value);
  }

  async delete(key: string): Promise<boolean> {
    this.#check(key);
    return this.#remove(key);
  }

  async *list(prefix = ""): AsyncGenerator<readonly [key: string, value: Json]> {
    this.#assertOpen();
    checkPrefix(prefix);
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      this.#assertOpen();
      const entry = this.#entries.get(key);
      if (entry) yield [key, entry.value];
    }
  }

  async update(key: string, change: (value: Json | undefined) => Json | undefined): Promise<Json | undefined> {
    this.#check(key);
    const next = change(this.#entries.get(key)?.value);
    if (next !== undefined) return this.#put(key, next);
    this.#remove(key);
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#entries.clear();
  }

  #check(key: string): void {
    this.#assertOpen();
    checkKey(key);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new ChatError("CLOSED", "the store is closed");
  }

  #put(key: string, value: Json): Json {
    const text = encodeJson(key, value);
    const chars = key.length + text.length + ENTRY_CHARS;
    const total = this.#chars + chars - (this.#entries.get(key)?.chars ?? 0);
    if (total > this.#maxChars) {
      throw new StorageError("memory", `the store in memory is full (${this.#maxChars} characters); use a file`);
    }
    const entry = { value: decodeJson(text), chars };
    this.#entries.set(key, entry);
    this.#chars = total;
    return entry.value;
  }

  #remove(key: string): boolean {
    this.#chars -= this.#entries.get(key)?.chars ?? 0;
    return this.#entries.delete(key);
  }
}
