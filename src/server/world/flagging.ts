/**
 * Flags (protocol.md §5.5). Any user can flag a message as spam or offensive, or report it to the moderators with a note;
 * moderators resolve flags. Events of types 9 and 12 go only to users who may see flags.
 */
import { EventType } from "../../protocol/raw.js";
import { canSeeFlags, mayRead, requireModerator } from "./access.js";
import type { LoggedEvent } from "./event-log.js";
import { messageEvent } from "./events.js";
import { flagKey } from "./flag-keys.js";
import { roomOf } from "./posting.js";
import type { MessageFlags, MessageRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Limits of flags for moderators: the characters of one, and their number per message. */
const MAX_FLAG_CHARACTERS = 400;
const MAX_FLAGS_PER_MESSAGE = 100;

/** Flags a message as spam or offensive, or removes the user's flag. @throws a {@link Refusal} */
export function toggleFlag(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  if (message.deleted) throw new Refusal("not-allowed", "This message has been deleted");
  if (message.userId === user.id) throw new Refusal("not-allowed", "You cannot flag your own messages");
  onAccept?.();
  const flags = flagsOf(world, message);
  if (!flags.by.delete(user.id)) flags.by.add(user.id);
  world.changes.message(message, ["flags", flagKey("by", user.id)]);
  emitFlagged(world, message);
}

/** Reports a message to the moderators. @throws a {@link Refusal} */
export function flagForModerators(
  world: World,
  message: MessageRecord,
  user: UserRecord,
  info: string,
  onAccept?: () => void,
): void {
  const text = info.trim();
  if (text === "") throw new Refusal("not-allowed", "Please tell the moderators what is wrong");
  if (text.length > MAX_FLAG_CHARACTERS)
    throw new Refusal("not-allowed", `A flag can have at most ${MAX_FLAG_CHARACTERS} characters`);
  if ((message.flags?.notes.length ?? 0) >= MAX_FLAGS_PER_MESSAGE) {
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

/** Removes all spam flags of a message, whether invalid or handled. @throws a {@link Refusal} */
export function clearFlags(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  requireModerator(user);
  onAccept?.();
  message.flags?.by.clear();
  world.changes.message(message, "flags");
  emitFlagged(world, message);
  forgetIfClear(world, message);
}

/** Hides a message from a moderator's list of new flags, because they are unsure. @throws a {@link Refusal} */
export function passFlags(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  requireModerator(user);
  onAccept?.();
  message.flags?.unsure.add(user.id);
  world.changes.message(message, ["flags", flagKey("unsure", user.id)]);
}

/** Resolves one flag for moderators. @throws a {@link Refusal} */
export function clearModFlag(world: World, user: UserRecord, flagId: number): void {
  requireModerator(user);
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

/** The messages with spam flags (`flags`) or flags for moderators (`modflags`) that a user may see. */
export function flaggedMessages(
  world: World,
  viewer: UserRecord | null,
  kind: "flags" | "modflags",
  onlyNew: boolean,
): MessageRecord[] {
  if (viewer === null) return [];
  return [...world.flagged.values()].filter((message) => {
    const { flags } = message;
    if (!flags || !canSeeFlags(roomOf(world, message), viewer) || (onlyNew && flags.unsure.has(viewer.id)))
      return false;
    return kind === "flags" ? flags.by.size > 0 : viewer.isModerator && flags.notes.length > 0;
  });
}

/** Whether a user may see an event. Pings require that they can still read the room. */
export function canSeeEvent(world: World, viewer: UserRecord | null, event: LoggedEvent): boolean {
  const room = world.rooms.get(event.roomId);
  if (event.onlyFor !== null && event.messageId !== null && room && !mayRead(room, viewer)) return false;
  if (event.audience === "everyone") return true;
  if (!room || viewer === null) return false;
  return event.audience === "moderators" ? viewer.isModerator && mayRead(room, viewer) : canSeeFlags(room, viewer);
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

/** Emits type 9, which names no user: it does not reveal who flagged [OBS]. */
function emitFlagged(world: World, message: MessageRecord): void {
  const room = roomOf(world, message);
  world.log.append(room.id, null, (id) => messageEvent(EventType.MessageFlagged, message, { id, room }), {
    audience: "flag-viewers",
  });
}
