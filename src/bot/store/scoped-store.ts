/** Parts of a store that see only their own keys: for each plugin, room or person. */
import { checkKey, checkPrefix, scopePrefix } from "./keys.js";
import type { Json, Store } from "./store.js";

/**
 * The part of a store with a name, or with a name in a name. Parts never see each other's keys, nor those of the store
 * around them; a part of a part is again one of its own. Closing a part does nothing: close the store.
 * @throws {BAD_ARGUMENT} for an empty name, and for names of more than 1,000 characters together
 */
export function scoped(store: Store, ...names: readonly string[]): Store {
  return store instanceof ScopedStore ? store.within(names) : new ScopedStore(store, names);
}

class ScopedStore implements Store {
  readonly #store: Store;
  readonly #names: readonly string[];
  readonly #prefix: string;

  constructor(store: Store, names: readonly string[]) {
    this.#store = store;
    this.#names = names;
    this.#prefix = scopePrefix(names);
  }

  within(names: readonly string[]): Store {
    return new ScopedStore(this.#store, [...this.#names, ...names]);
  }

  async get(key: string): Promise<Json | undefined> {
    return this.#store.get(this.#full(key));
  }

  async set(key: string, value: Json): Promise<void> {
    return this.#store.set(this.#full(key), value);
  }

  async delete(key: string): Promise<boolean> {
    return this.#store.delete(this.#full(key));
  }

  async *list(prefix = ""): AsyncGenerator<readonly [key: string, value: Json]> {
    checkPrefix(prefix);
    const { length } = this.#prefix;
    for await (const [key, value] of this.#store.list(this.#prefix + prefix)) yield [key.slice(length), value];
  }

  async update(key: string, change: (value: Json | undefined) => Json | undefined): Promise<Json | undefined> {
    return this.#store.update(this.#full(key), change);
  }

  async close(): Promise<void> {}

  #full(key: string): string {
    checkKey(key);
    return this.#prefix + key;
  }
}
