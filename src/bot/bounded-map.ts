/** A map that forgets its oldest entries beyond a size. Setting a key makes it the newest. */
export class BoundedMap<K, V> {
  readonly #limit: number;
  readonly #values = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  /** Sets a value. Returns the key of the entry that is forgotten for it, if any. */
  set(key: K, value: V): K | undefined {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#limit) return undefined;
    const oldest = this.#values.keys().next();
    if (oldest.done) return undefined;
    this.#values.delete(oldest.value);
    return oldest.value;
  }

  delete(key: K): boolean {
    return this.#values.delete(key);
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  entries(): IterableIterator<[K, V]> {
    return this.#values.entries();
  }
}
