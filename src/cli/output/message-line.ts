/** The content of a line about a message, and its JSON, from known values without a request. */
import type { Message } from "../../index.js";
import { htmlToText } from "../../protocol/markup/index.js";

/** A line about a message. */
export interface MessageLine {
  /** The event that the line is about; `said` for the message itself. */
  readonly what: "said" | "edited" | "deleted" | "starred" | "moved";
  readonly messageId: number;
  readonly roomId: number | null;
  /** When, in milliseconds since the epoch; null omits the time. */
  readonly time: number | null;
  readonly userId: number | null;
  readonly name: string | null;
  /** HTML; null when the message is deleted or unknown. */
  readonly html: string | null;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly stars: number;
  readonly pinned: boolean;
  /** The message it replies to; null when it is not a reply. */
  readonly parent: { readonly id: number; readonly name: string | null; readonly html: string | null } | null;
}

/** The line of a message, from the values known now. */
export function messageLine(message: Message, more: Partial<MessageLine> = {}): MessageLine {
  const { room, content, owner, timeStamp, edited, deleted, stars, pinned, parent } = message.peek;
  return {
    what: "said",
    messageId: message.id,
    roomId: room?.id ?? null,
    time: timeStamp === undefined ? null : timeStamp * 1000,
    userId: owner?.id ?? null,
    name: owner?.peek.name ?? null,
    html: content ?? null,
    edited: edited ?? false,
    deleted: deleted ?? false,
    stars: stars ?? 0,
    pinned: pinned ?? false,
    parent: parent ? parentOf(parent) : null,
    ...more,
  };
}

function parentOf(parent: Message): NonNullable<MessageLine["parent"]> {
  const { owner, content } = parent.peek;
  return { id: parent.id, name: owner?.peek.name ?? null, html: content ?? null };
}

/** The JSON of a message, with the same keys whatever is known. */
export interface MessageJson {
  readonly id: number;
  readonly roomId: number | null;
  readonly userId: number | null;
  readonly user: string | null;
  readonly time: string | null;
  readonly timeStamp: number | null;
  /** Plain text; empty when the message is deleted. */
  readonly text: string;
  /** HTML; null when the message is deleted. */
  readonly content: string | null;
  readonly parentId: number | null;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
  readonly permalink: string;
}

/** The JSON of a message, from the values known now. */
export function messageJson(message: Message): MessageJson {
  const { room, content, owner, timeStamp, edits, deleted, stars, pins, parent } = message.peek;
  return {
    id: message.id,
    roomId: room?.id ?? null,
    userId: owner?.id ?? null,
    user: owner?.peek.name ?? null,
    time: timeStamp === undefined ? null : isoSeconds(timeStamp),
    timeStamp: timeStamp ?? null,
    text: content ? htmlToText(content) : "",
    content: content ?? null,
    parentId: parent?.id ?? null,
    edits: edits ?? 0,
    stars: stars ?? 0,
    pins: pins ?? 0,
    deleted: deleted ?? false,
    permalink: message.permalink,
  };
}

/** Formats Unix seconds as ISO 8601 in UTC, such as `2024-02-29T12:00:00Z`. */
export function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
