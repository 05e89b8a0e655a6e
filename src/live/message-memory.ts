/**
 * The last known look of a room's messages: enough to tell from a list of them which were posted, edited, deleted or
 * starred in the meantime. Bounded to the latest messages.
 */
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";

interface Seen {
  /** When it was posted, in unix seconds; 0 when unknown. A server that started over may give the same id again. */
  readonly at: number;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

/** The least number of messages of each kind (only posted, changed since) that are remembered; never twice as many. */
const limit = 500;

export class MessageMemory {
  #posts = new PlainPosts();
  /** The latest changed messages. When there are enough they become the older ones; the previous older are dropped. */
  #recent = new Map<number, Seen>();
  #older: Map<number, Seen> = new Map();
  /** The newest message known from its post; an event about an old message does not tell which messages are new. */
  #newestPost = 0;
  /** When the newest message that is known was posted, in unix seconds. */
  #newestAt = 0;
  #knowsNewest = false;

  /** Listening begins at this time of the server, in unix seconds: any message posted later is news. */
  startAt(time: number): void {
    this.#newestAt = Math.max(this.#newestAt, time);
  }

  /** Notes the latest messages as they are: any newer message is news. */
  learnList(list: readonly RawEvent[]): void {
    this.#knowsNewest = true;
    this.learn(list);
  }

  /** Notes events or list items, oldest first. */
  learn(events: readonly RawEvent[]): void {
    for (const event of events) this.learnEvent(event);
  }

  /** Notes one event or list item. */
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
    if (this.#recent.size < limit) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  /** Forgets the messages but not the time of the last post: the server may count from the beginning again. */
  startOver(list: readonly RawEvent[]): void {
    this.#posts = new PlainPosts();
    this.#recent = new Map();
    this.#older = new Map();
    this.#newestPost = 0;
    this.learnList(list);
  }

  /** The message as it was, unless its id now belongs to another message, which was posted at another time. */
  #seen(id: number, at: number): Seen | undefined {
    const postedAt = this.#posts.get(id);
    const seen =
      postedAt === undefined
        ? (this.#recent.get(id) ?? this.#older.get(id))
        : { at: postedAt, edits: 0, stars: 0, pins: 0, deleted: false };
    return seen === undefined || seen.at === at || seen.at === 0 || at === 0 ? seen : undefined;
  }

  /** Whether a message that is not known is news; otherwise it may be older than this memory. */
  #isNews(id: number, at: number): boolean {
    const isNewer = (this.#newestPost > 0 || this.#knowsNewest) && id > this.#newestPost;
    return isNewer || (this.#newestAt > 0 && at > this.#newestAt);
  }

  /** The changes that a current list of messages shows, as events without ids. Ascending by message. */
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

/** Messages that were posted and not changed since, like nearly all of them: ascending by id. */
class PlainPosts {
  readonly #ids: number[] = [];
  /** When each was posted, in unix seconds. */
  readonly #times: number[] = [];

  /** @param id - greater than every other */
  add(id: number, at: number): void {
    this.#ids.push(id);
    this.#times.push(at);
    if (this.#ids.length === 2 * limit) this.#remove(0, limit);
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

/** Whether an event with an id is about a message without edits and stars. */
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
