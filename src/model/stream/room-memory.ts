/**
 * What a room's messages looked like when they last went by: enough to tell, from a list of them, what was posted,
 * edited, deleted or starred in the meantime. Bounded to the latest messages.
 */
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { numberOf } from "../../protocol/values.js";

interface Seen {
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

/** How many messages are remembered at least; never twice as many. */
const limit = 500;

/** What most messages are when they go by, and stay. */
const plain: Seen = { edits: 0, stars: 0, pins: 0, deleted: false };

export class RoomMemory {
  /** The latest messages. When they are many enough they become the older ones, and those are forgotten. */
  #recent = new Map<number, Seen>();
  #older: ReadonlyMap<number, Seen> = new Map();
  /** The newest message that is known from its post; an event about an old message says nothing of what is new. */
  #newestPost = 0;
  #knowsNewest = false;

  /** Takes note of the latest messages as they are: whatever is newer than these is news. */
  learnList(list: readonly RawEvent[]): void {
    this.#knowsNewest = true;
    this.learn(list);
  }

  /** Takes note of events or list items, oldest first. */
  learn(events: readonly RawEvent[]): void {
    for (const event of events) this.learnEvent(event);
  }

  /** Takes note of one event or list item. */
  learnEvent(event: RawEvent): void {
    const id = numberOf(event.message_id);
    if (id === undefined) return;
    const isNew = event.event_type === EventType.MessagePosted && id > this.#newestPost;
    if (isNew) this.#newestPost = id;
    this.#recent.set(id, seenIn(event, isNew ? undefined : this.#seen(id)));
    if (this.#recent.size < limit) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  #seen(id: number): Seen | undefined {
    return this.#recent.get(id) ?? this.#older.get(id);
  }

  /** What a list of messages as they are now says has happened, as events without ids. Ascending by message. */
  changes(list: readonly RawEvent[]): RawEvent[] {
    return list.flatMap((item) => {
      const id = numberOf(item.message_id);
      if (id === undefined) return [];
      const before = this.#seen(id);
      const isDeleted = item.content === undefined;
      if (!before) {
        if ((this.#newestPost === 0 && !this.#knowsNewest) || id <= this.#newestPost) return []; // older than our memory, for all we know
        return isDeleted ? [] : [{ ...item, event_type: EventType.MessagePosted }];
      }
      return changesOf(item, before, isDeleted);
    });
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

function seenIn(event: RawEvent, before: Seen | undefined): Seen {
  const { message_edits, message_stars, message_owner_stars, event_type: type } = event;
  const isList = event.id === undefined;
  const isDeleted = type === EventType.MessageDeleted || (isList && event.content === undefined);
  const isMarked = message_edits !== undefined || message_stars !== undefined || message_owner_stars !== undefined;
  if (!before && !isMarked && !isDeleted) return plain;
  const counts = type === EventType.MessageStarred || isList;
  return {
    edits: Math.max(numberOf(message_edits) ?? 0, before?.edits ?? 0),
    stars: numberOf(message_stars) ?? (counts ? 0 : (before?.stars ?? 0)),
    pins: numberOf(message_owner_stars) ?? (counts ? 0 : (before?.pins ?? 0)),
    deleted: isDeleted,
  };
}
