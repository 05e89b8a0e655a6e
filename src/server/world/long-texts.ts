/**
 * How much text the long messages of a site have, and which of them go when it is too much. Short messages are bounded by
 * their number. Pure.
 */
import type { MessageRecord } from "./records.js";

/** Characters, revisions included, from which on a message is long. */
const LONG = 4_000;

export class LongTexts {
  readonly #most: number;
  /** The characters of each long message by id, in the order of their coming. */
  readonly #sizes = new Map<number, number>();
  #total = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes in a message as it is now; answers the ids of those that must go for it, oldest first. */
  add(message: MessageRecord): number[] {
    this.remove(message.id);
    const size = message.revisions.reduce((sum, { source }) => sum + (source?.length ?? 0), 0);
    if (size < LONG) return [];
    this.#sizes.set(message.id, size);
    this.#total += size;
    const going: number[] = [];
    for (const [id, length] of this.#sizes) {
      if (this.#total <= this.#most || id === message.id) break;
      going.push(id);
      this.#total -= length;
    }
    for (const id of going) this.#sizes.delete(id);
    return going;
  }

  remove(id: number): void {
    this.#total -= this.#sizes.get(id) ?? 0;
    this.#sizes.delete(id);
  }
}
