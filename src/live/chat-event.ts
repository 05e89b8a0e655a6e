/**
 * The base class of all events, and that of events about messages. An event is a thin view of the raw object: reading
 * it makes no request and copies nothing.
 */
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import type { User } from "../objects/user.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import { type InspectArguments, inspectCustom, inspected, quoted } from "../util/inspect.js";
import { isEventOf, nameOfEventClass } from "./event-class.js";

/** The part of the client that events use: objects by id. */
export interface EventContext {
  /** The root of the chat site, before which the paths in some contents belong. */
  readonly origin: string;
  /** Whether this is the id of who is logged in. */
  isMe(userId: number): boolean;
  room(id: number): Room;
  userOf(id: number, name: string | undefined): User;
  messageOf(raw: RawEvent): Message | null;
}

/** Any event. */
export class ChatEvent {
  /** An event of the same class of another copy of this package is one, too. @internal */
  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: classes further down inherit this method, and are asked about themselves
    return isEventOf(this, ChatEvent, value);
  }

  /** The raw object as received. */
  readonly data: Readonly<RawEvent>;
  /** When it arrived here, in milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly #context: EventContext;
  #acknowledge: (() => void) | undefined;

  /** @internal */
  constructor(data: RawEvent, context: EventContext, receivedAt: number) {
    this.data = data;
    this.receivedAt = receivedAt;
    this.#context = context;
  }

  /** A copy of the event, made by `make`, for a listener that acknowledges it itself. @internal */
  static withDone(event: ChatEvent, make: (context: EventContext) => ChatEvent, acknowledge: () => void): ChatEvent {
    const own = make(event.#context);
    own.#acknowledge = acknowledge;
    return own;
  }

  /**
   * Acknowledges the event, for a `watch` with `ack: "manual"` of a client with a state: without this the event is
   * delivered again after a restart. Does nothing elsewhere. Idempotent.
   */
  done(): void {
    this.#acknowledge?.();
  }

  /** The event's number, increasing over the whole host; null in lists that have none. */
  get id(): number | null {
    return numberOf(this.data.id) ?? null;
  }

  /** The server's number for the type of the event. */
  get type(): number {
    return this.data.event_type;
  }

  /** The room it happened in; null for events of no room. For an {@link Invitation} the room you are invited to. */
  get room(): Room | null {
    const id = numberOf(this.data.room_id);
    return id === undefined || id === 0 ? null : this.#context.room(id);
  }

  /**
   * Unix seconds as sent. For everything about a message this is the time of the original post, not of the edit, the
   * star or the deletion; see {@link ChatEvent.receivedAt} for those.
   */
  get timeStamp(): number {
    return numberOf(this.data.time_stamp) ?? 0;
  }

  /** The user who did it; null where the server does not say: who flagged, and whose star or pin it is unless it is yours. */
  get user(): User | null {
    return this.userOf(this.data.user_id, this.data.user_name);
  }

  /** Whether {@link ChatEvent.user} is who is logged in here. */
  get byYou(): boolean {
    const id = numberOf(this.data.user_id);
    return id !== undefined && this.#context.isMe(id);
  }

  /** The name of {@link ChatEvent.user} as of the event, plain text; null where the server does not say. */
  get userName(): string | null {
    return stringOf(this.data.user_name) ?? null;
  }

  /** The user the event is about or for, when there is one. */
  get targetUser(): User | null {
    const id = numberOf(this.data.target_user_id);
    return id === undefined ? null : id === this.data.user_id ? this.user : this.userOf(id, undefined);
  }

  /** HTML as sent; null when there is none. */
  get content(): string | null {
    return stringOf(this.data.content) ?? null;
  }

  /** The content as plain text, without the invisible characters that the server puts into long words; null when there is none. */
  get textContent(): string | null {
    const { content } = this;
    return content === null ? null : htmlToText(content, { origin: this.#context.origin });
  }

  /** @internal */
  protected userOf(id: unknown, name: unknown): User | null {
    const known = numberOf(id);
    return known === undefined || known === 0 ? null : this.#context.userOf(known, stringOf(name));
  }

  /** @internal */
  protected roomOf(id: number): Room {
    return this.#context.room(id);
  }

  /** @internal */
  protected messageOf(): Message | null {
    return this.#context.messageOf(this.data);
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const name = `${this.#className}${this.id === null ? "" : ` ${this.id}`}`;
    const { room, user, content, timeStamp } = this;
    const message = this.messageOf();
    const facts = { room, user, ...(message ? { message } : {}), ...(content === null ? {} : { content }), timeStamp };
    const by = quoted(user?.peek.name, given);
    return inspected(name, facts, given, by && `by ${by}`, quoted(this.textContent ?? undefined, given));
  }

  /** Names the event, its id and its room, such as `MessagePosted 90287708 in room 1`. */
  toString(): string {
    return `${this.#className} ${this.id ?? ""} in room ${numberOf(this.data.room_id) ?? "?"}`;
  }

  get #className(): string {
    return nameOfEventClass(this.constructor) ?? this.constructor.name;
  }
}

/** An event about a message. */
export class ChatMessageEvent extends ChatEvent {
  /** The message: the same object for every event about it. */
  get message(): Message {
    const message = this.messageOf();
    if (!message) throw new TypeError("a message event without a message id"); // eventOf never makes one
    return message;
  }

  /** The id of the message. */
  get messageId(): number {
    return numberOf(this.data.message_id) ?? 0;
  }

  /** The message this one answers, or null. Also set, as a guess of the server, on a plain `@name`: see {@link ChatMessageEvent.isReply}. */
  get parentId(): number | null {
    return numberOf(this.data.parent_id) ?? null;
  }

  /** True for an explicit reply, false for the server's guess from an `@name`. */
  get isReply(): boolean {
    return this.data.show_parent === true;
  }

  /** How often the message has been edited. */
  get edits(): number {
    return numberOf(this.data.message_edits) ?? 0;
  }

  /** How many people have starred the message. */
  get stars(): number {
    return numberOf(this.data.message_stars) ?? 0;
  }

  /** How many owners have pinned the message. */
  get pins(): number {
    return numberOf(this.data.message_owner_stars) ?? 0;
  }

  /** The message came from another room. */
  get moved(): boolean {
    return this.data.moved === true;
  }

  /** The name of the author replied to; null where the server does not say, as before September 2025. */
  get parentName(): string | null {
    return stringOf(this.data.parent_username) ?? null;
  }

  /** The HTML content of the message replied to; null where the server does not say. */
  get parentContent(): string | null {
    return stringOf(this.data.parent_text) ?? null;
  }
}
