/**
 * The events of a room, one class for each of the servers' own types (protocol.md §4.2). An event is a thin view of
 * the raw object: reading it makes no request and copies nothing.
 */

import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import type { User } from "../objects/user.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import { type InspectArguments, inspectCustom, inspected, quoted } from "../util/inspect.js";
import { isEventOf, nameEventClasses, nameOfEventClass } from "./event-class.js";
import { type Gap, type GapKind, gapReasons } from "./gaps.js";

/** The part of the client that events use: objects by id. */
export interface EventContext {
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

  /** A copy of the event for a listener that acknowledges it itself. @internal */
  static withDone(event: ChatEvent, acknowledge: () => void): ChatEvent {
    const own =
      event instanceof StreamGap
        ? new StreamGap(event.data, event.#context, event.receivedAt, event)
        : eventOf(event.data, event.#context, event.receivedAt);
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

  /** The user who did it; null where the server does not say (stars, for one). */
  get user(): User | null {
    return this.userOf(this.data.user_id, this.data.user_name);
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

  /** The content as plain text; null when there is none. */
  get textContent(): string | null {
    const { content } = this;
    return content === null ? null : htmlToText(content);
  }

  /** @internal */
  protected userOf(id: unknown, name: unknown): User | null {
    const known = numberOf(id);
    return known === undefined || known === 0 ? null : this.#context.userOf(known, stringOf(name));
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

  /** The name of the author replied to; null on servers older than 2026, which do not say. */
  get parentName(): string | null {
    return stringOf(this.data.parent_username) ?? null;
  }

  /** The HTML content of the message replied to; null where the server does not say. */
  get parentContent(): string | null {
    return stringOf(this.data.parent_text) ?? null;
  }
}

/** A message was posted. */
export class MessagePosted extends ChatMessageEvent {}
/** A message has a new text; {@link ChatEvent.timeStamp} is still that of the post. */
export class MessageEdited extends ChatMessageEvent {}
/** A message was starred, unstarred, pinned or unpinned; the server does not say by whom. */
export class MessageStarred extends ChatMessageEvent {}
/** You were mentioned. The same message also comes as {@link MessagePosted}. */
export class UserMentioned extends ChatMessageEvent {}
/** A message was flagged; only some people learn of it. */
export class MessageFlagged extends ChatMessageEvent {
  /** How many flags the message has; null when the server does not say. */
  get flags(): number | null {
    return numberOf(this.data.message_flags) ?? null;
  }
}
/** A message was deleted; its content is gone. */
export class MessageDeleted extends ChatMessageEvent {}
/** Somebody replied to you. The same message also comes as {@link MessagePosted}. */
export class MessageReply extends ChatMessageEvent {}
/** A message was moved out of this room. */
export class MessageMovedOut extends ChatMessageEvent {}
/** A message was moved into this room. */
export class MessageMovedIn extends ChatMessageEvent {}
/** A user entered the room. */
export class UserEntered extends ChatEvent {}
/** A user left the room. */
export class UserLeft extends ChatEvent {}
/** The room's name, description, tags or visibility changed. */
export class RoomNameChanged extends ChatEvent {}
/** Not normally sent. */
export class DebugMessage extends ChatEvent {}
/** A relic: a file was added to the room. */
export class FileAdded extends ChatEvent {}
/** For moderators: a flag is waiting. */
export class ModeratorFlag extends ChatEvent {}
/** Your settings changed elsewhere, such as your ignore list. */
export class UserSettingsChanged extends ChatEvent {}
/** A banner for everybody. */
export class GlobalNotification extends ChatEvent {}
/** A user's right to the room changed. */
export class AccessLevelChanged extends ChatEvent {
  /** The new level: `owner`, `read-write`, `read-only`, `request` or another word of the server. */
  get level(): string | null {
    return this.content?.replace(/^Access now /, "") ?? null;
  }
}
/** A banner for you. */
export class UserNotification extends ChatEvent {}
/** You were invited to {@link ChatEvent.room} by {@link ChatEvent.user}. Every listener of any room gets it. */
export class Invitation extends ChatEvent {}
/** A gap in the history, or a timeout of the room. */
export class TimeBreak extends ChatEvent {}
/** A feed has something new for the room's ticker. */
export class FeedTicker extends ChatEvent {}
/** A user was suspended. */
export class UserSuspended extends ChatEvent {}
/** Two accounts became one. */
export class UserMerged extends ChatEvent {}
/** A user has a new name or avatar. */
export class UserNameOrAvatarChanged extends ChatEvent {}
/**
 * Not of the server's making: events of this room were lost and cannot be fetched any more. The changes that the lists
 * of messages still show are delivered after it; who came and went in the meantime is not known.
 */
export class StreamGap extends ChatEvent {
  /** The first event id that may be missing. */
  readonly from: number;
  /** The last event id that may be missing. */
  readonly to: number;
  /** Why they were lost, for programs: `reset` for one means that event ids count from the beginning again. */
  readonly kind: GapKind;
  /** The same in a sentence. */
  readonly reason: string;

  /** @internal */
  constructor(data: RawEvent, context: EventContext, receivedAt: number, gap: Pick<Gap, "from" | "to" | "kind">) {
    super(data, context, receivedAt);
    this.from = gap.from;
    this.to = gap.to;
    this.kind = gap.kind;
    this.reason = gapReasons[gap.kind];
  }
}
/** Any other event; {@link ChatEvent.data} has all there is. */
export class UnknownEvent extends ChatEvent {}

nameEventClasses({
  ChatEvent,
  ChatMessageEvent,
  MessagePosted,
  MessageEdited,
  MessageStarred,
  UserMentioned,
  MessageFlagged,
  MessageDeleted,
  MessageReply,
  MessageMovedOut,
  MessageMovedIn,
  UserEntered,
  UserLeft,
  RoomNameChanged,
  DebugMessage,
  FileAdded,
  ModeratorFlag,
  UserSettingsChanged,
  GlobalNotification,
  AccessLevelChanged,
  UserNotification,
  Invitation,
  TimeBreak,
  FeedTicker,
  UserSuspended,
  UserMerged,
  UserNameOrAvatarChanged,
  StreamGap,
  UnknownEvent,
});

/** A class of events, as `newEvents` takes it. */
export type EventClass<E extends ChatEvent = ChatEvent> = abstract new (...args: never[]) => E;

/** The events that classes stand for: their instances, or any event when there is no class. */
export type EventsOf<C extends readonly EventClass[]> = C["length"] extends 0 ? ChatEvent : InstanceType<C[number]>;

type ConcreteEvent = new (data: RawEvent, context: EventContext, receivedAt: number) => ChatEvent;

const byType: ReadonlyMap<number, ConcreteEvent> = new Map<number, ConcreteEvent>([
  [1, MessagePosted],
  [2, MessageEdited],
  [3, UserEntered],
  [4, UserLeft],
  [5, RoomNameChanged],
  [6, MessageStarred],
  [7, DebugMessage],
  [8, UserMentioned],
  [9, MessageFlagged],
  [10, MessageDeleted],
  [11, FileAdded],
  [12, ModeratorFlag],
  [13, UserSettingsChanged],
  [14, GlobalNotification],
  [15, AccessLevelChanged],
  [16, UserNotification],
  [17, Invitation],
  [18, MessageReply],
  [19, MessageMovedOut],
  [20, MessageMovedIn],
  [21, TimeBreak],
  [22, FeedTicker],
  [29, UserSuspended],
  [30, UserMerged],
  [34, UserNameOrAvatarChanged],
]);

const classes: ReadonlyMap<number, { readonly Class: ConcreteEvent; readonly isAboutMessage: boolean }> = new Map(
  [...byType].map(([type, Class]) => [type, { Class, isAboutMessage: Class.prototype instanceof ChatMessageEvent }]),
);

/** Wraps a raw event; one of unknown type, or without a field its class needs, becomes an UnknownEvent. @internal */
export function eventOf(data: RawEvent, context: EventContext, receivedAt: number): ChatEvent {
  const known = classes.get(data.event_type);
  if (!known || (known.isAboutMessage && numberOf(data.message_id) === undefined))
    return new UnknownEvent(data, context, receivedAt);
  return new known.Class(data, context, receivedAt);
}

/** A copy of the event for a listener that acknowledges it itself, with `event.done()`. @internal */
export function withDone(event: ChatEvent, acknowledge: () => void): ChatEvent {
  return ChatEvent.withDone(event, acknowledge);
}
