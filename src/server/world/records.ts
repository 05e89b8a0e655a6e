/**
 * What a chat installation consists of: people, rooms, messages. Plain records; who may change them, and how, is
 * said in the rule files beside this one. All times are unix seconds.
 */

import type { ParentSite } from "../parent-sites.js";

/** Who may read and talk: everybody; everybody reads and some talk; only some do either (protocol.md §9). */
export type RoomAccess = "public" | "gallery" | "private";

/** What one person may do in one room beyond its default. */
export type AccessLevel = "owner" | "read-write" | "read-only";

export interface UserRecord {
  readonly id: number;
  /** The account that logs in as this user; null for system users. */
  readonly email: string | null;
  name: string;
  emailHash: string;
  reputation: number;
  isModerator: boolean;
  about: string;
  readonly createdAt: number;
  lastSeen: number | null;
  lastPost: number | null;
  /** Suspended from chat until then. */
  blockedUntil: number | null;
  readonly ignored: Set<number>;
  /** Rooms somebody asked them into, until they come. */
  readonly invitedTo: Set<number>;
  desktopNotify: boolean;
  /** Pings not acknowledged: message id to room id. */
  readonly pings: Map<number, number>;
  /** The UTC day of their latest star, in days since the epoch; 0 for none yet. */
  starDay: number;
  /** How many stars they gave on that day. */
  starsToday: number;
}

/** What a room remembers about somebody who was there. */
export interface Visit {
  lastSeen: number;
  lastPost: number;
  messageCount: number;
  /** Their latest message here, which an `@name` points at. */
  lastMessageId: number | null;
}

/** A part of a room's talk that somebody gave a name. */
export interface Bookmark {
  readonly slug: string;
  readonly title: string;
  readonly firstId: number;
  readonly lastId: number;
  readonly userId: number;
  readonly createdAt: number;
}

export interface RoomRecord {
  readonly id: number;
  name: string;
  description: string;
  tags: readonly string[];
  access: RoomAccess;
  /** The Q&A site it is about; null for that of the whole chat. */
  parentSite: ParentSite | null;
  frozen: boolean;
  deleted: boolean;
  /** Only owners and moderators may post until then. */
  timeoutUntil: number | null;
  readonly owners: Set<number>;
  readonly granted: Map<number, "read-write" | "read-only">;
  /** Who has asked for access and has no answer yet. */
  readonly requests: Set<number>;
  /** Kicked people: when each kick was, and when they may come back. */
  readonly kicked: Map<number, { until: number; times: number[] }>;
  readonly favouriteOf: Set<number>;
  /** By slug, oldest first. */
  readonly bookmarks: Map<string, Bookmark>;
  /** Ascending by id. */
  messages: MessageRecord[];
  /** How many were ever posted, including those that memory has let go. */
  messageCount: number;
  readonly visits: Map<number, Visit>;
  /** User ids of those who are in the room now. */
  readonly present: Set<number>;
}

/** One state of a message. `source` and `content` are null for a deletion. */
export interface Revision {
  /** What made it. */
  readonly label: "said" | "edited" | "deleted";
  /** Who made it. */
  readonly userId: number;
  /** When, in unix seconds. */
  readonly timeStamp: number;
  /** Markdown as typed. */
  readonly source: string | null;
  /** HTML. */
  readonly content: string | null;
}

/** What somebody wrote to the moderators about a message. */
export interface ModFlag {
  readonly id: number;
  readonly userId: number;
  readonly text: string;
}

/** Who found a message spam or offensive, and who said what about it. */
export interface MessageFlags {
  readonly by: Set<number>;
  readonly notes: ModFlag[];
  /** Moderators who could not tell and need not be asked again. */
  readonly unsure: Set<number>;
}

export interface MessageRecord {
  readonly id: number;
  roomId: number;
  readonly userId: number;
  /** When it was first posted; edits don't change it. */
  readonly timeStamp: number;
  /** Markdown as typed, including a leading `:123 `. */
  source: string;
  /** Rendered HTML. */
  content: string;
  deleted: boolean;
  parentId: number | null;
  /** Whether the parent was named explicitly, not guessed from an `@name`. */
  showParent: boolean;
  edits: number;
  moved: boolean;
  /** Oldest first. */
  revisions: Revision[];
  /** Whether a moderator has removed the older revisions. */
  purged: boolean;
  /** null while nobody has flagged it. */
  flags: MessageFlags | null;
  readonly stars: Set<number>;
  /** Owners who pinned it, and when. */
  readonly pins: Map<number, number>;
  /** Who was pinged already, so that an edit does not ping again. */
  readonly pinged: Set<number>;
}

export const communityUserId = -1;
export const feedsUserId = -2;
