/**
 * Where the messages of a room are: by day, by author, those that ping somebody, those with stars or pins. With it a
 * page costs what it shows, however long the room is. The lists are ascending by id.
 */
import { addTo, firstIndex, merged, removeFrom } from "./ascending.js";
import type { MessageRecord } from "./records.js";

const daySeconds = 86_400;

type Lists = Map<number, MessageRecord[]>;

/** The day of a time in unix seconds: days since the epoch, in UTC. */
export function dayOf(timeStamp: number): number {
  return Math.floor(timeStamp / daySeconds);
}

export class RoomIndex {
  readonly #byDay: Lists = new Map();
  readonly #byAuthor: Lists = new Map();
  readonly #pinging: Lists = new Map();
  readonly #marked: MessageRecord[] = [];

  constructor(messages: readonly MessageRecord[]) {
    for (const message of messages) this.add(message);
  }

  /** Takes in a message, or what has changed about it. */
  add(message: MessageRecord): void {
    addTo(listIn(this.#byDay, dayOf(message.timeStamp)), message);
    addTo(listIn(this.#byAuthor, message.userId), message);
    for (const userId of message.pinged) addTo(listIn(this.#pinging, userId), message);
    if (message.stars.size + message.pins.size > 0) addTo(this.#marked, message);
    else removeFrom(this.#marked, message.id);
  }

  remove(message: MessageRecord): void {
    removeIn(this.#byDay, dayOf(message.timeStamp), message.id);
    removeIn(this.#byAuthor, message.userId, message.id);
    for (const userId of message.pinged) removeIn(this.#pinging, userId, message.id);
    removeFrom(this.#marked, message.id);
  }

  /** Forgets every message with a smaller id. */
  dropBefore(id: number): void {
    for (const lists of [this.#byDay, this.#byAuthor, this.#pinging]) {
      for (const [key, list] of lists) {
        list.splice(0, firstIndex(list, id));
        if (list.length === 0) lists.delete(key);
      }
    }
    this.#marked.splice(0, firstIndex(this.#marked, id));
  }

  /** The days on which something was said, ascending. */
  get days(): readonly number[] {
    return [...this.#byDay.keys()].sort((a, b) => a - b);
  }

  onDay(day: number): readonly MessageRecord[] {
    return this.#byDay.get(day) ?? [];
  }

  by(userId: number): readonly MessageRecord[] {
    return this.#byAuthor.get(userId) ?? [];
  }

  /** The messages that mention somebody or answer them. */
  pinging(userId: number): readonly MessageRecord[] {
    return this.#pinging.get(userId) ?? [];
  }

  /** The messages with stars or pins, deleted ones too. */
  get marked(): readonly MessageRecord[] {
    return this.#marked;
  }

  /** What stands out for somebody: messages with stars or pins, and those that ping them. */
  highlights(userId: number | null): readonly MessageRecord[] {
    return userId === null ? this.#marked : merged(this.#marked, this.pinging(userId));
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
  removeFrom(list, id);
  if (list.length === 0) lists.delete(key);
}
