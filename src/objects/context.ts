/** The view that rooms, users and messages have of their client: an interface, so that imports form no circle. */
import type { Client } from "../client/client.js";
import type { EventRouter } from "../live/router.js";
import type { RawEvent, RawUser } from "../protocol/raw.js";
import type { Actions } from "../sending/actions.js";
import type { Session } from "../transport/session.js";
import type { Services } from "../util/services.js";
import type { Moments } from "./lazy-fields.js";
import type { Membership } from "./membership.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** One object for each id. */
export interface Identity extends Moments {
  /** The root of the chat site. */
  readonly origin: string;
  /** Whether this is the id of who is logged in. */
  isMe(userId: number): boolean;
  room(id: number): Room;
  user(id: number): User;
  message(id: number): Message;
  /**
   * The user with this id and this name.
   * @param asOf - the moment of the request that brought the name. @default now
   */
  named(id: number, name: string, asOf?: number): User;
  /** The user of an event: its name counts only while no better one is known. */
  userOf(id: number, name: string | undefined): User;
  /** The message of an event; null when the event is about none. */
  messageOf(raw: RawEvent): Message | null;
  /** One user's record, requested together with all others of this tick; undefined when the server has none. */
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
