/** Changes of a world as rows of a journal: one for all that belongs together. */
import type { Changed, ChangeSet } from "../world/changes.js";
import type { World } from "../world/world.js";
import { latestRevision, storedEvent } from "./event-table.js";
import { stored } from "./fields.js";
import { messageFields, storedMessage } from "./message-table.js";
import { storedParts } from "./parts.js";
import { chunks, storedVisit, weightOf } from "./snapshot.js";
import { roomFields, userFields } from "./tables.js";

/**
 * The rows of changes; more than one only for very many messages, or very long ones.
 * @param isCopied - whether a snapshot is being written: it may have passed the place that a message moves to
 */
export function* changedRows(world: World, changes: ChangeSet, isCopied: boolean): Generator<object> {
  const isWhole = (parts: ReadonlyMap<PropertyKey, unknown> | "all"): boolean =>
    parts === "all" || (isCopied && parts.has("roomId"));
  const whole = [...changes.messages].flatMap(([message, parts]) => (isWhole(parts) ? [message] : []));
  const rooms = newOf(changes.rooms).map((room) => stored(roomFields, room));
  const [last = [], ...before] = [...chunks(whole, weightOf)].reverse();
  if (before.length > 0 && rooms.length > 0) yield { rooms };
  // Row by row: a history of a million messages must not stand in memory once more.
  for (const some of before.reverse()) yield { messages: some.map(storedMessage) };
  const changed = withoutEmpty({
    users: partsIn(changes.users).map(([user, parts]) => storedParts(userFields, user, parts)),
    rooms: partsIn(changes.rooms).map(([room, parts]) => storedParts(roomFields, room, parts)),
    messages: partsIn(changes.messages)
      .filter(([, parts]) => !isWhole(parts))
      .map(([message, parts]) => storedParts(messageFields, message, parts)),
  });
  yield withoutEmpty({
    users: newOf(changes.users).map((user) => stored(userFields, user)),
    rooms,
    messages: last.map(storedMessage),
    ...(Object.keys(changed).length > 0 && { changed }),
    visits: [...changes.visits].flatMap(([room, people]) => [...people].map((id) => storedVisit(room, id))),
    events: changes.events.map((event) =>
      storedEvent(event, (id, content) => latestRevision(id === null ? undefined : world.messages.get(id), content)),
    ),
  });
}

/** The rooms that changes are of. */
export function roomsIn({ rooms, messages, visits, events }: ChangeSet): Set<number> {
  const ids = [...rooms.keys(), ...visits.keys()].map(({ id }) => id);
  const others = [...messages.keys(), ...events].map(({ roomId }) => roomId);
  return new Set([...ids, ...others].filter((id) => id > 0));
}

function newOf<T>(changed: Changed<T>): T[] {
  return [...changed].flatMap(([record, parts]) => (parts === "all" ? [record] : []));
}

function partsIn<T>(
  changed: Changed<T>,
): (readonly [T, ReadonlyMap<PropertyKey, ReadonlySet<number | string> | "all">])[] {
  return [...changed].flatMap(([record, parts]) => (parts === "all" ? [] : [[record, parts] as const]));
}

function withoutEmpty(row: Readonly<Record<string, object>>): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}
