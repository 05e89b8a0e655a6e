/** Permissions to read, write and moderate in a room (protocol.md §9). A null user is an anonymous viewer. */
import type { RoomRecord, UserRecord } from "./records.js";
import { noSuchRoom, Refusal } from "./refusal.js";

export function canModerate(room: RoomRecord, user: UserRecord | null): boolean {
  return user !== null && (user.isModerator || room.owners.has(user.id));
}

export function mayRead(room: RoomRecord, user: UserRecord | null): boolean {
  if (user?.isModerator) return true;
  if (room.deleted) return false;
  return room.access !== "private" || (user !== null && (room.owners.has(user.id) || room.granted.has(user.id)));
}

/** Whether messages in `readers` may name `room`: only if everyone who can read the first can read the second. */
export function mayBeNamedIn(readers: RoomRecord, room: RoomRecord): boolean {
  return room === readers || mayRead(room, null);
}

/** Whether a user may enter now. A kicked user may still read the transcript. */
export function mayEnter(room: RoomRecord, user: UserRecord | null, now: number): boolean {
  return mayRead(room, user) && (user === null || (room.kicked.get(user.id)?.until ?? 0) <= now);
}

/** Owners, moderators and users with 10,000 reputation see flags (protocol.md §4.2). */
export function canSeeFlags(room: RoomRecord, user: UserRecord | null): boolean {
  return user !== null && mayRead(room, user) && (canModerate(room, user) || user.reputation >= 10_000);
}

/** Whether the room's access level lets a user post. Temporary states such as a timeout are not considered. */
export function mayWrite(room: RoomRecord, user: UserRecord | null, now: number): boolean {
  if (!user || !mayEnter(room, user, now)) return false;
  if (user.id < 0 || canModerate(room, user)) return true;
  return room.access === "public" || room.granted.get(user.id) === "read-write";
}

/**
 * Checks the access level and the temporary states that can keep a user from posting.
 * @throws a {@link Refusal} with the server's sentence
 */
export function requireMayPost(room: RoomRecord, user: UserRecord, now: number, minimumReputation: number): void {
  if (!mayWrite(room, user, now)) throw noSuchRoom();
  if (user.blockedUntil !== null && user.blockedUntil > now) {
    throw new Refusal("blocked", `Your account is blocked, ending ${describeEnd(user.blockedUntil, now)}`);
  }
  if (room.frozen) throw new Refusal("frozen", "The room has been frozen; new messages cannot be added");
  if (isTimedOut(room, user, now)) {
    throw new Refusal("timeout", `The room is in timeout, ending ${describeEnd(room.timeoutUntil, now)}`);
  }
  if (user.reputation < minimumReputation && !canModerate(room, user)) {
    throw new Refusal("reputation", `You need ${minimumReputation} reputation to talk here`);
  }
}

/** Whether a timeout of the room keeps a user from posting. */
export function isTimedOut(
  room: RoomRecord,
  user: UserRecord,
  now: number,
): room is RoomRecord & { timeoutUntil: number } {
  return room.timeoutUntil !== null && room.timeoutUntil > now && !canModerate(room, user);
}

/** @throws a {@link Refusal} unless the actor is an owner or a moderator */
export function requireOwner(room: RoomRecord, actor: UserRecord): void {
  if (!canModerate(room, actor)) throw new Refusal("not-allowed", "Only a room-owner can do that");
}

/** @throws a {@link Refusal} unless the actor is a moderator */
export function requireModerator(actor: UserRecord): void {
  if (!actor.isModerator) throw new Refusal("not-allowed", "Only a moderator can do that");
}

/** The latest time that a `Date` can represent, in unix seconds. */
const MAX_DATE_SECONDS = 8_640_000_000_000;

/** Formats an end time: `in 58 seconds`, `in 5 hours`, and beyond two days `on Oct 2 at 1:37`. */
function describeEnd(until: number, now: number): string {
  const seconds = until - now;
  if (seconds > 172_800) {
    const at = new Date(Math.min(until, MAX_DATE_SECONDS) * 1000);
    const month = at.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
    return `on ${month} ${at.getUTCDate()} at ${at.getUTCHours()}:${String(at.getUTCMinutes()).padStart(2, "0")}`;
  }
  const count = (n: number, unit: string): string => `in ${n} ${unit}${n === 1 ? "" : "s"}`;
  if (seconds >= 3600) return count(Math.round(seconds / 3600), "hour");
  return seconds >= 60 ? count(Math.round(seconds / 60), "minute") : count(seconds, "second");
}
