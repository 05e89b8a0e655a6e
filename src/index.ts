/** The public API for bot authors. */

// Common: the objects of a chat.
export { Client } from "./client/client.js";
export type { ClientOptions, LogoutOptions, ResumeOptions } from "./client/client-options.js";
export type { FormFields } from "./client/any-action.js";
export type { Undo } from "./client/close-on-signals.js";
export { Message, type MessageRevision } from "./objects/message.js";
export { Room } from "./objects/room.js";
export type { EditOptions } from "./sending/edit.js";
export type { ActionOptions, Priority } from "./sending/options.js";
export type { SendOptions } from "./sending/post.js";
export { User } from "./objects/user.js";
export type { RequestOptions } from "./util/options.js";
export type { Day, DayRange, HistoryOptions, HistoryPoint } from "./objects/history.js";
export type { RoomsOptions, SearchOptions } from "./objects/lists.js";
export type { AccessList, NewRoom, RoomChange } from "./objects/room-admin.js";
export type { LiveStream } from "./live/live-stream.js";
export type { Listening, ListenOptions, WaitingOptions, Watch, WatchOptions } from "./live/watch.js";
export type { Acknowledgement } from "./live/callback-queue.js";

// Events: one class for each event type of the server.
export { ChatEvent, ChatMessageEvent, StreamGap, UnknownEvent } from "./live/events.js";
export type { AccessWord, EventClass, EventsOf } from "./live/events.js";
export type { GapKind } from "./live/gaps.js";
export { MessageDeleted, MessageEdited, MessagePosted, MessageReply, MessageStarred } from "./live/events.js";
export { MessageFlagged, MessageMovedIn, MessageMovedOut, UserMentioned } from "./live/events.js";
export { UserEntered, UserLeft, UserMerged, UserNameOrAvatarChanged, UserSuspended } from "./live/events.js";
export { AccessLevelChanged, Invitation, RoomNameChanged, TimeBreak, UserNotification } from "./live/events.js";
export { DebugMessage, FeedTicker, FileAdded, GlobalNotification } from "./live/events.js";
export { ModeratorFlag, UserSettingsChanged } from "./live/events.js";

// A mention or reply combined with its message.
export { type FoldedMessage, foldPings } from "./live/fold.js";

// Convenience: formatting and converting texts.
export { escapeMarkdown, defuseMentions, fixedWidth, message, MessageBuilder } from "./protocol/markup/index.js";
export { htmlToMarkdown, htmlToText, splitMessage, type SplitOptions } from "./protocol/markup/index.js";
export { isOnebox, mentions, type MoveNotice, moveNotice } from "./protocol/markup/index.js";

// Errors: match `code`, or the class.
export { ChatError, type ChatErrorCode, type FailureContext, isChatError, UsageError } from "./errors/index.js";
// … of files and ports,
export { AddressInUseError, LockedError, StorageError } from "./errors/index.js";
// … of logging in,
export { CaptchaRequiredError, CloudflareChallengeError, LoginError, NoAccountError } from "./errors/index.js";
export { NotLoggedInError, SiteReadOnlyError, WrongPasswordError } from "./errors/index.js";
// … of the action,
export { AlreadyDeletedError, DuplicateMessageError, EmptyMessageError, ForbiddenError } from "./errors/index.js";
export {
  NotFoundError,
  NotYoursError,
  PartlySentError,
  RefusedError,
  RoomFrozenError,
  RoomTimeoutError,
} from "./errors/index.js";
export { StarLimitError, SuspendedError, ThrottledError, TooLateError, TooLongError } from "./errors/index.js";
// … and of the connection.
export { AbortedError, ClosedError, ConnectionError, ParseError, ServerError, TimedOutError } from "./errors/index.js";
export { CassetteError } from "./errors/index.js";

// Advanced: other sites, stored sessions, clocks and limits.
export { type Endpoint, type Resolver, type Site, type SiteHost, sites } from "./protocol/sites.js";
export type { CookieInput, CookieRecord } from "./transport/cookies.js";
export type { OutboxOptions, OutboxView, PendingAction } from "./sending/outbox.js";
export type { ReadOptions } from "./transport/read-retries.js";
export type { SocketMode, StreamOptions, StreamState } from "./live/options.js";
export type { AccessLevel, DefaultAccess } from "./protocol/actions/room-tools.js";
export type { ReplyForm } from "./protocol/actions/messages.js";
export type { FilePart } from "./protocol/call.js";
export type { Overflow } from "./live/backlog.js";
export { type Clock, systemClock } from "./util/clock.js";
export type { Logger } from "./util/logger.js";
export type { RecordOptions } from "./cassette/record-options.js";
export type { CountName, Counts } from "./util/counters.js";
export type { Drift, DriftKind } from "./protocol/drift.js";
export type { SeenDrift } from "./transport/drift-log.js";

// Expert: known values without requests, and raw events.
export type { MessageFacts } from "./objects/message-facts.js";
export type { RoomFacts, RoomState } from "./objects/room-facts.js";
export type { StarredOptions } from "./objects/stars.js";
export type { UserFacts } from "./objects/user.js";
export type { RawEvent } from "./protocol/raw.js";
