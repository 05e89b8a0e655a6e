/** Coming and going, and what an owner or moderator does to a room and the people in it (protocol.md §4.2, §5.6 to §5.8). */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { EventType } from "../../protocol/raw.js";
import { roomPath } from "../pages/slug.js";
import { mayRead, rules } from "./access.js";
import { messageEvent, noticeEvent, presenceEvent } from "./events.js";
import { postMessage } from "./posting.js";
import type { AccessLevel, MessageRecord, RoomAccess, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import { firstIndex, type World } from "./world.js";

/** Somebody comes in; says so once. */
export function enterRoom(world: World, room: RoomRecord, user: UserRecord): void {
  const now = world.now();
  world.visit(room, user.id).lastSeen = now;
  user.lastSeen = now;
  if (room.present.has(user.id)) return;
  room.present.add(user.id);
  world.log.append(room.id, null, (id) => presenceEvent(EventType.UserEntered, id, now, room, user));
}

/** Somebody goes; says so if they were there. */
export function leaveRoom(world: World, room: RoomRecord, user: UserRecord): void {
  const now = world.now();
  world.visit(room, user.id).lastSeen = now;
  if (!room.present.has(user.id)) return;
  // The event still reaches their own sockets: it goes out before they are gone.
  world.log.append(room.id, null, (id) => presenceEvent(EventType.UserLeft, id, now, room, user));
  room.present.delete(user.id);
}

/** The rooms somebody is in. */
export function roomsOf(world: World, userId: number): RoomRecord[] {
  return [...world.rooms.values()].filter((room) => room.present.has(userId));
}

/** What can be changed about a room. */
export interface RoomChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly access?: RoomAccess | undefined;
}

/** Changes a room and tells everybody in it. @throws a {@link Refusal} */
export function updateRoom(world: World, room: RoomRecord, actor: UserRecord, change: RoomChange): void {
  refuseUnlessRules(room, actor);
  if (change.name !== undefined) room.name = change.name;
  if (change.description !== undefined) room.description = change.description;
  if (change.tags !== undefined) room.tags = change.tags;
  if (change.access !== undefined) room.access = change.access;
  const content = [room.name, room.description, room.tags.join(" ")].map(escapeHtml).join(" / ");
  world.log.append(room.id, null, (id) =>
    noticeEvent(EventType.RoomNameChanged, { id, now: world.now(), room, user: actor, content }),
  );
}

/** Gives somebody a level in a room; null takes it back. @throws a {@link Refusal} */
export function setAccess(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  target: UserRecord,
  level: AccessLevel | null,
): void {
  refuseUnlessRules(room, actor);
  room.owners.delete(target.id);
  room.granted.delete(target.id);
  if (level === "owner") room.owners.add(target.id);
  else if (level) room.granted.set(target.id, level);
  const content = `Access now ${level ?? "removed"}`;
  world.log.append(room.id, null, (id) =>
    noticeEvent(EventType.AccessLevelChanged, {
      id,
      now: world.now(),
      room,
      user: actor,
      content,
      targetId: target.id,
    }),
  );
}

/** Asks somebody in. @throws a {@link Refusal} */
export function invite(world: World, room: RoomRecord, actor: UserRecord, target: UserRecord): void {
  if (!mayRead(room, actor)) throw new Refusal("no-write", "You cannot invite to this room");
  const content = `${escapeHtml(actor.name)} has invited you to join ${roomLink(room)}`;
  world.log.append(room.id, target.id, (id) =>
    noticeEvent(EventType.Invitation, { id, now: world.now(), room, user: actor, content, targetId: target.id }),
  );
}

/**
 * Puts somebody out: for 1, then 5, then 30 minutes within a day. Answers for how many.
 * @throws a {@link Refusal}
 */
export function kick(world: World, room: RoomRecord, actor: UserRecord, target: UserRecord): number {
  refuseUnlessRules(room, actor);
  if (rules(room, target)) throw new Refusal("not-allowed", "Room owners and moderators cannot be kicked");
  const now = world.now();
  const times = [...(room.kicked.get(target.id)?.times ?? []).filter((time) => time > now - 86_400), now];
  const minutes = [1, 5][times.length - 1] ?? 30;
  room.kicked.set(target.id, { until: now + minutes * 60, times });
  leaveRoom(world, room, target);
  return minutes;
}

/** Gives somebody a new name, and tells the rooms they are in. */
export function renameUser(world: World, user: UserRecord, name: string): void {
  user.name = name;
  world.log.together(() => {
    for (const room of roomsOf(world, user.id)) {
      world.log.append(room.id, null, (id) =>
        noticeEvent(EventType.UserNameOrAvatarChanged, { id, now: world.now(), room, user, targetId: user.id }),
      );
    }
  });
}

/**
 * Moves messages to another room: a type 19 each with a notice in the one, a type 20 each with a notice in the other.
 * @throws a {@link Refusal}
 */
export function moveMessages(
  world: World,
  from: RoomRecord,
  to: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
): number {
  refuseUnlessRules(from, actor);
  const moving = messages.filter((message) => message.roomId === from.id && !message.deleted);
  if (moving.length === 0 || from === to) return 0;
  const count = moving.length === 1 ? "1 message" : `${moving.length} messages`;
  for (const message of moving) {
    from.messages.splice(firstIndex(from.messages, message.id), 1);
    message.roomId = to.id;
    message.moved = true;
    world.file(message, to);
  }
  const first = moving[0]?.id ?? 0;
  world.log.together(() => {
    tellMoved(world, from, actor, moving, EventType.MessageMovedOut);
    const link = `<a href="/transcript/message/${first}#${first}">${count}</a>`;
    notice(world, from, actor, `→ ${count} moved to ${to.name}`, `&rarr; <i>${link} moved to ${roomLink(to)}</i>`);
  });
  world.log.together(() => {
    tellMoved(world, to, actor, moving, EventType.MessageMovedIn);
    notice(
      world,
      to,
      actor,
      `← ${count} moved from ${from.name}`,
      `&larr; <i>${count} moved from ${roomLink(from)}</i>`,
    );
  });
  return moving.length;
}

function roomLink(room: RoomRecord): string {
  return `<a href="${roomPath(room.id, room.name)}">${escapeHtml(room.name)}</a>`;
}

function tellMoved(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
  type: number,
): void {
  for (const message of messages) {
    const user = world.users.get(message.userId) ?? actor;
    world.log.append(room.id, null, (id) => messageEvent(type, message, { id, room, user }));
  }
}

/** A message of the mover whose HTML the server wrote itself. */
function notice(world: World, room: RoomRecord, actor: UserRecord, source: string, content: string): void {
  postMessage(world, room, actor, source, { allowDuplicate: true, content });
}

/** Owners and moderators only. @throws a {@link Refusal} */
export function refuseUnlessRules(room: RoomRecord, actor: UserRecord): void {
  if (!rules(room, actor)) throw new Refusal("not-allowed", "Only a room-owner can do that");
}
