/** The events of a room, one class for each of the servers' own types (protocol.md §4.2). */

import type { Room } from "../objects/room.js";
import type { User } from "../objects/user.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { ChatEvent, ChatMessageEvent, type EventContext } from "./chat-event.js";
import { nameEventClasses } from "./event-class.js";
import { type Gap, type GapKind, gapReasons } from "./gaps.js";

export { ChatEvent, ChatMessageEvent, type EventContext } from "./chat-event.js";

/** A level of access, as the server names it. */
export type AccessWord = "owner" | "read-write" | "read-only" | "(default)" | "request" | (string & {});

/** A message was posted. */
export class MessagePosted extends ChatMessageEvent {}
/** A message has a new text; {@link ChatEvent.timeStamp} is still that of the post. */
export class MessageEdited extends ChatMessageEvent {}
/**
 * A message was starred, unstarred, pinned or unpinned. The server says by whom only if it was you:
 * {@link ChatEvent.user} is null for everybody else.
 */
export class MessageStarred extends ChatMessageEvent {}
/** You were mentioned. The same message also comes as {@link MessagePosted}. */
export class UserMentioned extends ChatMessageEvent {}
/** A message was flagged; only some people learn of it, and nobody learns who flagged. */
export class MessageFlagged extends ChatMessageEvent {
  /** How many flags the message has; null when the server does not say. */
  get flags(): number | null {
    return numberOf(this.data.message_flags) ?? null;
  }
}
/** A message was deleted; its content is gone. */
export class MessageDeleted extends ChatMessageEvent {}
/**
 * Somebody replied to you. The same message also comes as {@link MessagePosted}. A reply to your own message is one,
 * too: a bot that answers replies looks at {@link ChatEvent.byYou}, or it answers itself for ever.
 */
export class MessageReply extends ChatMessageEvent {}
/** A message was moved out of this room by {@link ChatEvent.user}, who need not be its author. */
export class MessageMovedOut extends ChatMessageEvent {
  /** The user who moved the message; its author is `await event.message.owner`. */
  get movedBy(): User | null {
    return this.user;
  }
}
/** A message was moved into this room by {@link ChatEvent.user}, who need not be its author. */
export class MessageMovedIn extends ChatMessageEvent {
  /** The user who moved the message; its author is `await event.message.owner`. */
  get movedBy(): User | null {
    return this.user;
  }
}
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
/** A user's right to the room changed, or a user asks for one. */
export class AccessLevelChanged extends ChatEvent {
  /**
   * The new level of {@link ChatEvent.targetUser}: `(default)` when their entry was removed, `request` when they ask for
   * access, or another word of the server; null when the server says none.
   */
  get level(): AccessWord | null {
    return this.textContent?.replace(/^Access now /, "") ?? null;
  }

  /** The user who asks for access to the room; null when a right was given or taken. */
  get requester(): User | null {
    return this.level === "request" ? (this.targetUser ?? this.user) : null;
  }
}
/** A banner for you, in no room: {@link ChatEvent.room} is null. */
export class UserNotification extends ChatEvent {
  /** The room of yours that {@link ChatEvent.user} asks for access to; null for any other banner. */
  get requestedRoom(): Room | null {
    const id = /\shref="[^"]*\/rooms\/info\/(\d{1,15})[^"]*[?&;]tab=access"/.exec(this.content ?? "")?.[1];
    return id === undefined ? null : this.roomOf(Number(id));
  }
}
/**
 * You were invited to {@link ChatEvent.room} by {@link ChatEvent.user}. Listeners of any room get it: it comes under the
 * rooms that you are in.
 */
export class Invitation extends ChatEvent {}
/** A gap in the history, or a timeout of the room. */
export class TimeBreak extends ChatEvent {}
/** A feed has something new for the room's ticker. */
export class FeedTicker extends ChatEvent {}
/** A user was suspended. */
export class UserSuspended extends ChatEvent {}
/** Two accounts became one. */
export class UserMerged extends ChatEvent {}
/** {@link ChatEvent.targetUser} has a new name or avatar; {@link ChatEvent.user} is the system user `Feeds`. */
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
  const { data, receivedAt } = event;
  const make = (context: EventContext): ChatEvent =>
    event instanceof StreamGap ? new StreamGap(data, context, receivedAt, event) : eventOf(data, context, receivedAt);
  return ChatEvent.withDone(event, make, acknowledge);
}
