/** Messages and events as scripts see them: the ground truth to compare with what a client received. */
import type { RawEvent } from "../../protocol/raw.js";
import type { LoggedEvent } from "../world/event-log.js";
import type { MessageRecord, Revision } from "../world/records.js";

/** A snapshot of a message on the server, as the script API returns it. */
export interface ServerMessage {
  /** The message id. Ids ascend with time across the whole site. */
  readonly id: number;
  /** The id of the room it is in now. */
  readonly roomId: number;
  /** The id of its author. */
  readonly userId: number;
  /** The Markdown source as typed, including the `:id ` prefix of a reply. */
  readonly source: string;
  /** The HTML that clients get; null if deleted. */
  readonly content: string | null;
  /** When it was posted, in unix seconds. Edits do not change it. */
  readonly timeStamp: number;
  /** The id of the message it replies to, explicitly or as guessed from an `@name`; null if it is not a reply. */
  readonly parentId: number | null;
  /** The number of edits. */
  readonly edits: number;
  /** The number of stars. */
  readonly stars: number;
  /** The number of pins. */
  readonly pins: number;
  /** Whether it was deleted. */
  readonly deleted: boolean;
  /** Whether it was moved here from another room. */
  readonly moved: boolean;
  /** The original text, each edit, and the deletion; oldest first. */
  readonly revisions: readonly Revision[];
  /** The ids of the users it pinged, by a reply or an `@name`. */
  readonly pinged: readonly number[];
}

/** A message id, or any object with one, such as the message that `says` returned. */
export type MessageId = number | { readonly id: number };

/** Makes the snapshot of a message record. */
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

/** One event of a site's log, as the script API returns it. */
export interface ServerEvent {
  /** The event id. Ids ascend across the whole site. */
  readonly id: number;
  /** The event type on the wire, such as 1 for a posted message. */
  readonly type: number;
  /** The id of its room; 0 if it belongs to none. */
  readonly roomId: number;
  /** The id of its message; null for an event without one, such as a user entering. */
  readonly messageId: number | null;
  /** The id of the one user who gets it, as with mentions; null if everyone in the room does. */
  readonly onlyFor: number | null;
  /** The event object as sent on the wire. */
  readonly raw: RawEvent;
}

/** Wraps a logged event for scripts. */
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
