/** Coming, going, and being put out (protocol.md §3.1, §3.5, §4.2). */
import { EventType } from "../../protocol/raw.js";
import { mayEnter } from "./access.js";
import { presenceEvent } from "./events.js";
import type { RoomRecord, UserRecord } from "./records.js";
import type { World } from "./world.js";

/** Somebody comes in; says so once. */
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

/** Somebody goes; says so if they were there. */
export function leaveRoom(world: World, room: RoomRecord, user: UserRecord): void {
  if (!room.present.has(user.id)) return;
  const now = world.now();
  world.visit(room, user.id).lastSeen = now;
  // The event still reaches their own sockets: it goes out before they are gone.
  world.log.append(room.id, null, (id) => presenceEvent(EventType.UserLeft, id, now, room, user));
  room.present.delete(user.id);
  world.changes.visit(room, user.id);
}

/** The rooms somebody is in. */
export function roomsOf(world: World, userId: number): RoomRecord[] {
  return [...world.rooms.values()].filter((room) => room.present.has(userId));
}

/**
 * Ends the stay of everybody who may no longer be in a room, after a kick or a change of access. They get the
 * type 4 first, as everybody does, and then the exit.
 */
export function putOutsidersOut(world: World, room: RoomRecord): void {
  const now = world.now();
  const people = new Set<number>();
  world.log.together(() => {
    for (const id of [...room.present]) {
      const user = world.users.get(id);
      if (!user || mayEnter(room, user, now)) continue;
      people.add(id);
      world.log.append(room.id, null, (eventId) => presenceEvent(EventType.UserLeft, eventId, now, room, user));
    }
  });
  // Only now, because the events above reach the sockets at the end of their frame.
  for (const id of people) {
    room.present.delete(id);
    world.changes.visit(room, id);
  }
  world.signals.send({ kind: "exit", room, people });
}
