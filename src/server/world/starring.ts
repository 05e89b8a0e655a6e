/** Stars and pins (protocol.md §5.4). All four actions toggle or clear, and emit type 6. */
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { canModerate, mayRead } from "./access.js";
import type { Part } from "./changes.js";
import { messageEvent } from "./events.js";
import { roomOf } from "./posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Toggles a user's star; the daily limit counts by UTC day. @throws a {@link Refusal} */
export function toggleStar(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  requireNotDeleted(message);
  if (!mayRead(roomOf(world, message), user)) throw new Refusal("not-allowed", "You cannot star messages in this room");
  if (message.userId === user.id) throw new Refusal("not-allowed", "You cannot star your own messages");
  const removes = message.stars.has(user.id);
  const today = Math.floor(world.now() / 86_400);
  const given = user.starDay === today ? user.starsToday : 0;
  if (!removes && given >= world.rules.starsPerDay) {
    throw new Refusal("not-allowed", "You have starred too many messages today; try again tomorrow");
  }
  onAccept?.();
  if (removes) {
    message.stars.delete(user.id);
  } else {
    message.stars.add(user.id);
    user.starDay = today;
    user.starsToday = given + 1;
    world.changes.user(user, "starDay", "starsToday");
  }
  emitStarred(world, message, user, ["stars", user.id]);
}

/** Cancels all stars of a message. @throws a {@link Refusal} */
export function cancelStars(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  if (!canModerate(roomOf(world, message), user)) {
    throw new Refusal("not-allowed", "Only a room-owner can cancel stars");
  }
  onAccept?.();
  message.stars.clear();
  emitStarred(world, message, user, "stars");
}

/** Toggles an owner's pin. @throws a {@link Refusal} */
export function togglePin(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  requireNotDeleted(message);
  requireOwnerToPin(world, message, user);
  onAccept?.();
  if (!message.pins.delete(user.id)) message.pins.set(user.id, world.now());
  emitStarred(world, message, user, ["pins", user.id]);
}

/** Removes all pins of a message. @throws a {@link Refusal} */
export function removePins(world: World, message: MessageRecord, user: UserRecord, onAccept?: () => void): void {
  requireOwnerToPin(world, message, user);
  onAccept?.();
  message.pins.clear();
  emitStarred(world, message, user, "pins");
}

/** The starred messages of a room: pinned ones first, both newest first. */
export function starredMessages(world: World, room: RoomRecord): MessageRecord[] {
  const alive = world.index(room).marked.filter((message) => !message.deleted);
  const pinned = alive.filter((message) => message.pins.size > 0);
  const others = alive.filter((message) => message.pins.size === 0);
  return [...pinned.reverse(), ...others.reverse()];
}

function requireNotDeleted(message: MessageRecord): void {
  if (message.deleted) throw new Refusal("not-allowed", "This message has been deleted");
}

function requireOwnerToPin(world: World, message: MessageRecord, user: UserRecord): void {
  if (!canModerate(roomOf(world, message), user))
    throw new Refusal("not-allowed", "Only a room-owner can pin messages");
}

/** Emits type 6: without an actor to the room, and with their own marks to the actor [OBS]. */
function emitStarred(world: World, message: MessageRecord, user: UserRecord, part: Part<MessageRecord>): void {
  const room = roomOf(world, message);
  const make = (id: number, actor?: UserRecord): RawEvent =>
    messageEvent(EventType.MessageStarred, message, { id, room, user: actor });
  world.changes.message(message, part);
  world.log.append(room.id, null, make, { own: { userId: user.id, make: (id) => make(id, user) } });
}
