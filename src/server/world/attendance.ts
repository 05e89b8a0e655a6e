/** Entering and leaving rooms, and eviction from them (protocol.md §3.1, §3.5, §4.2). */
import { EventType } from "../../protocol/raw.js";
import { mayEnter } from "./access.js";
import { presenceEvent } from "./events.js";
import type { RoomRecord, UserRecord } from "./records.js";
import type { World } from "./world.js";

/** Makes a user present in a room. Emits an event unless they already were. */
export function enterRoom(world: World, room: RoomRecord, user: UserRecord): void {
  const now = world.now();
  world.visit(room, user.id).lastSeen = now;
  user.lastSeen = now;
  if (user.invitedTo.delete(room.id)) world.changes.user(user, ["invitedTo", room.id]);
  world.changes.visit(room, user.id);
  if (room.present.has(user.id)) return;
  room.present.add(user.id);
  world.log.append(room.id, null, (id) => presenceEvent(EventType.UserEntered, id, now, room, user));
}

/** Makes a user leave a room. Emits an event if they were present. */
export function leaveRoom(world: World, room: RoomRecord, user: UserRecord): void {
  if (!room.present.has(user.id)) return;
  const now = world.now();
  world.visit(room, user.id).lastSeen = now;
  // Emitted before they are removed, so that it still reaches their own sockets.
  world.log.append(room.id, null, (id) => presenceEvent(EventType.UserLeft, id, now, room, user));
  room.present.delete(user.id);
  world.changes.visit(room, user.id);
}

/** The rooms that a user is present in. */
export function roomsOf(world: World, userId: number): RoomRecord[] {
  return [...world.rooms.values()].filter((room) => room.present.has(userId));
}

/**
 * Removes all users who may no longer be in a room, after a kick or an access change. They get the type 4 event first,
 * like everyone else, and then the exit signal.
 */
export function evictOutsiders(world: World, room: RoomRecord): void {
  const now = world.now();
  const people = new Set<number>();
  world.log.batch(() => {
    for (const id of [...room.present]) {
      const user = world.users.get(id);
      if (!user || mayEnter(room, user, now)) continue;
      people.add(id);
      world.log.append(room.id, null, (eventId) => presenceEvent(EventType.UserLeft, eventId, now, room, user));
    }
  });
  // Only now, because the batch above reaches their sockets when it ends.
  for (const id of people) {
    room.present.delete(id);
    world.changes.visit(room, id);
  }
  world.signals.send({ kind: "exit", room, people });
}
