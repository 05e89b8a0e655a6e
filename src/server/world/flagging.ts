/**
 * Flags (protocol.md §5.5): anybody finds a message spam or offensive, or tells the moderators something about it;
 * moderators decide. Types 9 and 12 go only to those who may know.
 */
import { EventType } from "../../protocol/raw.js";
import { mayRead, refuseUnlessModerator, seesFlags } from "./access.js";
import type { LoggedEvent } from "./event-log.js";
import { messageEvent } from "./events.js";
import { flagKey } from "./flag-keys.js";
import { roomOf } from "./posting.js";
import type { MessageFlags, MessageRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Characters of a flag for moderators, and how many of these one message may have. */
const maxInfo = 400;
const maxNotes = 100;

/** Flags a message as spam or offensive, or takes that back. @throws a {@link Refusal} */
export function toggleFlag(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  if (message.deleted) throw new Refusal("not-allowed", "This message has been deleted");
  if (message.userId === user.id) throw new Refusal("not-allowed", "You cannot flag your own messages");
  onAccept?.();
  const flags = flagsOf(world, message);
  if (!flags.by.delete(user.id)) flags.by.add(user.id);
  world.changes.message(message, ["flags", flagKey("by", user.id)]);
  announce(world, message);
}

/** Tells the moderators about a message. @throws a {@link Refusal} */
export function flagForModerators(
  world: World,
  message: MessageRecord,
  user: UserRecord,
  info: string,
  onAccept?: () => void,
): void {
  const text = info.trim();
  if (text === "") throw new Refusal("not-allowed", "Please tell the moderators what is wrong");
  if (text.length > maxInfo) throw new Refusal("not-allowed", `A flag can have at most ${maxInfo} characters`);
  if ((message.flags?.notes.length ?? 0) >= maxNotes) {
    throw new Refusal("not-allowed", "The moderators have been told about this message often enough");
  }
  onAccept?.();
  const id = world.nextFlagId();
  flagsOf(world, message).notes.push({ id, userId: user.id, text });
  world.changes.message(message, ["flags", flagKey("note", id)]);
  const room = roomOf(world, message);
  world.log.append(
    room.id,
    null,
    (id) => messageEvent(EventType.ModeratorFlag, message, { id, room, user, targetId: message.userId }),
    { audience: "moderators" },
  );
}

/** Takes all spam flags off a message: they were wrong, or are dealt with. @throws a {@link Refusal} */
export function clearFlags(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  refuseUnlessModerator(user);
  onAccept?.();
  message.flags?.by.clear();
  world.changes.message(message, "flags");
  announce(world, message);
  forgetIfClear(world, message);
}

/** A moderator cannot tell; the list of new flags no longer shows them this one. @throws a {@link Refusal} */
export function passFlags(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  refuseUnlessModerator(user);
  onAccept?.();
  message.flags?.unsure.add(user.id);
  world.changes.message(message, ["flags", flagKey("unsure", user.id)]);
}

/** Deals with one flag for moderators. @throws a {@link Refusal} */
export function clearModFlag(world: World, user: UserRecord, flagId: number): void {
  refuseUnlessModerator(user);
  for (const message of world.flagged.values()) {
    const index = message.flags?.notes.findIndex((note) => note.id === flagId) ?? -1;
    if (index < 0) continue;
    message.flags?.notes.splice(index, 1);
    world.changes.message(message, ["flags", flagKey("note", flagId)]);
    forgetIfClear(world, message);
    return;
  }
  throw new Refusal("not-allowed", "There is no such flag");
}

/** The messages with spam flags (`flags`) or with flags for moderators (`modflags`) that somebody may see. */
export function flaggedMessages(
  world: World,
  viewer: UserRecord | null,
  kind: "flags" | "modflags",
  onlyNew: boolean,
): MessageRecord[] {
  if (viewer === null) return [];
  return [...world.flagged.values()].filter((message) => {
    const { flags } = message;
    if (!flags || !seesFlags(roomOf(world, message), viewer) || (onlyNew && flags.unsure.has(viewer.id))) return false;
    return kind === "flags" ? flags.by.size > 0 : viewer.isModerator && flags.notes.length > 0;
  });
}

/** Whether an event is for somebody's eyes. Pings are for people who may still read the room. */
export function seesEvent(world: World, viewer: UserRecord | null, event: LoggedEvent): boolean {
  const room = world.rooms.get(event.roomId);
  if (event.onlyFor !== null && event.messageId !== null && room && !mayRead(room, viewer)) return false;
  if (event.audience === "everyone") return true;
  if (!room || viewer === null) return false;
  return event.audience === "moderators" ? viewer.isModerator && mayRead(room, viewer) : seesFlags(room, viewer);
}

function flagsOf(world: World, message: MessageRecord): MessageFlags {
  message.flags ??= { by: new Set(), notes: [], unsure: new Set() };
  world.flagged.set(message.id, message);
  return message.flags;
}

function forgetIfClear(world: World, message: MessageRecord): void {
  if (!message.flags || message.flags.by.size > 0 || message.flags.notes.length > 0) return;
  message.flags = null;
  world.changes.message(message, "flags");
  world.flagged.delete(message.id);
}

/** The event names no user of any kind: it does not say who flagged [OBS]. */
function announce(world: World, message: MessageRecord): void {
  const room = roomOf(world, message);
  world.log.append(room.id, null, (id) => messageEvent(EventType.MessageFlagged, message, { id, room }), {
    audience: "flag-viewers",
  });
}
