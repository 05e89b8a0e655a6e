/** What Room, User, Message and the stream share of their client: sessions, time, identity. Not for users. */
import type { RawEvent, RawUser } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { Clock } from "../util/clock.js";
import type { Client } from "./client.js";
import type { Live } from "./live.js";
import type { Message } from "./message.js";
import type { Outbox } from "./outbox.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** Options of any method that talks to the server. */
export interface RequestOptions {
  /** Ends the request with `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** @internal */
export interface ClientCore {
  readonly client: Client;
  readonly session: Session;
  readonly clock: Clock;
  readonly live: Live;
  readonly outbox: Outbox;
  /** Rooms this client has joined. */
  readonly joined: Set<number>;
  room(id: number): Room;
  user(id: number): User;
  message(id: number): Message;
  /** The message of a raw event or list item; new ones learn from it. */
  messageOf(raw: RawEvent): Message | null;
  /** One person's record, asked for together with everybody else's of this tick; undefined when the server has none. */
  userInfo(id: number): Promise<RawUser | undefined>;
  /** Makes sure there is a login. @throws {NOT_LOGGED_IN} before any request when there can be none. */
  login(tried: string): Promise<void>;
  /** Takes a failure nobody else would see. */
  report(error: unknown): void;
  warn(text: string, error?: unknown): void;
  /** Sees to it that the failure of an action is seen by somebody. */
  tend<T>(action: () => Promise<T>): Promise<T>;
  /** Runs an action in its turn, with a login, and tended. */
  act<T>(action: () => Promise<T>, options?: RequestOptions): Promise<T>;
}
