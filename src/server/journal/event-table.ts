/**
 * The codec of events, which are stored as their wire JSON. The content of a message event is already in the journal as
 * that of a revision, so the event stores the number of the revision instead.
 */
import type { RawEvent } from "../../protocol/raw.js";
import { isRecord } from "../../protocol/values.js";
import { chatJson } from "../chat-json.js";
import type { Audience, LoggedEvent } from "../world/event-log.js";
import { inWireOrder } from "../world/events.js";
import type { MessageRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import {
  amount,
  type Codec,
  decodeRecord,
  type Fields,
  flag,
  id,
  nullable,
  oneOf,
  text,
  withDefault,
} from "./fields.js";

/** The fields of an event on the wire. All but the first three are optional. */
const wireFields: { readonly [K in keyof RawEvent]-?: Codec<unknown> } = {
  event_type: id,
  time_stamp: amount,
  id,
  content: { ...text, decode: (given) => (typeof given === "string" ? given : amount.decode(given)) },
  user_id: id,
  target_user_id: id,
  user_name: text,
  room_id: id,
  room_name: text,
  message_id: id,
  parent_id: id,
  message_stars: amount,
  message_owner_stars: amount,
  message_edits: amount,
  message_starred: flag,
  message_owner_starred: flag,
  message_flagged: flag,
  message_flags: amount,
  show_parent: flag,
  moved: flag,
  parent_username: text,
  parent_text: nullable(text),
  user_email_hash: text,
};

const wireCodecs: ReadonlyMap<string, Codec<unknown>> = new Map(Object.entries(wireFields));

/** An event on the wire; its content is a number if it is that of a revision. */
interface StoredRaw {
  readonly event_type: number;
  readonly id: number;
  readonly room_id?: number;
  readonly message_id?: number;
  readonly content?: string | number;
}

const rawEvent: Codec<StoredRaw> = {
  description: "an event",
  encode: (value) => value,
  decode: (given) => (isRaw(given) ? given : undefined),
};

/** The extra keys in one user's version of an event: their id, name and marks. */
interface StoredOwn {
  readonly user_id: number;
}

const ownVersion: Codec<StoredOwn> = {
  description: "the extra keys of the actor's version of an event",
  encode: (value) => value,
  decode: (given) => (isOwn(given) ? given : undefined),
};

interface StoredEvent {
  readonly raw: StoredRaw;
  readonly own: StoredOwn | null;
  readonly onlyFor: number | null;
  readonly audience: Audience;
  /** Older journals repeat these fields of `raw`. */
  readonly id: number | null;
  readonly type: number | null;
  readonly roomId: number | null;
  readonly messageId: number | null;
}

const eventFields: Fields<StoredEvent> = {
  raw: rawEvent,
  own: withDefault(nullable(ownVersion), null),
  onlyFor: withDefault(nullable(id), null),
  audience: withDefault(oneOf("everyone", "flag-viewers", "moderators"), "everyone"),
  id: withDefault(nullable(id), null),
  type: withDefault(nullable(id), null),
  roomId: withDefault(nullable(id), null),
  messageId: withDefault(nullable(id), null),
};

/** Returns the number of the revision with this content, if the journal has it already. */
export type RevisionOf = (messageId: number | null, content: string) => number | undefined;

export function encodeEvent(event: LoggedEvent, revisionOf: RevisionOf): object {
  const { json, messageId, onlyFor, audience, own } = event;
  const wire: unknown = JSON.parse(json);
  const content = isRecord(wire) ? wire.content : undefined;
  const at = typeof content === "string" ? revisionOf(messageId, content) : undefined;
  return {
    raw: isRecord(wire) && at !== undefined ? { ...wire, content: at } : wire,
    ...(own && { own: addedKeys(wire, JSON.parse(own.json)) }),
    ...(onlyFor !== null && { onlyFor }),
    ...(audience !== "everyone" && { audience }),
  };
}

/** @throws a {@link BadField} */
export function decodeEvent(world: World, row: unknown, where: string): LoggedEvent {
  const { raw, own, onlyFor, audience } = decodeRecord(eventFields, row, where);
  const { id, event_type: type, room_id: roomId = 0, message_id: messageId = null, content } = raw;
  const said = typeof content === "number" ? contentOf(world.messages.get(messageId ?? 0), content) : content;
  const wire = said === undefined ? raw : { ...raw, content: said };
  const mine = own && { own: { userId: own.user_id, json: chatJson(inWireOrder({ ...wire, ...own })) } };
  return { id, type, roomId, messageId, onlyFor, audience, json: chatJson(wire), ...mine };
}

/** The keys of one version of an event that the other lacks. */
function addedKeys(wire: unknown, version: object): object {
  return Object.fromEntries(Object.entries(version).filter(([name]) => !isRecord(wire) || !Object.hasOwn(wire, name)));
}

/** The number of the latest revision with text, if its content is this. */
export function latestRevision(message: MessageRecord | undefined, content: string): number | undefined {
  const at = message?.revisions.findLastIndex((revision) => revision.content !== null) ?? -1;
  return at >= 0 && message?.revisions[at]?.content === content ? at : undefined;
}

/** The content of a revision; "" if its message was evicted. */
function contentOf(message: MessageRecord | undefined, at: number): string {
  return message?.revisions[at]?.content ?? "";
}

/** Whether all fields are valid fields of an event. */
function isKnown(given: Record<string, unknown>): boolean {
  return Object.entries(given).every(([name, value]) => {
    const kind = wireCodecs.get(name);
    return kind !== undefined && kind.decode(value) !== undefined;
  });
}

function isOwn(given: unknown): given is StoredOwn {
  return isRecord(given) && isKnown(given) && Object.hasOwn(given, "user_id");
}

function isRaw(given: unknown): given is StoredRaw {
  if (!isRecord(given)) return false;
  return isKnown(given) && ["event_type", "time_stamp", "id"].every((name) => Object.hasOwn(given, name));
}
