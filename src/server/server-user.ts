/** A person of the local server whom a script can act as. Real rules apply, but for the throttle and repetitions. */
import { UsageError } from "../errors/index.js";
import type { SiteState } from "./site-state.js";
import { mayEnter } from "./world/access.js";
import { toggleFlag } from "./world/flagging.js";
import { suspend } from "./world/people.js";
import { deleteMessage, editMessage, findMessage, postMessage } from "./world/posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./world/records.js";
import { noSuchRoom } from "./world/refusal.js";
import { togglePin, toggleStar } from "./world/starring.js";

/** What a script gets to know about a message, as it was at that moment. */
export interface ServerMessage {
  readonly id: number;
  readonly roomId: number;
  readonly userId: number;
  /** Markdown as typed. */
  readonly source: string;
  /** HTML; null when deleted. */
  readonly content: string | null;
  /** Unix seconds. */
  readonly timeStamp: number;
  readonly parentId: number | null;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly deleted: boolean;
}

/** A message record as scripts see it. */
export function serverMessage(message: MessageRecord): ServerMessage {
  const { id, roomId, userId, source, timeStamp, parentId, edits, deleted } = message;
  const content = deleted ? null : message.content;
  const counts = { stars: message.stars.size, pins: message.pins.size };
  return { id, roomId, userId, source, content, timeStamp, parentId, edits, deleted, ...counts };
}

/** A person of the local server whom a script can act as. */
export class ServerUser {
  readonly #state: SiteState;
  readonly #record: UserRecord;

  /** @internal */
  constructor(state: SiteState, record: UserRecord) {
    this.#state = state;
    this.#record = record;
  }

  /**
   * The record of this person on a site: ids mean nothing on another one.
   * @internal
   */
  recordOn(state: SiteState): UserRecord {
    if (state !== this.#state) throw new UsageError(`user ${this.id} is of another site`);
    return this.#record;
  }

  /** The chat user id. */
  get id(): number {
    return this.#record.id;
  }

  /** The display name now. */
  get name(): string {
    return this.#record.name;
  }

  /** What to log in with; both are empty for system users. */
  get email(): string {
    return this.#record.email ?? "";
  }

  /** The password to log in with; empty for system users. */
  get password(): string {
    return this.#state.network.account(this.email)?.password ?? "";
  }

  /** The ids of messages that pinged this person and were not acknowledged. */
  get pings(): readonly number[] {
    return [...this.#record.pings.keys()];
  }

  /** This person in a room. @throws {BAD_ARGUMENT} when there is no such room. */
  in(room: number | string | { readonly id: number }): UserInRoom {
    return new UserInRoom(this.#state, this.#record, findRoom(this.#state, typeof room === "object" ? room.id : room));
  }

  /** Suspends this person from chat for a while; 0 ends a suspension. */
  suspend(seconds: number): void {
    suspend(this.#state.world, this.#record, seconds);
  }
}

/** A person in a room. Every method throws the server's own sentence when a rule says no. */
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

  /** Says something; the throttle does not apply, and repetitions are taken. */
  says(markdown: string, { replyTo }: { readonly replyTo?: number | { readonly id: number } } = {}): ServerMessage {
    const parentId = typeof replyTo === "object" ? replyTo.id : replyTo;
    const options = { parentId, allowDuplicate: true };
    return serverMessage(postMessage(this.#state.world, this.#room, this.#user, markdown, options));
  }

  /** Comes in and stays until told to leave. */
  enters(): void {
    if (!mayEnter(this.#room, this.#user, this.#state.world.now())) throw noSuchRoom();
    this.#state.presence.hold(this.#room, this.#user);
  }

  /** Goes out. */
  leaves(): void {
    this.#state.presence.leave(this.#room, this.#user);
  }

  /** Changes a message; what it replies to stays as it is. */
  edits(messageId: number, text: string): ServerMessage {
    const message = this.#message(messageId);
    editMessage(this.#state.world, message, this.#user, text, {
      parentId: message.showParent ? message.parentId : null,
    });
    return serverMessage(message);
  }

  /** Takes a message back, within the window. */
  deletes(messageId: number): void {
    deleteMessage(this.#state.world, this.#message(messageId), this.#user);
  }

  /** Toggles this person's star. */
  stars(messageId: number): void {
    toggleStar(this.#state.world, this.#message(messageId), this.#user);
  }

  /** Toggles this person's flag for spam. */
  flags(messageId: number): void {
    toggleFlag(this.#state.world, this.#message(messageId), this.#user);
  }

  /** Toggles this person's pin. */
  pins(messageId: number): void {
    togglePin(this.#state.world, this.#message(messageId), this.#user);
  }

  #message(id: number): MessageRecord {
    return findMessage(this.#state.world, id, this.#user);
  }
}

/** @throws {BAD_ARGUMENT} when there is no such room. */
export function findRoom(state: SiteState, idOrName: number | string): RoomRecord {
  for (const room of state.world.rooms.values()) if (room.id === idOrName || room.name === idOrName) return room;
  throw new UsageError(
    `there is no room ${JSON.stringify(idOrName)} on the local ${state.host}; add it with site.addRoom`,
  );
}
