/** What rooms, users and messages see of their client: an interface, so that no import runs in a circle. */
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
  room(id: number): Room;
  user(id: number): User;
  message(id: number): Message;
  /**
   * The user with this id, who is called this.
   * @param asOf - the moment of the request that told it. @default now
   */
  named(id: number, name: string, asOf?: number): User;
  /** The user of an event: the name there counts only while no better is known. */
  userOf(id: number, name: string | undefined): User;
  /** The message of an event; null when the event is about none. */
  messageOf(raw: RawEvent): Message | null;
  /** One person's record, asked for together with everybody else's of this tick; undefined when the server has none. */
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
