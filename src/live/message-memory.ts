/**
 * Remembers the last known state of a room's messages, to tell from a list which were posted, edited, deleted or
 * starred meanwhile. Bounded to the latest messages.
 */
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";

interface Seen {
  /** When it was posted, in Unix seconds; 0 when unknown. A server that restarted its counter may reuse the id. */
  readonly at: number;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

/** The minimum number of messages remembered of each kind (unchanged, changed); never twice as many. */
const MIN_REMEMBERED = 500;

export class MessageMemory {
  #posts = new PlainPosts();
  /** The latest changed messages. When full they become the older generation, and the previous one is dropped. */
  #recent = new Map<number, Seen>();
  #older: Map<number, Seen> = new Map();
  /** The newest message known from its post; events about old messages do not say which ids are new. */
  #newestPost = 0;
  /** When the newest known message was posted, in Unix seconds. */
  #newestAt = 0;
  #knowsNewest = false;

  /** Sets the server time at which listening starts, in Unix seconds: messages posted later are new. */
  startAt(time: number): void {
    this.#newestAt = Math.max(this.#newestAt, time);
  }

  /** Learns the current list of latest messages: any message after them is new. */
  learnList(list: readonly RawEvent[]): void {
    this.#knowsNewest = true;
    this.learn(list);
  }

  /** Learns from events or list items, oldest first. */
  learn(events: readonly RawEvent[]): void {
    for (const event of events) this.learnEvent(event);
  }

  /** Learns from one event or list item. */
  learnEvent(event: RawEvent): void {
    const id = numberOf(event.message_id);
    if (id === undefined) return;
    const isNew = event.event_type === EventType.MessagePosted && id > this.#newestPost;
    if (isNew) this.#newestPost = id;
    const at = numberOf(event.time_stamp) ?? 0;
    if (at > this.#newestAt) this.#newestAt = at;
    if (isNew && isPlain(event)) {
      this.#posts.add(id, at);
      return;
    }
    const before = isNew ? undefined : this.#seen(id, at);
    this.#posts.delete(id);
    this.#recent.set(id, seenIn(event, before));
    if (this.#recent.size < MIN_REMEMBERED) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  /** Forgets the messages but not the time of the last post: the server may have restarted its counter. */
  startOver(list: readonly RawEvent[]): void {
    this.#posts = new PlainPosts();
    this.#recent = new Map();
    this.#older = new Map();
    this.#newestPost = 0;
    this.learnList(list);
  }

  /** The last known state of a message, unless its id now belongs to another message, posted at another time. */
  #seen(id: number, at: number): Seen | undefined {
    const postedAt = this.#posts.get(id);
    const seen =
      postedAt === undefined
        ? (this.#recent.get(id) ?? this.#older.get(id))
        : { at: postedAt, edits: 0, stars: 0, pins: 0, deleted: false };
    return seen === undefined || seen.at === at || seen.at === 0 || at === 0 ? seen : undefined;
  }

  /** Whether an unknown message is new; otherwise it may be older than this memory. */
  #isNews(id: number, at: number): boolean {
    const isNewer = (this.#newestPost > 0 || this.#knowsNewest) && id > this.#newestPost;
    return isNewer || (this.#newestAt > 0 && at > this.#newestAt);
  }

  /** The changes between the memory and a current list, as events without ids, ascending by message. */
  changes(list: readonly RawEvent[]): RawEvent[] {
    return list.flatMap((item) => {
      const id = numberOf(item.message_id);
      if (id === undefined) return [];
      const at = numberOf(item.time_stamp) ?? 0;
      const before = this.#seen(id, at);
      const isDeleted = item.content === undefined;
      if (!before) {
        return isDeleted || !this.#isNews(id, at) ? [] : [{ ...item, event_type: EventType.MessagePosted }];
      }
      return changesOf(item, before, isDeleted);
    });
  }
}

/** Messages that have not changed since they were posted, which are nearly all: sorted by id. */
class PlainPosts {
  readonly #ids: number[] = [];
  /** When each was posted, in Unix seconds. */
  readonly #times: number[] = [];

  /** @param id - greater than all ids so far */
  add(id: number, at: number): void {
    this.#ids.push(id);
    this.#times.push(at);
    if (this.#ids.length === 2 * MIN_REMEMBERED) this.#remove(0, MIN_REMEMBERED);
  }

  get(id: number): number | undefined {
    const place = this.#placeOf(id);
    return place === undefined ? undefined : this.#times[place];
  }

  delete(id: number): void {
    const place = this.#placeOf(id);
    if (place !== undefined) this.#remove(place, 1);
  }

  #placeOf(id: number): number | undefined {
    let from = 0;
    let to = this.#ids.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#ids[middle] ?? 0) < id) from = middle + 1;
      else to = middle;
    }
    return this.#ids[from] === id ? from : undefined;
  }

  #remove(from: number, count: number): void {
    this.#ids.splice(from, count);
    this.#times.splice(from, count);
  }
}

function changesOf(item: RawEvent, before: Seen, isDeleted: boolean): RawEvent[] {
  if (isDeleted) return before.deleted ? [] : [{ ...item, event_type: EventType.MessageDeleted }];
  const changes: RawEvent[] = [];
  if ((numberOf(item.message_edits) ?? 0) > before.edits)
    changes.push({ ...item, event_type: EventType.MessageEdited });
  const isStarred =
    (numberOf(item.message_stars) ?? 0) !== before.stars || (numberOf(item.message_owner_stars) ?? 0) !== before.pins;
  if (isStarred) {
    const { user_id: _, user_name: __, ...rest } = item;
    changes.push({ ...rest, event_type: EventType.MessageStarred });
  }
  return changes;
}

/** Whether it is an event (not a list item) about a message without edits and stars. */
function isPlain({ id, message_edits, message_stars, message_owner_stars }: RawEvent): boolean {
  return (
    id !== undefined && message_edits === undefined && message_stars === undefined && message_owner_stars === undefined
  );
}

function seenIn(event: RawEvent, before: Seen | undefined): Seen {
  const { message_edits, message_stars, message_owner_stars, event_type: type } = event;
  const isList = event.id === undefined;
  const isDeleted = type === EventType.MessageDeleted || (isList && event.content === undefined);
  const counts = type === EventType.MessageStarred || isList;
  return {
    at: numberOf(event.time_stamp) ?? before?.at ?? 0,
    edits: Math.max(numberOf(message_edits) ?? 0, before?.edits ?? 0),
    stars: numberOf(message_stars) ?? (counts ? 0 : (before?.stars ?? 0)),
    pins: numberOf(message_owner_stars) ?? (counts ? 0 : (before?.pins ?? 0)),
    deleted: isDeleted,
  };
}
