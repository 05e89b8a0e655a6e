/**
 * What was shown of the latest messages: so that what the past told is not told again by an event that overlaps with it,
 * and so that a star or a deletion can say of what. Bounded.
 */
import type { MessageLine } from "../output/message-line.js";

/** A message as it was shown last. */
export interface Shown {
  readonly line: MessageLine;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

const limit = 2_000;

export class TailMemory {
  readonly #shown = new Map<number, Shown>();

  /** The message as it was shown last. */
  get(messageId: number): Shown | undefined {
    return this.#shown.get(messageId);
  }

  /** Forgets everything: the server has started over, and its ids mean other messages. */
  clear(): void {
    this.#shown.clear();
  }

  /** Takes note of what is shown. */
  note(messageId: number, shown: Shown): void {
    this.#shown.delete(messageId);
    this.#shown.set(messageId, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > limit && oldest !== undefined) this.#shown.delete(oldest);
  }
}
