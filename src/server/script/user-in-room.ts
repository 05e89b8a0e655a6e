/** Actions of a scripted user in a room. The server's rules apply, except the rate limit and the duplicate check. */
import { UsageError } from "../../errors/index.js";
import type { SiteState } from "../site-state.js";
import { mayEnter } from "../world/access.js";
import { flagForModerators, toggleFlag } from "../world/flagging.js";
import { invite, kick, type RoomChange, setAccess, updateRoom } from "../world/membership.js";
import { moveMessages } from "../world/moving.js";
import { deleteMessage, editMessage, findMessage, postMessage } from "../world/posting.js";
import type { AccessLevel, MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { noSuchRoom } from "../world/refusal.js";
import { cancelStars, togglePin, toggleStar } from "../world/starring.js";
import { type MessageId, type ServerMessage, serverMessage } from "./server-message.js";
import { ServerRoom } from "./server-room.js";
import type { ServerUser } from "./server-user.js";

/**
 * A user in a room: `site.user("Alice").in(1).says("hello")`. Messages are passed by id, or as the object that `says`
 * returned. Every method throws a `Refusal` with the server's own sentence if a rule refuses the action.
 */
export class UserInRoom {
  readonly #state: SiteState;
  readonly #user: UserRecord;
  readonly #room: RoomRecord;

  /** @internal */
  constructor(state: SiteState, user: UserRecord, room: RoomRecord) {
    this.#state = state;
    this.#user = user;
    this.#room = room;
  }

  /** Posts a message. The rate limit does not apply, and repeating a text is allowed. */
  says(markdown: string, { replyTo }: { readonly replyTo?: MessageId } = {}): ServerMessage {
    const parentId = replyTo === undefined ? null : idOf(replyTo);
    const options = { parentId, allowDuplicate: true };
    return serverMessage(postMessage(this.#state.world, this.#room, this.#user, markdown, options));
  }

  /** Enters the room, and stays present until `leaves` is called. */
  enters(): void {
    if (!mayEnter(this.#room, this.#user, this.#state.world.now())) throw noSuchRoom();
    this.#state.presence.hold(this.#room, this.#user);
  }

  /** Leaves the room. */
  leaves(): void {
    this.#state.presence.leave(this.#room, this.#user);
  }

  /** Edits a message. An explicit reply stays a reply. */
  edits(message: MessageId, text: string): ServerMessage {
    const record = this.#message(message);
    const parentId = record.showParent ? record.parentId : null;
    editMessage(this.#state.world, record, this.#user, text, { parentId });
    return serverMessage(record);
  }

  /** Deletes a message, within the edit window. */
  deletes(message: MessageId): void {
    deleteMessage(this.#state.world, this.#message(message), this.#user);
  }

  /** Toggles this user's star. */
  stars(message: MessageId): void {
    toggleStar(this.#state.world, this.#message(message), this.#user);
  }

  /** Toggles this user's spam flag. */
  flags(message: MessageId): void {
    toggleFlag(this.#state.world, this.#message(message), this.#user);
  }

  /** Reports a message to the moderators. */
  reports(message: MessageId, why: string): void {
    flagForModerators(this.#state.world, this.#message(message), this.#user, why);
  }

  /** Toggles this user's pin, as an owner. */
  pins(message: MessageId): void {
    togglePin(this.#state.world, this.#message(message), this.#user);
  }

  /** Cancels all stars of a message, as an owner. */
  cancelsStars(message: MessageId): void {
    cancelStars(this.#state.world, this.#message(message), this.#user);
  }

  /** Moves messages of this room to another one, as an owner of this room. Returns the number of messages moved. */
  moves(messages: MessageId | readonly MessageId[], to: RoomName): number {
    const { world } = this.#state;
    const list = typeof messages === "object" && "length" in messages ? messages : [messages];
    const records = list.map((message) => this.#message(message));
    return moveMessages(world, this.#room, findRoom(this.#state, to), this.#user, records);
  }

  /** Changes name, description, tags or access of the room, as an owner. Emits the change to everyone in it. */
  updates(change: RoomChange): void {
    updateRoom(this.#state.world, this.#room, this.#user, change);
  }

  /** Sets a user's access level in the room, as an owner; null removes it. */
  setsAccess(target: ServerUser, level: AccessLevel | null): void {
    setAccess(this.#state.world, this.#room, this.#user, target.recordOn(this.#state), level);
  }

  /** Invites a user to the room. */
  invites(target: ServerUser): void {
    invite(this.#state.world, this.#room, this.#user, target.recordOn(this.#state));
  }

  /** Kicks a user, as an owner. Returns the minutes until they can return. */
  kicks(target: ServerUser): number {
    return kick(this.#state.world, this.#room, this.#user, target.recordOn(this.#state));
  }

  #message(message: MessageId): MessageRecord {
    return findMessage(this.#state.world, idOf(message), this.#user);
  }
}

function idOf(message: MessageId): number {
  return typeof message === "object" ? message.id : message;
}

/** A room by id, by name, or as an object with an id. */
export type RoomName = number | string | { readonly id: number };

/** Finds a room. @throws {BAD_ARGUMENT} if there is no such room on this site */
export function findRoom(state: SiteState, room: RoomName): RoomRecord {
  if (room instanceof ServerRoom) return room.recordOn(state);
  const idOrName = typeof room === "object" ? room.id : room;
  for (const room of state.world.rooms.values()) if (room.id === idOrName || room.name === idOrName) return room;
  throw new UsageError(
    `there is no room ${JSON.stringify(idOrName)} on the local ${state.host}; add it with site.addRoom`,
  );
}
