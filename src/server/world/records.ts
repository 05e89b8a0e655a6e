/**
 * The records of one chat site: users, rooms, messages. Plain data; the rule files beside this one change them. All times
 * are in unix seconds.
 */

import type { ParentSite } from "../parent-sites.js";

/** `public`: everyone may read and post. `gallery`: everyone may read. `private`: only approved users may do either (protocol.md §9). */
export type RoomAccess = "public" | "gallery" | "private";

/** The access level of one user in one room. */
export type AccessLevel = "owner" | "read-write" | "read-only";

export interface UserRecord {
  readonly id: number;
  /** The email of the account; null for system users. */
  readonly email: string | null;
  name: string;
  emailHash: string;
  reputation: number;
  isModerator: boolean;
  about: string;
  readonly createdAt: number;
  lastSeen: number | null;
  lastPost: number | null;
  /** The end of a suspension from chat. */
  blockedUntil: number | null;
  readonly ignored: Set<number>;
  /** Rooms they are invited to, until they enter. */
  readonly invitedTo: Set<number>;
  desktopNotify: boolean;
  /** Unacknowledged pings: message id to room id. */
  readonly pings: Map<number, number>;
  /** The UTC day of their latest star, in days since the epoch; 0 for none yet. */
  starDay: number;
  /** How many stars they gave on that day. */
  starsToday: number;
}

/** A user's history in one room. */
export interface Visit {
  lastSeen: number;
  lastPost: number;
  messageCount: number;
  /** Their latest message here, which an `@name` replies to implicitly. */
  lastMessageId: number | null;
}

/** A bookmarked conversation: a titled range of a room's messages. */
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
  /** The Q&A site it belongs to; null for the site of the whole chat host. */
  parentSite: ParentSite | null;
  frozen: boolean;
  deleted: boolean;
  /** Until this time only owners and moderators may post. */
  timeoutUntil: number | null;
  readonly owners: Set<number>;
  readonly granted: Map<number, "read-write" | "read-only">;
  /** Users with an open access request. */
  readonly requests: Set<number>;
  /** Kicked users: the time of each kick, and when they may return. */
  readonly kicked: Map<number, { until: number; times: number[] }>;
  readonly favoriteOf: Set<number>;
  /** By slug, oldest first. */
  readonly bookmarks: Map<string, Bookmark>;
  /** Ascending by id. */
  messages: MessageRecord[];
  /** All messages ever posted, including evicted ones. */
  messageCount: number;
  readonly visits: Map<number, Visit>;
  /** The ids of the present users. */
  readonly present: Set<number>;
}

/** One revision of a message. `source` and `content` are null for a deletion. */
export interface Revision {
  /** The action that created it. */
  readonly label: "said" | "edited" | "deleted";
  /** The user who created it. */
  readonly userId: number;
  /** Its time in unix seconds. */
  readonly timeStamp: number;
  /** Markdown as typed. */
  readonly source: string | null;
  /** HTML. */
  readonly content: string | null;
}

/** A report to the moderators about a message. */
export interface ModFlag {
  readonly id: number;
  readonly userId: number;
  readonly text: string;
}

/** The spam flags of a message (`by`), and its reports to the moderators (`notes`). */
export interface MessageFlags {
  readonly by: Set<number>;
  readonly notes: ModFlag[];
  /** Moderators who passed on it; their list of new flags skips it. */
  readonly unsure: Set<number>;
}

export interface MessageRecord {
  readonly id: number;
  roomId: number;
  readonly userId: number;
  /** When it was posted; edits do not change it. */
  readonly timeStamp: number;
  /** Markdown as typed, including a leading `:123 `. */
  source: string;
  /** Rendered HTML. */
  content: string;
  deleted: boolean;
  parentId: number | null;
  /** Whether it is an explicit reply, rather than one guessed from an `@name`. */
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
  /** Users pinged so far, so that an edit does not ping them again. */
  readonly pinged: Set<number>;
}

export const COMMUNITY_USER_ID = -1;
export const FEEDS_USER_ID = -2;
