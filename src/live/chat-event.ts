/**
 * The base classes of all events and of message events. An event is a thin view of the raw object: reading it makes no
 * request and copies nothing.
 */
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import type { User } from "../objects/user.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import { type InspectArguments, inspectCustom, inspectFacts, inspectText } from "../util/inspect.js";
import { isEventOf, nameOfEventClass } from "./event-class.js";

/** The part of the client that events use: objects by id. */
export interface EventContext {
  /** The origin of the chat site, to resolve relative links in contents. */
  readonly origin: string;
  /** Whether this is the id of the logged-in account. */
  isMe(userId: number): boolean;
  /** Whether a message is known to be the logged-in account's. */
  isYours(messageId: number): boolean;
  room(id: number): Room;
  userOf(id: number, name: string | undefined): User;
  messageOf(raw: RawEvent): Message | null;
}

/** The base class of all events. */
export class ChatEvent {
  /** Recognizes events of the same class from another copy of this package. @internal */
  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this method, so `this` is the subclass
    return isEventOf(this, ChatEvent, value);
  }

  /** The raw event as received. */
  readonly data: Readonly<RawEvent>;
  /** When this client received it, in milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly #context: EventContext;
  #acknowledge: (() => void) | undefined;

  /** @internal */
  constructor(data: RawEvent, context: EventContext, receivedAt: number) {
    this.data = data;
    this.receivedAt = receivedAt;
    this.#context = context;
  }

  /** A copy of the event, created by `make`, for a listener that acknowledges events itself. @internal */
  static withAcknowledge(
    event: ChatEvent,
    make: (context: EventContext) => ChatEvent,
    acknowledge: () => void,
  ): ChatEvent {
    const own = make(event.#context);
    own.#acknowledge = acknowledge;
    return own;
  }

  /**
   * Acknowledges the event, for a `watch` with `ack: "manual"` and a `stateFile`: an event that is not acknowledged is
   * delivered again after a restart. Otherwise does nothing. Idempotent.
   */
  done(): void {
    this.#acknowledge?.();
  }

  /** The id of the event, increasing across the whole host; null for events that come from lists without ids. */
  get id(): number | null {
    return numberOf(this.data.id) ?? null;
  }

  /** The numeric event type of the server. */
  get type(): number {
    return this.data.event_type;
  }

  /**
   * The room it happened in; null for events outside any room. For an {@link Invitation}, the room you are invited to.
   */
  get room(): Room | null {
    const id = numberOf(this.data.room_id);
    return id === undefined || id === 0 ? null : this.#context.room(id);
  }

  /**
   * The time that the server sent, in Unix seconds. For message events this is when the message was posted, not when it
   * was edited, starred or deleted; see {@link ChatEvent.receivedAt} for that.
   */
  get timeStamp(): number {
    return numberOf(this.data.time_stamp) ?? 0;
  }

  /**
   * The user who caused the event; null when the server does not say, as for flags and for stars and pins by others.
   */
  get user(): User | null {
    return this.userOf(this.data.user_id, this.data.user_name);
  }

  /** Whether {@link ChatEvent.user} is the logged-in account. */
  get byYou(): boolean {
    const id = numberOf(this.data.user_id);
    return id !== undefined && this.#context.isMe(id);
  }

  /** The name of {@link ChatEvent.user} at the time of the event, plain text; null when the server does not say. */
  get userName(): string | null {
    return stringOf(this.data.user_name) ?? null;
  }

  /** The user the event is about or addressed to; null when there is none. */
  get targetUser(): User | null {
    const id = numberOf(this.data.target_user_id);
    return id === undefined ? null : id === this.data.user_id ? this.user : this.userOf(id, undefined);
  }

  /** The content as HTML; null when there is none. */
  get content(): string | null {
    return stringOf(this.data.content) ?? null;
  }

  /**
   * The content as plain text, without the invisible characters that the server inserts into long words; null when
   * there is none.
   */
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
  protected isYours(messageId: number): boolean {
    return this.#context.isYours(messageId);
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
    const by = inspectText(user?.peek.name, given);
    return inspectFacts(name, facts, given, by && `by ${by}`, inspectText(this.textContent ?? undefined, given));
  }

  /** The class, id and room, such as `MessagePosted 90287708 in room 1`. */
  toString(): string {
    return `${this.#className} ${this.id ?? ""} in room ${numberOf(this.data.room_id) ?? "?"}`;
  }

  get #className(): string {
    return nameOfEventClass(this.constructor) ?? this.constructor.name;
  }
}

/** The base class of events about a message. */
export class ChatMessageEvent extends ChatEvent {
  /** The message, the same object for every event about it. */
  get message(): Message {
    const message = this.messageOf();
    if (!message) throw new TypeError("a message event without a message id"); // eventOf never makes one
    return message;
  }

  /** The id of the message. */
  get messageId(): number {
    return numberOf(this.data.message_id) ?? 0;
  }

  /**
   * The id of the message this one replies to; null when there is none. The server also guesses it for a plain `@name`:
   * see {@link ChatMessageEvent.isReply}.
   */
  get parentId(): number | null {
    return numberOf(this.data.parent_id) ?? null;
  }

  /** Whether it is an explicit reply; false when the server only guessed the parent from an `@name`. */
  get isReply(): boolean {
    return this.data.show_parent === true;
  }

  /** Whether it is an explicit reply to a message that is known to be yours. Makes no object. @internal */
  get repliesToYou(): boolean {
    const { parentId } = this;
    return this.isReply && parentId !== null && this.isYours(parentId);
  }

  /** The number of edits of the message. */
  get edits(): number {
    return numberOf(this.data.message_edits) ?? 0;
  }

  /** The number of stars of the message. */
  get stars(): number {
    return numberOf(this.data.message_stars) ?? 0;
  }

  /** The number of room owners who pinned the message. */
  get pins(): number {
    return numberOf(this.data.message_owner_stars) ?? 0;
  }

  /** Whether the message was moved here from another room. */
  get moved(): boolean {
    return this.data.moved === true;
  }

  /** The name of the parent message's author; null when the server does not say, as before September 2025. */
  get parentName(): string | null {
    return stringOf(this.data.parent_username) ?? null;
  }

  /** The parent message's content as HTML; null when the server does not say. */
  get parentContent(): string | null {
    return stringOf(this.data.parent_text) ?? null;
  }
}
