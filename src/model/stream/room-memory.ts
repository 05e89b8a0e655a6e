/**
 * What a room's messages looked like when they last went by: enough to tell, from a list of them, what was posted,
 * edited, deleted or starred in the meantime. Bounded to the latest messages.
 */
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { numberOf } from "../../protocol/values.js";

interface Seen {
  edits: number;
  stars: number;
  pins: number;
  deleted: boolean;
}

/** How many messages are remembered. */
const limit = 500;

export class RoomMemory {
  readonly #messages = new Map<number, Seen>();
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
    for (const event of events) {
      const id = numberOf(event.message_id);
      if (id === undefined) continue;
      const before = this.#messages.get(id);
      this.#messages.delete(id);
      this.#messages.set(id, seenIn(event, before));
      if (event.event_type === EventType.MessagePosted) this.#newestPost = Math.max(this.#newestPost, id);
    }
    for (const id of this.#messages.keys()) {
      if (this.#messages.size <= limit) break;
      this.#messages.delete(id);
    }
  }

  /** What a list of messages as they are now says has happened, as events without ids. Ascending by message. */
  changes(list: readonly RawEvent[]): RawEvent[] {
    return list.flatMap((item) => {
      const id = numberOf(item.message_id);
      if (id === undefined) return [];
      const before = this.#messages.get(id);
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
  const counts = event.event_type === EventType.MessageStarred || event.id === undefined;
  return {
    edits: Math.max(numberOf(event.message_edits) ?? 0, before?.edits ?? 0),
    stars: counts ? (numberOf(event.message_stars) ?? 0) : (numberOf(event.message_stars) ?? before?.stars ?? 0),
    pins: counts
      ? (numberOf(event.message_owner_stars) ?? 0)
      : (numberOf(event.message_owner_stars) ?? before?.pins ?? 0),
    deleted: event.event_type === EventType.MessageDeleted || (event.id === undefined && event.content === undefined),
  };
}
