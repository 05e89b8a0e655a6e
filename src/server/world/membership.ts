/** What an owner or moderator does to a room and the people in it (protocol.md §4.2, §5.7, §5.8). */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { EventType } from "../../protocol/raw.js";
import type { ParentSite } from "../parent-sites.js";
import { roomPath, userPath } from "../paths.js";
import { mayRead, mayWrite, refuseUnlessRules, rules } from "./access.js";
import { putOutsidersOut } from "./attendance.js";
import { noticeEvent } from "./events.js";
import { checkRoomTexts, refuseMoreRooms } from "./limits.js";
import type { AccessLevel, RoomAccess, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { NewRoom, World } from "./world.js";

/** What can be changed about a room. */
export interface RoomChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly access?: RoomAccess | undefined;
  readonly parentSite?: ParentSite | null | undefined;
}

/** Changes a room and tells everybody in it. @throws a {@link Refusal} */
export function updateRoom(world: World, room: RoomRecord, actor: UserRecord, change: RoomChange): void {
  refuseUnlessRules(room, actor);
  checkRoomTexts(world.rules.textLimits, change);
  if (change.access !== undefined) room.access = change.access;
  // People who may no longer read the room go first, so that they do not learn its new name.
  if (change.access === "private") putOutsidersOut(world, room);
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

/** Makes a room that somebody owns. @throws a {@link Refusal} */
export function createRoom(world: World, owner: UserRecord, fields: Omit<NewRoom, "owners">): RoomRecord {
  checkRoomTexts(world.rules.textLimits, fields);
  refuseMoreRooms(world.rooms);
  return world.addRoom({ ...fields, owners: [owner.id] });
}

/** Deletes or restores a room; who may not see it any more is out of it. */
export function setDeleted(world: World, room: RoomRecord, deleted: boolean): void {
  room.deleted = deleted;
  world.changes.room(room, "deleted");
  if (deleted) putOutsidersOut(world, room);
}

/** Makes a room a favourite of somebody, or no longer. */
export function toggleFavourite(world: World, room: RoomRecord, user: UserRecord): void {
  if (!room.favouriteOf.delete(user.id)) room.favouriteOf.add(user.id);
  world.changes.room(room, ["favouriteOf", user.id]);
}

/** Freezes or thaws a room. */
export function setFrozen(world: World, room: RoomRecord, frozen: boolean): void {
  room.frozen = frozen;
  world.changes.room(room, "frozen");
}

/** Lets nobody but owners and moderators post for a while; 0 ends that. */
export function setTimeoutOf(world: World, room: RoomRecord, seconds: number): void {
  room.timeoutUntil = seconds > 0 ? world.now() + seconds : null;
  world.changes.room(room, "timeoutUntil");
  if (seconds > 0) world.signals.send({ kind: "timeout", room, seconds });
}

/** The rest of a room's timeout in seconds; 0 when there is none. */
export function timeoutLeft(world: World, room: RoomRecord): number {
  return Math.max(0, (room.timeoutUntil ?? 0) - world.now());
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
  room.requests.delete(target.id);
  if (level === "owner") room.owners.add(target.id);
  else if (level) room.granted.set(target.id, level);
  world.changes.room(room, ["owners", target.id], ["granted", target.id], ["requests", target.id]);
  tellAccess(world, room, actor, target, level ?? "(default)");
  putOutsidersOut(world, room);
}

/** Somebody asks to talk or to come in: the room gets a type 15 once, its owners a type 16 in the same frame [OBS]. */
export function requestAccess(world: World, room: RoomRecord, user: UserRecord): void {
  if (room.access === "public" || room.deleted || mayWrite(room, user, world.now()) || room.requests.has(user.id))
    return;
  room.requests.add(user.id);
  world.changes.room(room, ["requests", user.id]);
  const asked = `<a href="/rooms/info/${room.id}?tab=access">${escapeHtml(room.name)}</a>`;
  const content = `${userLink(user)} has requested access to ${asked}.`;
  world.log.together(() => {
    tellAccess(world, room, user, user, "request");
    for (const targetId of room.owners)
      world.log.append(0, targetId, (id) =>
        noticeEvent(EventType.UserNotification, { id, now: world.now(), user, content, targetId }),
      );
  });
}

function userLink(user: UserRecord): string {
  return `<a href="${userPath(user.id, user.name)}">${escapeHtml(user.name)}</a>`;
}

function tellAccess(world: World, room: RoomRecord, user: UserRecord, target: UserRecord, level: string): void {
  const content = `Access now ${level}`;
  world.log.append(room.id, null, (id) =>
    noticeEvent(EventType.AccessLevelChanged, { id, now: world.now(), room, user, content, targetId: target.id }),
  );
}

/** Asks somebody in. @throws a {@link Refusal} */
export function invite(world: World, room: RoomRecord, actor: UserRecord, target: UserRecord): void {
  // An invitation names the room, so only those who rule a private room tell strangers of it.
  if (!mayRead(room, actor) || !(mayRead(room, target) || rules(room, actor))) {
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
  world.changes.room(room, ["kicked", target.id]);
  putOutsidersOut(world, room);
  return minutes;
}

/** Makes a room for two: the one who asks owns it, the other may talk and is invited (protocol.md §5.8). */
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
