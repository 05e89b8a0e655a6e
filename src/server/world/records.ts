/**
 * What a chat installation consists of: people, rooms, messages. Plain records; who may change them, and how, is
 * said in the rule files beside this one. All times are unix seconds.
 */

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
  /** Pings not acknowledged: message id to room id. */
  readonly pings: Map<number, number>;
  /** Unix days to the number of stars given on that day; only the latest day is kept. */
  starDay: number;
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

export interface RoomRecord {
  readonly id: number;
  name: string;
  description: string;
  tags: readonly string[];
  access: RoomAccess;
  frozen: boolean;
  deleted: boolean;
  /** Only owners and moderators may post until then. */
  timeoutUntil: number | null;
  readonly owners: Set<number>;
  readonly granted: Map<number, "read-write" | "read-only">;
  /** Kicked people: when each kick was, and when they may come back. */
  readonly kicked: Map<number, { until: number; times: number[] }>;
  readonly favouriteOf: Set<number>;
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
  readonly label: "said" | "edited" | "deleted";
  readonly userId: number;
  readonly timeStamp: number;
  readonly source: string | null;
  readonly content: string | null;
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
  readonly revisions: Revision[];
  readonly stars: Set<number>;
  /** Owners who pinned it, and when. */
  readonly pins: Map<number, number>;
  /** Who was pinged already, so that an edit does not ping again. */
  readonly pinged: Set<number>;
}

export const communityUserId = -1;
export const feedsUserId = -2;
