/** What Room, User, Message and the stream share of their client: session, time, identity, turns. Not for users. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import { EventType, type RawEvent, type RawUser } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import type { Session } from "../transport/session.js";
import type { BoundedStream } from "../util/bounded-stream.js";
import type { Clock } from "../util/clock.js";
import { checkOptions } from "../util/options.js";
import { ActionPromise } from "../util/promises.js";
import type { Tally } from "../util/tally.js";
import { WeakCache } from "../util/weak-cache.js";
import type { Client } from "./client.js";
import type { EventContext } from "./events.js";
import { Message } from "./message.js";
import type { Found, Order, Outbox, Task } from "./outbox.js";
import { Room } from "./room.js";
import type { StateFile } from "./state-file.js";
import { Hub } from "./stream/hub.js";
import { type StreamOptions, streamDefaults } from "./stream/options.js";
import { User } from "./user.js";
import { UserBatch } from "./user-batch.js";

/** Options of any method that talks to the server. */
export interface RequestOptions {
  /** Ends the request with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a core is made of. @internal */
export interface CoreParts {
  readonly client: Client;
  readonly session: Session;
  readonly clock: Clock;
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly stream: StreamOptions;
  readonly replyForm: ReplyForm | undefined;
  readonly report: (error: unknown) => void;
  readonly warn: (text: string, error?: unknown) => void;
  readonly tally: Tally;
}

/** More about an action. */
export interface ActMore<T> {
  /** The options it takes. @default `signal` */
  readonly known?: readonly string[];
  /** What was done after all, when that is not clear; see {@link Task.find}. {@link again} for what can be done twice. */
  readonly find?: (startedAt: number) => Promise<Found<T> | undefined>;
}

/** For actions that do no harm when done twice. */
export const again = async (): Promise<undefined> => undefined;

/** @internal */
export class ClientCore implements EventContext {
  readonly client: Client;
  readonly session: Session;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly live: Hub;
  readonly replyForm: ReplyForm | undefined;
  /** Rooms this client has joined. */
  readonly joined: Set<number> = new Set();
  /** The newest message this client is known to have posted in each room. */
  readonly posted: Map<number, number> = new Map();
  /** The streams of events that have not ended. */
  readonly streams: Set<BoundedStream<unknown>> = new Set();
  /** Takes a failure nobody else would see. */
  readonly report: (error: unknown) => void;
  readonly warn: (text: string, error?: unknown) => void;
  /** Keeps what must survive the process; undefined when nothing has to. */
  state: StateFile | undefined;
  /** There is a state file, and it has not been read yet. */
  mustResume = false;
  /** No action is taken on any more. */
  isClosing = false;
  readonly #rooms = new WeakCache<number, Room>();
  readonly #users = new WeakCache<number, User>();
  readonly #messages = new WeakCache<number, Message>();
  readonly #batch: UserBatch;

  constructor(parts: CoreParts) {
    const { session, clock, random, warn } = parts;
    this.client = parts.client;
    this.session = session;
    this.clock = clock;
    this.outbox = parts.outbox;
    this.replyForm = parts.replyForm;
    this.report = (error) => {
      try {
        parts.report(error);
      } catch (failure) {
        parts.warn("onError failed itself", failure);
      }
    };
    this.warn = warn;
    this.#batch = new UserBatch(session, () => [...this.joined][0]);
    const learn = (raw: RawEvent): void => this.#learn(raw);
    const { cursors, ...options } = parts.stream;
    this.live = new Hub({
      session,
      clock,
      random,
      warn,
      tally: parts.tally,
      learn,
      events: this,
      options: { ...streamDefaults, ...options },
    });
    this.live.goOnFrom(Object.entries(cursors ?? {}).map(([roomId, cursor]) => [Number(roomId), cursor]));
  }

  room(id: number): Room {
    return this.#rooms.get(id, () => new Room(this, id));
  }

  user(id: number): User {
    return this.#users.get(id, () => new User(this, id));
  }

  message(id: number): Message {
    return this.#messages.get(id, () => new Message(this, id));
  }

  /** The user with this id, who is called this now. */
  named(id: number, name: string): User {
    const user = this.user(id);
    user.learn({ name });
    return user;
  }

  /** The user of an event: the name there counts only while no better is known. */
  userOf(id: number, name: string | undefined): User {
    const user = this.user(id);
    if (name !== undefined && user.peek.name === undefined) user.learn({ name });
    return user;
  }

  /** The message of an event; a new one learns what the event says, a known one has learned already. */
  messageOf(raw: RawEvent): Message | null {
    const id = numberOf(raw.message_id);
    if (id === undefined) return null;
    return this.#messages.get(id, () => {
      const message = new Message(this, id);
      message.learnFromEvent(raw);
      return message;
    });
  }

  now(): number {
    return this.clock.now();
  }

  /** One person's record, asked for together with everybody else's of this tick; undefined when the server has none. */
  userInfo(id: number): Promise<RawUser | undefined> {
    return this.#batch.get(id);
  }

  /** Makes sure there is a login. @throws {NOT_LOGGED_IN} before any request when there can be none. */
  async login(tried: string): Promise<void> {
    if (!this.session.canLogIn) throw new NotLoggedInError({ tried, host: this.session.chatHost });
    await this.session.login();
  }

  /** Sees to it that the failure of an action is seen by somebody. */
  tend<T>(action: () => Promise<T>): Promise<T> {
    return ActionPromise.run(action, this.report);
  }

  /** Runs an action in its turn, with a login, and tended. */
  act<T>(tried: string, action: () => Promise<T>, options: RequestOptions = {}, more: ActMore<T> = {}): Promise<T> {
    const { known = ["signal"], find } = more;
    return this.tend(async () => {
      checkOptions("this method", options, known);
      const results: T[] = [];
      const task: Task<T> = find ? { attempt: action, find } : { attempt: action };
      await this.order({ tried, tasks: [task], onDone: (result) => void results.push(result), signal: options.signal });
      return results[0] as T;
    });
  }

  /** @throws {BAD_ARGUMENT} when there is a state file that has not been read: listening or sending would overtake it. */
  checkResumed(tried: string): void {
    if (this.mustResume) throw new UsageError("with the option stateFile call resume() first", { tried });
  }

  /** Puts tasks into the outbox. @throws {CLOSED} {NOT_LOGGED_IN} before any request */
  async order<T>(order: Order<T>): Promise<void> {
    const about = { tried: order.tried, host: this.session.chatHost };
    this.checkResumed(order.tried);
    if (this.isClosing) throw new ClosedError(about);
    if (!this.session.canLogIn) throw new NotLoggedInError(about);
    await this.outbox.run(order);
  }

  /** Keeps what is known current: runs before anybody sees the event. */
  #learn(raw: RawEvent): void {
    const messageId = numberOf(raw.message_id);
    if (messageId !== undefined) this.#messages.peek(messageId)?.learnFromEvent(raw);
    const roomId = numberOf(raw.room_id) ?? 0;
    const { event_type: type } = raw;
    if (type === EventType.RoomNameChanged) {
      this.#rooms.peek(roomId)?.forget("name", "description", "descriptionHtml", "tags", "state");
    }
    if (type === EventType.AccessLevelChanged) this.#rooms.peek(roomId)?.forget("owners");
    if (type === EventType.UserLeft && raw.user_id === this.session.me?.id) this.joined.delete(roomId);
    if (type === EventType.UserNameOrAvatarChanged) {
      this.#users.peek(numberOf(raw.target_user_id) ?? numberOf(raw.user_id) ?? 0)?.forget("name", "avatarUrl");
    }
  }
}
