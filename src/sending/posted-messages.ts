/**
 * The messages that this process has posted: a message in doubt is looked for among our others that are newer than those
 * known when it was queued.
 */
import { RecentSet } from "../util/recent-set.js";
import type { StoredAction } from "./store.js";

/** The most ids that are remembered: many more than are posted while a message is in doubt. */
const MAX_KNOWN = 10_000;

export class PostedMessages {
  readonly #newest = new Map<number, number>();
  readonly #known = new RecentSet<number>(MAX_KNOWN);
  readonly #since = new WeakMap<StoredAction, number>();

  /** Notes a message of ours. */
  note(roomId: number, id: number): void {
    this.#known.add(id);
    this.noteNewest(roomId, id);
  }

  /** Notes the newest message of ours in a room, of this process or an earlier one. */
  noteNewest(roomId: number, id: number): void {
    this.#newest.set(roomId, Math.max(id, this.#newest.get(roomId) ?? 0));
  }

  /** The newest message that was known when an action was first asked about; its own message is newer. */
  since(action: StoredAction): number {
    const known = this.#since.get(action);
    if (known !== undefined) return known;
    const newest = this.#newest.get(action.roomId) ?? 0;
    this.#since.set(action, newest);
    return newest;
  }

  /** Whether a message belongs to an action that is done. */
  isKnown(id: number): boolean {
    return this.#known.has(id);
  }
}
