/**
 * The shapes the servers send, snake_case and untouched. Everything but the type of an event may be missing: a
 * reader must cope. Sources: protocol.md §3.2, §4.1, §6.1.
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

/** One event of a frame, or one message of a `mode=Messages` list (which has no `id` and no `room_name`). */
export interface RawEvent {
  event_type: number;
  /** Unix seconds. For message events the time of the original post, whatever happened now. */
  time_stamp?: number;
  /** HTML; missing when the message is deleted. */
  content?: string;
  /** Host-wide event number, increasing: the cursor and the only key to recognise a repeat. */
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
  /** Only on explicit replies. `parent_id` without it is a guess of the server from an `@name`. */
  show_parent?: boolean;
  moved?: boolean;
  parent_username?: string;
  parent_text?: string | null;
  user_email_hash?: string;
}

/** What a frame says under one room key. */
export interface RawRoomFrame {
  e?: RawEvent[];
  /** The newest event id of the host as of this frame. */
  t?: number;
  /** How far `t` moved since the frame before. */
  d?: number;
  timeout?: number | string;
  reset?: boolean;
  exit?: boolean;
  ms?: number;
}

/** `POST /chats/{room}/events`. */
export interface RawEventsAnswer {
  events: RawEvent[];
  /** The newest event id of the host: a cursor, not a clock. */
  time: number;
  /** Unix seconds of the server. */
  sync?: number;
  ms?: number;
}

/** A user as `POST /user/info` and the present-users list of a room page have it. */
export interface RawUser {
  id: number;
  name: string;
  email_hash?: string;
  reputation?: number;
  is_moderator?: boolean;
  is_owner?: boolean | null;
  /** Unix seconds; 0 or missing when never. */
  last_post?: number | null;
  last_seen?: number | null;
}

/** `GET /rooms/thumbs/{id}`. `description` and `tags` are HTML. */
export interface RawRoomThumbs {
  id: number;
  name: string;
  description: string;
  isFavorite: boolean;
  usage: string | null;
  tags: string;
}

/** One row of `GET /rooms/pingable/{id}`: user id, name, last seen, last post (unix seconds). */
export type RawPingable = [id: number, name: string, lastSeen: number, lastPost: number];

/** One line of `GET /users/search`. `hash` is HTML-escaped. */
export interface RawUserSearchHit {
  id: number;
  dn: string;
  hash: string;
}

/** `GET /users/thumbs/{id}`; never recorded, so everything but `id` and `name` may be missing. */
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
