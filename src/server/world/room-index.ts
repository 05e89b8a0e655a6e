/**
 * Indexes of a room's messages: by day, by author, by pinged user, and those with stars or pins. With them the cost of a
 * page depends on its own size, not on the room's. All lists are in ascending order of id.
 */
import { insertById, lowerBound, mergeById, removeById } from "./ascending.js";
import type { MessageRecord } from "./records.js";

const DAY_SECONDS = 86_400;

type Lists = Map<number, MessageRecord[]>;

/** Returns the UTC day of a time in unix seconds, as days since the epoch. */
export function dayOf(timeStamp: number): number {
  return Math.floor(timeStamp / DAY_SECONDS);
}

export class RoomIndex {
  readonly #byDay: Lists = new Map();
  readonly #byAuthor: Lists = new Map();
  readonly #pinging: Lists = new Map();
  readonly #marked: MessageRecord[] = [];

  constructor(messages: readonly MessageRecord[]) {
    for (const message of messages) this.add(message);
  }

  /** Adds a message, or updates it after a change. */
  add(message: MessageRecord): void {
    insertById(listIn(this.#byDay, dayOf(message.timeStamp)), message);
    insertById(listIn(this.#byAuthor, message.userId), message);
    for (const userId of message.pinged) insertById(listIn(this.#pinging, userId), message);
    if (message.stars.size + message.pins.size > 0) insertById(this.#marked, message);
    else removeById(this.#marked, message.id);
  }

  remove(message: MessageRecord): void {
    removeIn(this.#byDay, dayOf(message.timeStamp), message.id);
    removeIn(this.#byAuthor, message.userId, message.id);
    for (const userId of message.pinged) removeIn(this.#pinging, userId, message.id);
    removeById(this.#marked, message.id);
  }

  /** Removes all messages with a smaller id. */
  dropBefore(id: number): void {
    for (const lists of [this.#byDay, this.#byAuthor, this.#pinging]) {
      for (const [key, list] of lists) {
        list.splice(0, lowerBound(list, id));
        if (list.length === 0) lists.delete(key);
      }
    }
    this.#marked.splice(0, lowerBound(this.#marked, id));
  }

  /** The days that have messages, ascending. */
  get days(): readonly number[] {
    return [...this.#byDay.keys()].sort((a, b) => a - b);
  }

  onDay(day: number): readonly MessageRecord[] {
    return this.#byDay.get(day) ?? [];
  }

  byAuthor(userId: number): readonly MessageRecord[] {
    return this.#byAuthor.get(userId) ?? [];
  }

  /** The messages that ping a user, by mention or reply. */
  pinging(userId: number): readonly MessageRecord[] {
    return this.#pinging.get(userId) ?? [];
  }

  /** The messages with stars or pins, including deleted ones. */
  get marked(): readonly MessageRecord[] {
    return this.#marked;
  }

  /** The highlights for a user: messages with stars or pins, and those that ping them. */
  highlights(userId: number | null): readonly MessageRecord[] {
    return userId === null ? this.#marked : mergeById(this.#marked, this.pinging(userId));
  }
}

function listIn(lists: Lists, key: number): MessageRecord[] {
  const known = lists.get(key);
  if (known) return known;
  const list: MessageRecord[] = [];
  lists.set(key, list);
  return list;
}

function removeIn(lists: Lists, key: number, id: number): void {
  const list = lists.get(key);
  if (!list) return;
  removeById(list, id);
  if (list.length === 0) lists.delete(key);
}
