/**
 * Remembers the latest printed messages, so that events which overlap with the past are not printed twice, and a star
 * or deletion can quote its message. Bounded.
 */
import type { MessageLine } from "../output/message-line.js";

/** A message as it was last printed. */
export interface Shown {
  readonly line: MessageLine;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

const MAX_REMEMBERED = 2_000;

export class TailMemory {
  readonly #shown = new Map<number, Shown>();

  /** The message as it was last printed. */
  get(messageId: number): Shown | undefined {
    return this.#shown.get(messageId);
  }

  /** Forgets everything, because the server restarted its counter and reuses ids. */
  clear(): void {
    this.#shown.clear();
  }

  /** Notes what is printed. */
  note(messageId: number, shown: Shown): void {
    this.#shown.delete(messageId);
    this.#shown.set(messageId, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MAX_REMEMBERED && oldest !== undefined) this.#shown.delete(oldest);
  }
}
