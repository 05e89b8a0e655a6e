/** Messages and events as scripts see them: the ground truth that what a client heard is compared with. */
import type { RawEvent } from "../../protocol/raw.js";
import type { LoggedEvent } from "../world/event-log.js";
import type { MessageRecord, Revision } from "../world/records.js";

/** What a script gets to know about a message, as it was at that moment. */
export interface ServerMessage {
  /** The message id; ids ascend with time over the whole site. */
  readonly id: number;
  /** The room it is in now. */
  readonly roomId: number;
  /** Its author. */
  readonly userId: number;
  /** Markdown as typed, with the `:id ` of a reply that was made by prefix. */
  readonly source: string;
  /** HTML as clients get it; null when deleted. */
  readonly content: string | null;
  /** When it was posted, in unix seconds; edits don't change it. */
  readonly timeStamp: number;
  /** The message it replies to, or that the server takes it to answer because of an `@name`; null for none. */
  readonly parentId: number | null;
  /** How often it was edited. */
  readonly edits: number;
  /** How many people star it. */
  readonly stars: number;
  /** How many owners pin it. */
  readonly pins: number;
  /** Whether it was taken back. */
  readonly deleted: boolean;
  /** Whether it came from another room. */
  readonly moved: boolean;
  /** What it said at first, after each edit, and its deletion; oldest first. */
  readonly revisions: readonly Revision[];
  /** The ids of the people whom it pinged, by a reply or an `@name`. */
  readonly pinged: readonly number[];
}

/** A message as it is named: by its id, or by anything that has one, as what `says` returns. */
export type MessageId = number | { readonly id: number };

/** A message record as scripts see it. */
export function serverMessage(message: MessageRecord): ServerMessage {
  const { id, roomId, userId, source, timeStamp, parentId, edits, deleted, moved } = message;
  return {
    id,
    roomId,
    userId,
    source,
    content: deleted ? null : message.content,
    timeStamp,
    parentId,
    edits,
    stars: message.stars.size,
    pins: message.pins.size,
    deleted,
    moved,
    revisions: [...message.revisions],
    pinged: [...message.pinged],
  };
}

/** One event of a site's log, as a script gets to know it: what to compare with what a client heard. */
export interface ServerEvent {
  /** Its number, increasing over the whole site. */
  readonly id: number;
  /** The server's number for its type. */
  readonly type: number;
  /** The room it happened in; 0 for none. */
  readonly roomId: number;
  /** The message it is about; null for an event about no message, such as an arrival. */
  readonly messageId: number | null;
  /** The id of the one person who gets it, as with mentions; null when everybody in the room does. */
  readonly onlyFor: number | null;
  /** The event as the wire has it. */
  readonly raw: RawEvent;
}

/** An event of the log as scripts see it. */
export function serverEvent({ id, type, roomId, messageId, onlyFor, json }: LoggedEvent): ServerEvent {
  return {
    id,
    type,
    roomId,
    messageId,
    onlyFor,
    get raw() {
      return JSON.parse(json) as RawEvent;
    },
  };
}
