/**
 * The raw shapes that the servers send, in snake_case. Any field of an event but its type may be missing. Sources:
 * protocol.md §3.2, §4.1, §6.1.
 */

/** The servers' own numbers for event types (protocol.md §4.2). */
export const EventType = {
  MessagePosted: 1,
  MessageEdited: 2,
  UserEntered: 3,
  UserLeft: 4,
  RoomNameChanged: 5,
  MessageStarred: 6,
  DebugMessage: 7,
  UserMentioned: 8,
  MessageFlagged: 9,
  MessageDeleted: 10,
  FileAdded: 11,
  ModeratorFlag: 12,
  UserSettingsChanged: 13,
  GlobalNotification: 14,
  AccessLevelChanged: 15,
  UserNotification: 16,
  Invitation: 17,
  MessageReply: 18,
  MessageMovedOut: 19,
  MessageMovedIn: 20,
  TimeBreak: 21,
  FeedTicker: 22,
  UserSuspended: 29,
  UserMerged: 30,
  UserNameOrAvatarChanged: 34,
} as const;

/** The name of a known event type. */
export type EventTypeName = keyof typeof EventType;

/** An event of a frame, or a message of a `mode=Messages` list, which has no `id` and no `room_name`. */
export interface RawEvent {
  event_type: number;
  /** Unix seconds. For message events, the time of the original post, whatever happened now. */
  time_stamp?: number;
  /** HTML; missing if the message is deleted. */
  content?: string;
  /** The host-wide event number, which increases: the cursor, and the only key to dedupe by. */
  id?: number;
  user_id?: number;
  target_user_id?: number;
  user_name?: string;
  room_id?: number;
  room_name?: string;
  message_id?: number;
  parent_id?: number;
  message_stars?: number;
  message_owner_stars?: number;
  message_edits?: number;
  message_starred?: boolean;
  message_owner_starred?: boolean;
  message_flagged?: boolean;
  message_flags?: number;
  /** Only on explicit replies. A `parent_id` without it is the server's guess from an `@name`. */
  show_parent?: boolean;
  moved?: boolean;
  parent_username?: string;
  parent_text?: string | null;
  user_email_hash?: string;
}

/** One room's part of a frame. */
export interface RawRoomFrame {
  e?: RawEvent[];
  /** The host's newest event id as of this frame. */
  t?: number;
  /** How far `t` advanced since the previous frame. */
  d?: number;
  timeout?: number | string;
  reset?: boolean;
  exit?: boolean;
  ms?: number;
}

/** The response to `POST /chats/{room}/events`. */
export interface RawEventsAnswer {
  events: RawEvent[];
  /** The host's newest event id: a cursor, not a clock. */
  time: number;
  /** The server's clock in Unix seconds. */
  sync?: number;
  ms?: number;
}

/** A user as in `POST /user/info` and in the present users of a room page. */
export interface RawUser {
  id: number;
  name: string;
  email_hash?: string;
  reputation?: number;
  is_moderator?: boolean;
  is_owner?: boolean | null;
  /** Unix seconds; 0 or missing if never. */
  last_post?: number | null;
  last_seen?: number | null;
}

/** The response to `GET /rooms/thumbs/{id}`. `description` and `tags` are HTML. */
export interface RawRoomThumbs {
  id: number;
  name: string;
  description: string;
  isFavorite: boolean;
  usage: string | null;
  tags: string;
}

/** A row of `GET /rooms/pingable/{id}`: user id, name, last seen, last post (Unix seconds). */
export type RawPingable = [id: number, name: string, lastSeen: number, lastPost: number];

/** A line of `GET /users/search`. `hash` is HTML-escaped. */
export interface RawUserSearchHit {
  id: number;
  dn: string;
  hash: string;
}

/** The response to `GET /users/thumbs/{id}`. Never recorded: everything but `id` and `name` may be missing. */
export interface RawUserThumbs {
  id: number;
  name: string;
  reputation?: number;
  is_moderator?: boolean;
  is_registered?: boolean;
  email_hash?: string;
  user_message?: string | null;
  usage?: string | null;
  last_seen?: number | null;
  last_post?: number | null;
  profileUrl?: string | null;
  host?: string | null;
  site?: { icon?: string; caption?: string } | null;
  rooms?: { id: number; name: string; activity?: number; last_post?: number }[];
}
