/** A store whose values expire, for what a bot needs for a while: recent talk, caches, who was greeted today. */
import type { Clock } from "../../util/clock.js";
import { checkClock, checkCount, checkOptions } from "../../util/options.js";
import { decodeJson, encodeJson } from "./json.js";
import type { Json, Store } from "./store.js";

const DEFAULT_MAX_ENTRIES = 10_000;

/** Options of {@link expiring}. */
export interface ExpiringOptions {
  /** How long a value lives after it was stored, in milliseconds. */
  readonly ttlMs: number;
  /** The clock that says when it has expired. */
  readonly clock: Clock;
  /** How many values are kept. Beyond it, those that would expire first are deleted. @default 10,000 */
  readonly maxEntries?: number;
}

/**
 * Wraps a store, or a part of one, so that values expire. It must contain nothing else, so give it a scope of its own:
 * `expiring(scoped(store, "greeted"), { ttlMs: 86_400_000, clock })`. Expired values are deleted with later writes.
 * @throws {BAD_ARGUMENT} for invalid options
 */
export function expiring(store: Store, options: ExpiringOptions): Store {
  checkOptions("expiring()", options, ["ttlMs", "clock", "maxEntries"]);
  const { ttlMs, clock, maxEntries = DEFAULT_MAX_ENTRIES } = options;
  checkCount("ttlMs", ttlMs, 1);
  checkClock("clock", clock);
  checkCount("maxEntries", maxEntries, 1);
  return new ExpiringStore(store, { ttlMs, clock, maxEntries });
}

/** A value as it is stored, with the time from which it counts as gone. */
interface Dated {
  readonly [key: string]: Json;
  readonly until: number;
  readonly value: Json;
}

class ExpiringStore implements Store {
  readonly #store: Store;
  readonly #options: Required<ExpiringOptions>;
  /** When each value expires, the first one first. */
  readonly #ends = new Map<string, number>();
  #loading: Promise<void> | undefined;
  #isLoaded = false;

  constructor(store: Store, options: Required<ExpiringOptions>) {
    this.#store = store;
    this.#options = options;
  }

  async get(key: string): Promise<Json | undefined> {
    if (!this.#isLoaded) await this.#load();
    return this.#living(await this.#store.get(key))?.value;
  }

  async set(key: string, value: Json): Promise<void> {
    const copy = decodeJson(encodeJson(key, value));
    await this.update(key, () => copy);
  }

  async delete(key: string): Promise<boolean> {
    if (!this.#isLoaded) await this.#load();
    let wasThere = false;
    await this.#store.update(key, (found) => {
      wasThere = this.#living(found) !== undefined;
      return undefined;
    });
    this.#ends.delete(key);
    return wasThere;
  }

  async *list(prefix = ""): AsyncGenerator<readonly [key: string, value: Json]> {
    if (!this.#isLoaded) await this.#load();
    for await (const [key, found] of this.#store.list(prefix)) {
      const dated = this.#living(found);
      if (dated) yield [key, dated.value];
    }
  }

  async update(key: string, change: (value: Json | undefined) => Json | undefined): Promise<Json | undefined> {
    if (!this.#isLoaded) await this.#load();
    const until = this.#options.clock.now() + this.#options.ttlMs;
    const stored = await this.#store.update(key, (found) => {
      const value = change(this.#living(found)?.value);
      if (value === undefined) return undefined;
      // Here, so that an error names the place in the caller's value.
      encodeJson(key, value);
      return { until, value };
    });
    this.#ends.delete(key);
    if (stored !== undefined) this.#ends.set(key, until);
    await this.#evict();
    return this.#dated(stored)?.value;
  }

  async close(): Promise<void> {
    // Calls that wait for the loading come first.
    await this.#loading?.catch(() => {});
    await this.#store.close();
  }

  /** Reads what the last process left, once. Later calls do not wait for it, which would change their order. */
  #load(): Promise<void> {
    this.#loading ??= this.#readEnds().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #readEnds(): Promise<void> {
    const ends: [key: string, until: number][] = [];
    for await (const [key, found] of this.#store.list()) ends.push([key, this.#dated(found)?.until ?? 0]);
    for (const [key, until] of ends.sort(([, a], [, b]) => a - b)) this.#ends.set(key, until);
    this.#isLoaded = true;
  }

  /** Deletes what has expired, and what is too much. */
  async #evict(): Promise<void> {
    const { clock, maxEntries } = this.#options;
    const attempts: Promise<void>[] = [];
    for (const [key, until] of this.#ends) {
      if (until > clock.now() && this.#ends.size <= maxEntries) break;
      this.#ends.delete(key);
      attempts.push(this.#forget(key, until));
    }
    await Promise.all(attempts);
  }

  /** Deletes a value unless it was stored anew. If that fails, a later write tries again. */
  async #forget(key: string, until: number): Promise<void> {
    try {
      await this.#store.update(key, (found) => ((this.#dated(found)?.until ?? 0) > until ? found : undefined));
    } catch {
      this.#ends.set(key, until);
    }
  }

  /** A stored value that has not expired. */
  #living(found: Json | undefined): Dated | undefined {
    const dated = this.#dated(found);
    return dated && dated.until > this.#options.clock.now() ? dated : undefined;
  }

  #dated(found: Json | undefined): Dated | undefined {
    return isDated(found) ? found : undefined;
  }
}

function isDated(found: Json | undefined): found is Dated {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return false;
  return "until" in found && typeof found.until === "number" && "value" in found;
}
