/**
 * Bounds the total text of a site's long messages and picks the ones to evict. Short messages are bounded by number. Pure.
 */
import type { MessageRecord } from "./records.js";

/** A message counts as long from this many characters on, revisions included. */
const LONG_MESSAGE_CHARACTERS = 4_000;

export class LongTexts {
  readonly #most: number;
  /** The characters of each long message by id, in insertion order. */
  readonly #sizes = new Map<number, number>();
  #total = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Records the current size of a message. Returns the ids of messages to evict, oldest first. */
  add(message: MessageRecord): number[] {
    this.remove(message.id);
    const size = message.revisions.reduce((sum, { source }) => sum + (source?.length ?? 0), 0);
    if (size < LONG_MESSAGE_CHARACTERS) return [];
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
