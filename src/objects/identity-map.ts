/** The identity map: one Room, User or Message per id while it is referenced, kept current by events. */
import { EventType, type RawEvent, type RawUser } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { RecentSet } from "../util/recent-set.js";
import { WeakCache } from "../util/weak-cache.js";
import type { Identity, ObjectContext } from "./context.js";
import { Message } from "./message.js";
import { Room } from "./room.js";
import { User } from "./user.js";
import { UserBatch } from "./user-batch.js";

/** The number of recent message events kept for message objects that are created after them. */
const RECENT_EVENTS = 128;

export class IdentityMap implements Identity {
  readonly #context: ObjectContext;
  readonly #rooms = new WeakCache<number, Room>();
  readonly #users = new WeakCache<number, User>();
  readonly #messages = new WeakCache<number, Message>();
  readonly #batch: UserBatch;
  #moment = 0;
  /** A ring buffer of recent message events: an answer in flight may be older than these. */
  readonly #recent: RawEvent[] = [];
  readonly #recentMoments: number[] = [];
  #newest = 0;
  /** The messages that the account has posted lately. */
  readonly #own = new RecentSet<number>(RECENT_EVENTS);

  constructor(context: ObjectContext) {
    this.#context = context;
    this.#batch = new UserBatch(context.session, () => context.membership.any);
  }

  get origin(): string {
    return this.#context.session.site.chatOrigin;
  }

  isMe(userId: number): boolean {
    return this.#context.session.me?.id === userId;
  }

  isYours(messageId: number): boolean {
    if (this.#own.has(messageId)) return true;
    const owner = this.#messages.peek(messageId)?.peek.owner;
    return owner !== undefined && owner !== null && this.isMe(owner.id);
  }

  /** The number of events merged so far: a logical clock that orders facts by age. */
  get moment(): number {
    return this.#moment;
  }

  room(id: number): Room {
    return this.#rooms.get(id, () => new Room(this.#context, id));
  }

  user(id: number): User {
    return this.#users.get(id, () => new User(this.#context, id));
  }

  message(id: number): Message {
    return this.#messages.get(id, () => this.#newMessage(id));
  }

  named(id: number, name: string, asOf: number = this.#moment): User {
    const user = this.user(id);
    user.merge({ name }, asOf);
    return user;
  }

  userOf(id: number, name: string | undefined): User {
    const user = this.user(id);
    if (name !== undefined && user.peek.name === undefined) user.merge({ name });
    return user;
  }

  messageOf(raw: RawEvent): Message | null {
    const id = numberOf(raw.message_id);
    if (id === undefined) return null;
    // A new object merges the event now; an existing one merged it before delivery.
    return this.#messages.get(id, () => {
      const message = new Message(this.#context, id);
      message.learnFromEvent(raw, this.#moment);
      return message;
    });
  }

  userInfo(id: number): Promise<RawUser | undefined> {
    return this.#batch.get(id);
  }

  /** Merges an event into existing objects, before any listener gets it. */
  learn(raw: RawEvent): void {
    this.#moment += 1;
    const messageId = numberOf(raw.message_id);
    if (messageId !== undefined) {
      this.#messages.peek(messageId)?.learnFromEvent(raw, this.#moment);
      this.#recent[this.#newest] = raw;
      this.#recentMoments[this.#newest] = this.#moment;
      this.#newest = (this.#newest + 1) % RECENT_EVENTS;
    }
    const { event_type: type } = raw;
    const { me } = this.#context.session;
    if (type === EventType.MessagePosted) {
      if (messageId !== undefined && me && raw.user_id === me.id) this.#own.add(messageId);
      return;
    }
    const roomId = numberOf(raw.room_id) ?? 0;
    if (type === EventType.RoomNameChanged) {
      this.#rooms.peek(roomId)?.invalidate("name", "description", "descriptionHtml", "tags", "state");
    }
    if (type === EventType.AccessLevelChanged) this.#rooms.peek(roomId)?.invalidate("owners");
    if (type === EventType.UserEntered || type === EventType.UserLeft)
      this.#rooms.peek(roomId)?.learnFromEvent(raw, this.#moment);
    if (type === EventType.UserLeft && raw.user_id === me?.id) this.#context.membership.leave(roomId);
    if (type === EventType.UserNameOrAvatarChanged) {
      this.#users.peek(numberOf(raw.target_user_id) ?? numberOf(raw.user_id) ?? 0)?.invalidate("name", "avatarUrl");
    }
  }

  /** Creates a message object and merges the recent events about it, which are newer than answers in flight. */
  #newMessage(id: number): Message {
    const message = new Message(this.#context, id);
    for (let at = 0; at < this.#recent.length; at++) {
      const place = (this.#newest + at) % this.#recent.length;
      const raw = this.#recent[place];
      if (raw?.message_id === id) message.learnFromEvent(raw, this.#recentMoments[place] ?? 0);
    }
    return message;
  }
}
