/** Keeps one instance per key while somebody holds it: this is what makes identity stable in a client. */

/** A map that holds its values weakly. */
export class WeakCache<K, V extends object> {
  readonly #refs = new Map<K, WeakRef<V>>();
  readonly #registry = new FinalizationRegistry<K>((key) => {
    if (this.#refs.get(key)?.deref() === undefined) this.#refs.delete(key);
  });

  /** The value, if it is still alive. */
  peek(key: K): V | undefined {
    return this.#refs.get(key)?.deref();
  }

  /** The value, if it is still alive, or a new one. */
  get(key: K, create: (key: K) => V): V {
    const known = this.peek(key);
    if (known) return known;
    const value = create(key);
    this.#refs.set(key, new WeakRef(value));
    this.#registry.register(value, key);
    return value;
  }

  /** How many keys are held, including those whose values were just collected. */
  get size(): number {
    return this.#refs.size;
  }
}
