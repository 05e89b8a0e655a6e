/** Actions of owners and moderators on a room and its users (protocol.md §4.2, §5.7, §5.8). */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { EventType } from "../../protocol/raw.js";
import type { ParentSite } from "../parent-sites.js";
import { roomPath, userPath } from "../paths.js";
import { canModerate, mayRead, mayWrite, requireOwner } from "./access.js";
import { evictOutsiders } from "./attendance.js";
import { noticeEvent } from "./events.js";
import { checkRoomCount, checkRoomTexts } from "./limits.js";
import type { AccessLevel, RoomAccess, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { NewRoom, World } from "./world.js";

/** The fields of a room to change; undefined ones stay as they are. */
export interface RoomChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly access?: RoomAccess | undefined;
  readonly parentSite?: ParentSite | null | undefined;
}

/** Changes a room and emits the change to everyone in it. @throws a {@link Refusal} */
export function updateRoom(world: World, room: RoomRecord, actor: UserRecord, change: RoomChange): void {
  requireOwner(room, actor);
  checkRoomTexts(world.rules.textLimits, change);
  if (change.access !== undefined) room.access = change.access;
  // Evict users who may no longer read the room first, so that they do not learn its new name.
  if (change.access === "private") evictOutsiders(world, room);
  if (change.name !== undefined) room.name = change.name;
  if (change.description !== undefined) room.description = change.description;
  if (change.tags !== undefined) room.tags = change.tags;
  if (change.parentSite !== undefined) room.parentSite = change.parentSite;
  const changed = (["name", "description", "tags", "access", "parentSite"] as const).filter(
    (field) => change[field] !== undefined,
  );
  if (changed.length > 0) world.changes.room(room, ...changed);
  const content = [room.name, room.description, room.tags.join(" ")].map(escapeHtml).join(" / ");
  world.log.append(room.id, null, (id) =>
    noticeEvent(EventType.RoomNameChanged, { id, now: world.now(), room, user: actor, content }),
  );
}

/** Creates a room with an owner. @throws a {@link Refusal} */
export function createRoom(world: World, owner: UserRecord, fields: Omit<NewRoom, "owners">): RoomRecord {
  checkRoomTexts(world.rules.textLimits, fields);
  checkRoomCount(world.rooms);
  return world.addRoom({ ...fields, owners: [owner.id] });
}

/** Deletes or restores a room. Users who may no longer see it are evicted. */
export function setDeleted(world: World, room: RoomRecord, deleted: boolean): void {
  room.deleted = deleted;
  world.changes.room(room, "deleted");
  if (deleted) evictOutsiders(world, room);
}

/** Adds a room to a user's favorites, or removes it. */
export function toggleFavorite(world: World, room: RoomRecord, user: UserRecord): void {
  if (!room.favoriteOf.delete(user.id)) room.favoriteOf.add(user.id);
  world.changes.room(room, ["favoriteOf", user.id]);
}

/** Freezes or unfreezes a room. */
export function setFrozen(world: World, room: RoomRecord, frozen: boolean): void {
  room.frozen = frozen;
  world.changes.room(room, "frozen");
}

/** Lets only owners and moderators post for some seconds; 0 ends the timeout. */
export function setRoomTimeout(world: World, room: RoomRecord, seconds: number): void {
  room.timeoutUntil = seconds > 0 ? world.now() + seconds : null;
  world.changes.room(room, "timeoutUntil");
  if (seconds > 0) world.signals.send({ kind: "timeout", room, seconds });
}

/** The remaining seconds of a room's timeout; 0 if there is none. */
export function timeoutLeft(world: World, room: RoomRecord): number {
  return Math.max(0, (room.timeoutUntil ?? 0) - world.now());
}

/** Sets a user's access level in a room; null removes it. @throws a {@link Refusal} */
export function setAccess(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  target: UserRecord,
  level: AccessLevel | null,
): void {
  requireOwner(room, actor);
  room.owners.delete(target.id);
  room.granted.delete(target.id);
  room.requests.delete(target.id);
  if (level === "owner") room.owners.add(target.id);
  else if (level) room.granted.set(target.id, level);
  world.changes.room(room, ["owners", target.id], ["granted", target.id], ["requests", target.id]);
  emitAccessChanged(world, room, actor, target, level ?? "(default)");
  evictOutsiders(world, room);
}

