/**
 * The table of events: their own JSON, from which the rest follows. The content of a message's event stands in the
 * journal already, as that of a revision, and the event has its number.
 */
import type { RawEvent } from "../../protocol/raw.js";
import { isRecord } from "../../protocol/values.js";
import { chatJson } from "../chat-json.js";
import type { Audience, LoggedEvent } from "../world/event-log.js";
import { inWireOrder } from "../world/events.js";
import type { MessageRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { amount, type Fields, flag, id, type Kind, loaded, nullable, oneOf, or, text } from "./fields.js";

/** The fields of an event on the wire; all but the first three may be missing. */
const wireFields: { readonly [K in keyof RawEvent]-?: Kind<unknown> } = {
  event_type: id,
  time_stamp: amount,
  id,
  content: { ...text, load: (given) => (typeof given === "string" ? given : amount.load(given)) },
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

const wireKinds: ReadonlyMap<string, Kind<unknown>> = new Map(Object.entries(wireFields));

/** An event on the wire, with a number in place of its content where that is of a revision. */
interface StoredRaw {
  readonly event_type: number;
  readonly id: number;
  readonly room_id?: number;
  readonly message_id?: number;
  readonly content?: string | number;
}

const raw: Kind<StoredRaw> = {
  name: "an event",
  store: (value) => value,
  load: (given) => (isRaw(given) ? given : undefined),
};

/** The extra keys of one person's version of an event: their own id, name and marks. */
interface StoredOwn {
  readonly user_id: number;
}

const own: Kind<StoredOwn> = {
  name: "what the actor's version of an event has besides",
  store: (value) => value,
  load: (given) => (isOwn(given) ? given : undefined),
};

interface StoredEvent {
  readonly raw: StoredRaw;
  readonly own: StoredOwn | null;
  readonly onlyFor: number | null;
  readonly audience: Audience;
  /** Older journals repeat what stands in `raw`. */
  readonly id: number | null;
  readonly type: number | null;
  readonly roomId: number | null;
  readonly messageId: number | null;
}

const eventFields: Fields<StoredEvent> = {
  raw,
  own: or(nullable(own), null),
  onlyFor: or(nullable(id), null),
  audience: or(oneOf("everyone", "flag-viewers", "moderators"), "everyone"),
  id: or(nullable(id), null),
  type: or(nullable(id), null),
  roomId: or(nullable(id), null),
  messageId: or(nullable(id), null),
};

/** The number of the revision whose content is this, where the journal has it by then; undefined for another. */
export type RevisionOf = (messageId: number | null, content: string) => number | undefined;

export function storedEvent(event: LoggedEvent, revisionOf: RevisionOf): object {
  const { json, messageId, onlyFor, audience, own } = event;
  const wire: unknown = JSON.parse(json);
  const content = isRecord(wire) ? wire.content : undefined;
  const at = typeof content === "string" ? revisionOf(messageId, content) : undefined;
  return {
    raw: isRecord(wire) && at !== undefined ? { ...wire, content: at } : wire,
    ...(own && { own: addedTo(wire, JSON.parse(own.json)) }),
    ...(onlyFor !== null && { onlyFor }),
    ...(audience !== "everyone" && { audience }),
  };
}

/** @throws a {@link BadField} */
export function loadedEvent(world: World, row: unknown, where: string): LoggedEvent {
  const { raw, own, onlyFor, audience } = loaded(eventFields, row, where);
  const { id, event_type: type, room_id: roomId = 0, message_id: messageId = null, content } = raw;
  const said = typeof content === "number" ? contentOf(world.messages.get(messageId ?? 0), content) : content;
  const wire = said === undefined ? raw : { ...raw, content: said };
  const mine = own && { own: { userId: own.user_id, json: chatJson(inWireOrder({ ...wire, ...own })) } };
  return { id, type, roomId, messageId, onlyFor, audience, json: chatJson(wire), ...mine };
}

/** The keys of one version of an event that the other lacks. */
function addedTo(wire: unknown, version: object): object {
  return Object.fromEntries(Object.entries(version).filter(([name]) => !isRecord(wire) || !Object.hasOwn(wire, name)));
}

/** The latest revision with a text, if it has this content. */
export function latestRevision(message: MessageRecord | undefined, content: string): number | undefined {
  const at = message?.revisions.findLastIndex((revision) => revision.content !== null) ?? -1;
  return at >= 0 && message?.revisions[at]?.content === content ? at : undefined;
}

/** A message that a full room has let go took its revisions with it. */
function contentOf(message: MessageRecord | undefined, at: number): string {
  return message?.revisions[at]?.content ?? "";
}

/** Whether all fields are those of an event. */
function isKnown(given: Record<string, unknown>): boolean {
  return Object.entries(given).every(([name, value]) => {
    const kind = wireKinds.get(name);
    return kind !== undefined && kind.load(value) !== undefined;
  });
}

function isOwn(given: unknown): given is StoredOwn {
  return isRecord(given) && isKnown(given) && Object.hasOwn(given, "user_id");
}

function isRaw(given: unknown): given is StoredRaw {
  if (!isRecord(given)) return false;
  return isKnown(given) && ["event_type", "time_stamp", "id"].every((name) => Object.hasOwn(given, name));
}
