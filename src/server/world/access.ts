/** Who may read, write and rule in a room (protocol.md §9). Null stands for an anonymous viewer. */
import type { RoomRecord, UserRecord } from "./records.js";
import { noSuchRoom, Refusal } from "./refusal.js";

export function rules(room: RoomRecord, user: UserRecord | null): boolean {
  return user !== null && (user.isModerator || room.owners.has(user.id));
}

export function mayRead(room: RoomRecord, user: UserRecord | null): boolean {
  if (user?.isModerator) return true;
  if (room.deleted) return false;
  return room.access !== "private" || (user !== null && (room.owners.has(user.id) || room.granted.has(user.id)));
}

/** Whether what is said in one room may name another: everybody who reads the first may read the second. */
export function mayBeNamedIn(readers: RoomRecord, room: RoomRecord): boolean {
  return room === readers || mayRead(room, null);
}

/** Whether this person may come in now: the kicked may read the transcript only. */
export function mayEnter(room: RoomRecord, user: UserRecord | null, now: number): boolean {
  return mayRead(room, user) && (user === null || (room.kicked.get(user.id)?.until ?? 0) <= now);
}

/** Owners, moderators and those with 10,000 reputation see flags (protocol.md §4.2). */
export function seesFlags(room: RoomRecord, user: UserRecord | null): boolean {
  return user !== null && mayRead(room, user) && (rules(room, user) || user.reputation >= 10_000);
}

/** Whether the room lets this person talk at all; passing states such as a timeout are another matter. */
export function mayWrite(room: RoomRecord, user: UserRecord | null, now: number): boolean {
  if (!user || !mayEnter(room, user, now)) return false;
  if (user.id < 0 || rules(room, user)) return true;
  return room.access === "public" || room.granted.get(user.id) === "read-write";
}

/**
 * The passing states that keep somebody from posting here now.
 * @throws a {@link Refusal} with the server's sentence.
 */
export function refuseUnlessMayPost(room: RoomRecord, user: UserRecord, now: number, minimumReputation: number): void {
  if (!mayWrite(room, user, now)) throw noSuchRoom();
  if (user.blockedUntil !== null && user.blockedUntil > now) {
    throw new Refusal("blocked", `Your account is blocked, ending ${endingOf(user.blockedUntil, now)}`);
  }
  if (room.frozen) throw new Refusal("frozen", "The room has been frozen; new messages cannot be added");
  if (isTimedOut(room, user, now)) {
    throw new Refusal("timeout", `The room is in timeout, ending ${endingOf(room.timeoutUntil, now)}`);
  }
  if (user.reputation < minimumReputation && !rules(room, user)) {
    throw new Refusal("reputation", `You need ${minimumReputation} reputation to talk here`);
  }
}

/** Whether a timeout of the room keeps this person quiet. */
export function isTimedOut(
  room: RoomRecord,
  user: UserRecord,
  now: number,
): room is RoomRecord & { timeoutUntil: number } {
  return room.timeoutUntil !== null && room.timeoutUntil > now && !rules(room, user);
}

/** Owners and moderators only. @throws a {@link Refusal} */
export function refuseUnlessRules(room: RoomRecord, actor: UserRecord): void {
  if (!rules(room, actor)) throw new Refusal("not-allowed", "Only a room-owner can do that");
}

/** Moderators only. @throws a {@link Refusal} */
export function refuseUnlessModerator(actor: UserRecord): void {
  if (!actor.isModerator) throw new Refusal("not-allowed", "Only a moderator can do that");
}

/** No date is later, in unix seconds. */
const lastSecond = 8_640_000_000_000;

/** `in 58 seconds`, `in 5 hours`, and past two days `on Oct 2 at 1:37`. */
function endingOf(until: number, now: number): string {
  const seconds = until - now;
  if (seconds > 172_800) {
    const at = new Date(Math.min(until, lastSecond) * 1000);
    const month = at.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
    return `on ${month} ${at.getUTCDate()} at ${at.getUTCHours()}:${String(at.getUTCMinutes()).padStart(2, "0")}`;
  }
  const count = (n: number, unit: string): string => `in ${n} ${unit}${n === 1 ? "" : "s"}`;
  if (seconds >= 3600) return count(Math.round(seconds / 3600), "hour");
  return seconds >= 60 ? count(Math.round(seconds / 60), "minute") : count(seconds, "second");
}
