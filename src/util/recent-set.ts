/** Remembers the most recent values, up to a limit: enough to detect a repeat in bounded memory. */
export class RecentSet<T> {
  readonly #limit: number;
  readonly #values = new Set<T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(value: T): boolean {
    return this.#values.has(value);
  }

  /** Adds a value; false if it was already there. */
  add(value: T): boolean {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    if (this.#values.size > this.#limit) {
      const oldest = this.#values.values().next();
      if (!oldest.done) this.#values.delete(oldest.value);
    }
    return true;
  }
}
