/** The event classes, one for each event type of the server (protocol.md §4.2). */

import type { Room } from "../objects/room.js";
import type { User } from "../objects/user.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { ChatEvent, ChatMessageEvent, type EventContext } from "./chat-event.js";
import { nameEventClasses } from "./event-class.js";
import { GAP_REASONS, type Gap, type GapKind } from "./gaps.js";

export { ChatEvent, ChatMessageEvent, type EventContext } from "./chat-event.js";

/** An access level, as the server names it. */
export type AccessWord = "owner" | "read-write" | "read-only" | "(default)" | "request" | (string & {});

/** A message was posted. */
export class MessagePosted extends ChatMessageEvent {}
/** A message was edited; {@link ChatEvent.timeStamp} is still when it was posted. */
export class MessageEdited extends ChatMessageEvent {}
/**
 * A message was starred, unstarred, pinned or unpinned. {@link ChatEvent.user} is set only if it was you; the server
 * does not say who else did it.
 */
export class MessageStarred extends ChatMessageEvent {}
/** You were mentioned. The message also arrives as {@link MessagePosted}; see `foldPings`. */
export class UserMentioned extends ChatMessageEvent {}
/** A message was flagged. Only some users are told, and nobody is told who flagged it. */
export class MessageFlagged extends ChatMessageEvent {
  /** The number of flags; null when the server does not say. */
  get flags(): number | null {
    return numberOf(this.data.message_flags) ?? null;
  }
}
/** A message was deleted; its content is gone. */
export class MessageDeleted extends ChatMessageEvent {}
/**
 * Somebody replied to you. The message also arrives as {@link MessagePosted}; see `foldPings`. A reply to your
 * own message counts, too: a bot that answers replies must check {@link ChatEvent.byYou}, or it answers itself forever.
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
/** The room's name, description, tags or access changed. */
export class RoomNameChanged extends ChatEvent {}
/** Not normally sent. */
export class DebugMessage extends ChatEvent {}
/** A file was added to the room. No longer sent. */
export class FileAdded extends ChatEvent {}
/** A flag needs attention. Sent to moderators. */
export class ModeratorFlag extends ChatEvent {}
/** Your settings, such as your ignore list, changed in another session. */
export class UserSettingsChanged extends ChatEvent {}
/** A notification for everybody. */
export class GlobalNotification extends ChatEvent {}
/** A user's access to the room changed, or a user requests access. */
export class AccessLevelChanged extends ChatEvent {
  /**
   * The new access level of {@link ChatEvent.targetUser}: `(default)` when their entry was removed, `request` when they
   * request access, or another word of the server; null when the server does not say.
   */
  get level(): AccessWord | null {
    return this.textContent?.replace(/^Access now /, "") ?? null;
  }

  /** The user who requests access; null when access was granted or removed. */
  get requester(): User | null {
    return this.level === "request" ? (this.targetUser ?? this.user) : null;
  }
}
/** A notification for you, outside any room: {@link ChatEvent.room} is null. */
export class UserNotification extends ChatEvent {
  /** Your room to which {@link ChatEvent.user} requests access; null for any other notification. */
  get requestedRoom(): Room | null {
    const id = /\shref="[^"]*\/rooms\/info\/(\d{1,15})[^"]*[?&;]tab=access"/.exec(this.content ?? "")?.[1];
    return id === undefined ? null : this.roomOf(Number(id));
  }
}
/**
 * {@link ChatEvent.user} invited you to {@link ChatEvent.room}. Listeners of any room receive it, because the server
 * sends it to the rooms you are in.
 */
export class Invitation extends ChatEvent {}
/** A break in the history, or a room timeout. */
export class TimeBreak extends ChatEvent {}
/** A feed posted something to the room's ticker. */
export class FeedTicker extends ChatEvent {}
/** A user was suspended. */
export class UserSuspended extends ChatEvent {}
/** Two accounts were merged. */
export class UserMerged extends ChatEvent {}
/** {@link ChatEvent.targetUser} changed their name or avatar; {@link ChatEvent.user} is the system user `Feeds`. */
export class UserNameOrAvatarChanged extends ChatEvent {}
/**
 * Events of this room were lost and cannot be recovered. This event comes from this package, not from the server.
 * Changes that the message lists still show are delivered after it; users who entered or left meanwhile are unknown.
 */
export class StreamGap extends ChatEvent {
  /** The first event id that may be missing. */
  readonly from: number;
  /** The last event id that may be missing. */
  readonly to: number;
  /** Why they were lost, for programs. For example `reset` means that event ids start over. */
  readonly kind: GapKind;
  /** Why they were lost, as a sentence. */
  readonly reason: string;

  /** @internal */
  constructor(data: RawEvent, context: EventContext, receivedAt: number, gap: Pick<Gap, "from" | "to" | "kind">) {
    super(data, context, receivedAt);
    this.from = gap.from;
    this.to = gap.to;
    this.kind = gap.kind;
    this.reason = GAP_REASONS[gap.kind];
  }
}
/** An event of an unknown type. {@link ChatEvent.data} has everything the server sent. */
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

/** An event class, as `newEvents` takes it. */
export type EventClass<E extends ChatEvent = ChatEvent> = abstract new (...args: never[]) => E;

/** The instances of event classes, or any event when the list is empty. */
export type EventsOf<C extends readonly EventClass[]> = C["length"] extends 0 ? ChatEvent : InstanceType<C[number]>;

type ConcreteEvent = new (data: RawEvent, context: EventContext, receivedAt: number) => ChatEvent;

const CLASS_BY_TYPE: ReadonlyMap<number, ConcreteEvent> = new Map<number, ConcreteEvent>([
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

const CLASSES: ReadonlyMap<number, { readonly Class: ConcreteEvent; readonly isAboutMessage: boolean }> = new Map(
  [...CLASS_BY_TYPE].map(([type, Class]) => [
    type,
    { Class, isAboutMessage: Class.prototype instanceof ChatMessageEvent },
  ]),
);

/** Wraps a raw event. One of an unknown type, or without a field its class needs, becomes an UnknownEvent. @internal */
export function eventOf(data: RawEvent, context: EventContext, receivedAt: number): ChatEvent {
  const known = CLASSES.get(data.event_type);
  if (!known || (known.isAboutMessage && numberOf(data.message_id) === undefined))
    return new UnknownEvent(data, context, receivedAt);
  return new known.Class(data, context, receivedAt);
}

/** A copy of the event for a listener that acknowledges it with `event.done()`. @internal */
export function withAcknowledge(event: ChatEvent, acknowledge: () => void): ChatEvent {
  const { data, receivedAt } = event;
  const make = (context: EventContext): ChatEvent =>
    event instanceof StreamGap ? new StreamGap(data, context, receivedAt, event) : eventOf(data, context, receivedAt);
  return ChatEvent.withAcknowledge(event, make, acknowledge);
}
