/** The client as rooms, users and messages see it: an interface, so that imports form no cycle. */
import type { Client } from "../client/client.js";
import type { EventRouter } from "../live/router.js";
import type { RawEvent, RawUser } from "../protocol/raw.js";
import type { Actions } from "../sending/actions.js";
import type { Session } from "../transport/session.js";
import type { Services } from "../util/services.js";
import type { LogicalClock } from "./lazy-fields.js";
import type { Membership } from "./membership.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** The identity map: one object per id. */
export interface Identity extends LogicalClock {
  /** The origin of the chat site. */
  readonly origin: string;
  /** Whether this is the id of the logged-in account. */
  isMe(userId: number): boolean;
  room(id: number): Room;
  user(id: number): User;
  message(id: number): Message;
  /**
   * The user with this id, after merging their name.
   * @param asOf - the moment of the request that brought the name. @default now
   */
  named(id: number, name: string, asOf?: number): User;
  /** The user of an event. The event's name is used only while no other name is known. */
  userOf(id: number, name: string | undefined): User;
  /** The message of an event; null when the event is not about a message. */
  messageOf(raw: RawEvent): Message | null;
  /**
   * The server's record of a user, requested in one batch with all others of this tick; undefined when there is none.
   */
  userInfo(id: number): Promise<RawUser | undefined>;
}

/** The parts of a client that its objects use. */
export interface ObjectContext {
  readonly client: Client;
  readonly services: Services;
  readonly session: Session;
  readonly identity: Identity;
  readonly actions: Actions;
  readonly membership: Membership;
  readonly live: EventRouter;
}
