/**
 * Counts how often a person replies to the answer to their own message, in a row. Two bots that answer each other do so
 * without end, however slowly the server lets them talk. Knows nothing of what is said.
 */
import { BoundedMap } from "./bounded-map.js";

/** A message and the one that it replies to, by ids of its site. */
export interface Placed {
  readonly host: string;
  readonly id: number;
  readonly parentId: number | null;
}

/** A longer pause ends a rally, in milliseconds: people think, or do something else. */
const PAUSE_MS = 60_000;
const MAX_MESSAGES = 10_000;
const MAX_PEOPLE = 10_000;

export class Rallies {
  /** The person of a message: its author, or the one whom an answer of the bot is for. */
  readonly #whose = new BoundedMap<string, string>(MAX_MESSAGES);
  readonly #people = new BoundedMap<string, { readonly count: number; readonly at: number }>(MAX_PEOPLE);

  /** Notes a person's message. Returns the number of their replies in a row. */
  said(message: Placed, who: string, at: number): number {
    const { count = 0, at: before = 0 } = this.#people.get(who) ?? {};
    const current = at - before > PAUSE_MS ? 0 : count;
    const isReply = this.#parentOf(message) === who;
    this.#whose.set(keyOf(message.host, message.id), who);
    if (!isReply) return current;
    this.#people.set(who, { count: current + 1, at });
    return current + 1;
  }

  /** Notes a message of the bot. */
  answered(message: Placed): void {
    const who = this.#parentOf(message);
    if (who !== undefined) this.#whose.set(keyOf(message.host, message.id), who);
  }

  /** Begins to count a person's replies anew. */
  forget(who: string): void {
    this.#people.delete(who);
  }

  #parentOf({ host, parentId }: Placed): string | undefined {
    return parentId === null ? undefined : this.#whose.get(keyOf(host, parentId));
  }
}

function keyOf(host: string, id: number): string {
  return `${host}/${id}`;
}
