/** Encodes the changes of a world as journal rows, one row for all changes that belong together. */
import type { Changed, ChangeSet } from "../world/changes.js";
import type { World } from "../world/world.js";
import { encodeEvent, latestRevision } from "./event-table.js";
import { encodeRecord } from "./fields.js";
import { encodeMessage, messageCodecs } from "./message-table.js";
import { encodeParts } from "./parts.js";
import { chunks, encodeVisit, messageSize } from "./snapshot.js";
import { roomCodecs, userCodecs, withStoredKeys } from "./tables.js";

/**
 * Encodes changes as rows. Only very many or very long messages need more than one.
 * @param isCopied - whether a snapshot is in progress; it may already have passed the room that a message moves to
 */
export function* changedRows(world: World, changes: ChangeSet, isCopied: boolean): Generator<object> {
  const isWhole = (parts: ReadonlyMap<PropertyKey, unknown> | "all"): boolean =>
    parts === "all" || (isCopied && parts.has("roomId"));
  const whole = [...changes.messages].flatMap(([message, parts]) => (isWhole(parts) ? [message] : []));
  const rooms = newRecords(changes.rooms).map((room) => withStoredKeys(encodeRecord(roomCodecs, room)));
  const [last = [], ...before] = [...chunks(whole, messageSize)].reverse();
  if (before.length > 0 && rooms.length > 0) yield { rooms };
  // Row by row, so that a history of a million messages is not copied in memory.
  for (const some of before.reverse()) yield { messages: some.map(encodeMessage) };
  const changed = withoutEmpty({
    users: changedRecords(changes.users).map(([user, parts]) => encodeParts(userCodecs, user, parts)),
    rooms: changedRecords(changes.rooms).map(([room, parts]) => withStoredKeys(encodeParts(roomCodecs, room, parts))),
    messages: changedRecords(changes.messages)
      .filter(([, parts]) => !isWhole(parts))
      .map(([message, parts]) => encodeParts(messageCodecs, message, parts)),
  });
  yield withoutEmpty({
    users: newRecords(changes.users).map((user) => encodeRecord(userCodecs, user)),
    rooms,
    messages: last.map(encodeMessage),
    ...(Object.keys(changed).length > 0 && { changed }),
    visits: [...changes.visits].flatMap(([room, people]) => [...people].map((id) => encodeVisit(room, id))),
    events: changes.events.map((event) =>
      encodeEvent(event, (id, content) => latestRevision(id === null ? undefined : world.messages.get(id), content)),
    ),
  });
}

/** The ids of the rooms that changes affect. */
export function roomsIn({ rooms, messages, visits, events }: ChangeSet): Set<number> {
  const ids = [...rooms.keys(), ...visits.keys()].map(({ id }) => id);
  const others = [...messages.keys(), ...events].map(({ roomId }) => roomId);
  return new Set([...ids, ...others].filter((id) => id > 0));
}

function newRecords<T>(changed: Changed<T>): T[] {
  return [...changed].flatMap(([record, parts]) => (parts === "all" ? [record] : []));
}

function changedRecords<T>(
  changed: Changed<T>,
): (readonly [T, ReadonlyMap<PropertyKey, ReadonlySet<number | string> | "all">])[] {
  return [...changed].flatMap(([record, parts]) => (parts === "all" ? [] : [[record, parts] as const]));
}

function withoutEmpty(row: Readonly<Record<string, object>>): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}