/** Requests access to a room. The first request emits a type 15 to the room, and a type 16 to its owners in the same frame [OBS]. */
export function requestAccess(world: World, room: RoomRecord, user: UserRecord): void {
  if (room.access === "public" || room.deleted || mayWrite(room, user, world.now()) || room.requests.has(user.id))
    return;
  room.requests.add(user.id);
  world.changes.room(room, ["requests", user.id]);
  const asked = `<a href="/rooms/info/${room.id}?tab=access">${escapeHtml(room.name)}</a>`;
  const content = `${userLink(user)} has requested access to ${asked}.`;
  world.log.batch(() => {
    emitAccessChanged(world, room, user, user, "request");
    for (const targetId of room.owners)
      world.log.append(0, targetId, (id) =>
        noticeEvent(EventType.UserNotification, { id, now: world.now(), user, content, targetId }),
      );
  });
}

function userLink(user: UserRecord): string {
  return `<a href="${userPath(user.id, user.name)}">${escapeHtml(user.name)}</a>`;
}

function emitAccessChanged(world: World, room: RoomRecord, user: UserRecord, target: UserRecord, level: string): void {
  const content = `Access now ${level}`;
  world.log.append(room.id, null, (id) =>
    noticeEvent(EventType.AccessLevelChanged, { id, now: world.now(), room, user, content, targetId: target.id }),
  );
}

/** Invites a user to a room. @throws a {@link Refusal} */
export function invite(world: World, room: RoomRecord, actor: UserRecord, target: UserRecord): void {
  // An invitation reveals the room's name, so only its owners and moderators may invite others to a private room.
  if (!mayRead(room, actor) || !(mayRead(room, target) || canModerate(room, actor))) {
    throw new Refusal("not-allowed", "You cannot invite to this room");
  }
  if (target.id < 0) throw new Refusal("not-allowed", "System users cannot be invited");
  target.invitedTo.add(room.id);
  world.changes.user(target, ["invitedTo", room.id]);
  const link = `<a href="${roomPath(room.id, room.name)}" target="_self">${escapeHtml(room.name)}</a>`;
  const list = '<a href="/rooms?tab=invited">invitations</a>';
  const content = `${userLink(actor)} has invited you to join ${link}. See your ${list}.`;
  world.log.append(room.id, target.id, (id) =>
    noticeEvent(EventType.Invitation, { id, now: world.now(), room, user: actor, content, targetId: target.id }),
  );
}

/**
 * Kicks a user for 1, then 5, then 30 minutes within a day. Returns the number of minutes.
 * @throws a {@link Refusal}
 */
export function kick(world: World, room: RoomRecord, actor: UserRecord, target: UserRecord): number {
  requireOwner(room, actor);
  if (canModerate(room, target)) throw new Refusal("not-allowed", "Room owners and moderators cannot be kicked");
  const now = world.now();
  const times = [...(room.kicked.get(target.id)?.times ?? []).filter((time) => time > now - 86_400), now];
  const minutes = [1, 5][times.length - 1] ?? 30;
  room.kicked.set(target.id, { until: now + minutes * 60, times });
  world.changes.room(room, ["kicked", target.id]);
  evictOutsiders(world, room);
  return minutes;
}

/** Creates a room for two: the actor owns it, the other gets write access and an invitation (protocol.md §5.8). */
export function pairOff(world: World, actor: UserRecord, other: UserRecord, name: string): RoomRecord {
  if (other === actor || other.id < 0) throw new Refusal("not-allowed", "You cannot pair off with that user");
  const room = createRoom(world, actor, {
    name: name || `Room for ${actor.name} and ${other.name}`,
    access: "gallery",
  });
  setAccess(world, room, actor, other, "read-write");
  invite(world, room, actor, other);
  return room;
}
