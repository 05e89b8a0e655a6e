/** The views that pages render: plain values. views/ builds them from records; the templates only lay them out. */

/** The view of a user. */
export interface PersonView {
  readonly id: number;
  readonly name: string;
  /** Gravatar md5, or `!` and a URL (protocol.md §6.1). */
  readonly emailHash: string;
  readonly reputation: number;
  readonly isModerator: boolean;
  /** Whether they own the room of the page. */
  readonly isOwner: boolean;
  /** Unix seconds; null for never. */
  readonly lastPost: number | null;
  readonly lastSeen: number | null;
  readonly about: string;
  /** The protocol-relative URL of the Q&A profile; null for system users. */
  readonly parentProfileUrl: string | null;
  readonly parentSiteName: string;
}

/** The view of a room in lists and cards. */
export interface RoomView {
  readonly id: number;
  readonly name: string;
  /** The description as plain text; `descriptionHtml` is the rendered form. */
  readonly description: string;
  readonly descriptionHtml: string;
  readonly tags: readonly string[];
  readonly access: "public" | "gallery" | "private";
  readonly frozen: boolean;
  readonly deleted: boolean;
  readonly isFavorite: boolean;
  /** The Q&A site it belongs to. */
  readonly parentSiteName: string;
  readonly parentSiteUrl: string;
  readonly messageCount: number;
  readonly userCount: number;
  /** Unix seconds. */
  readonly firstMessageAt: number | null;
  readonly lastMessageAt: number | null;
  readonly lastMessageBy: PersonView | null;
  /** The present users, with the number of their messages in this room. */
  readonly present: readonly (PersonView & { readonly messageCount?: number })[];
}

/** The view of the frame around every page. */
export interface FrameView {
  /** `The Stack Exchange Network`, `Stack Overflow`, `Meta Stack Exchange`. */
  readonly siteName: string;
  /** The URL of the Q&A site, linked from the logo. */
  readonly siteUrl: string;
  /** The chat host, such as `chat.stackoverflow.com`, which ends every title. */
  readonly chatHost: string;
  /** The URL of "log in". */
  readonly loginUrl: string;
  readonly me: PersonView | null;
  readonly fkey: string;
  readonly activeUsers: number;
  readonly activeRooms: number;
  /** Unix seconds. */
  readonly now: number;
  /** @default "topbar" */
  readonly headerMarkup?: "topbar" | "s-topbar";
}

/** The view of a message in a transcript, a history or a list. */
export interface MessageView {
  readonly id: number;
  readonly roomId: number;
  readonly userId: number | null;
  readonly userName: string;
  readonly emailHash: string;
  /** Rendered HTML; null if deleted. */
  readonly content: string | null;
  /** Unix seconds. */
  readonly timeStamp: number;
  /** The id of the parent; set on explicit replies only. */
  readonly replyTo: number | null;
  /** The name of the parent's author, if visible to the viewer. */
  readonly replyToName?: string | null;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly starredByMe: boolean;
  readonly pinnedByMe: boolean;
  readonly mine: boolean;
  /** The markup of the reply link and of the content's container. @default "2025" */
  readonly replyMarkup?: "reply-info" | "2025-07" | "2025";
}

/** A bookmarked conversation in a list. */
export interface ConversationView {
  readonly roomId: number;
  readonly roomName: string;
  readonly slug: string;
  readonly title: string;
  readonly byId: number;
  readonly byName: string;
  readonly messageCount: number;
  /** The unix seconds of its first and last message; null if it has none left. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** `GET /rooms/{id}/conversation/{slug}`. */
export interface ConversationPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  readonly conversation: ConversationView;
  readonly messages: readonly MessageView[];
}

/** `GET /feeds/rooms/…`. */
export interface FeedView {
  /** The origin of the links. */
  readonly origin: string;
  /** The path of the feed itself. */
  readonly path: string;
  readonly title: string;
  readonly room: RoomView;
  /** Newest first. */
  readonly messages: readonly MessageView[];
  readonly now: number;
}

/** `GET /rooms/{id}`. */
export interface RoomPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  /** Whether the viewer may post here; false for anonymous viewers. */
  readonly mayPost: boolean;
  /** `initPresent` (2017), `initPresent-2019`, or `js-present` (since 2020-11). */
  readonly presentMarkup: "initPresent" | "initPresent-2019" | "js-present";
  /** The path of the list of its Q&A site's rooms; null if all rooms belong to one site. @default null */
  readonly siteRoomsPath?: string | null;
  /** The other rooms that the viewer is in, with the last message of each. */
  readonly myRooms: readonly { readonly id: number; readonly name: string; readonly lastMessage: MessageView | null }[];
  /** Unacknowledged pings: message id to room id. */
  readonly mentions: Readonly<Record<string, number>>;
  readonly ignored: readonly number[];
  /** @default false */
  readonly desktopNotify?: boolean;
}

/** `GET /transcript/…`. */
export interface TranscriptPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  /** The day shown, `YYYY-MM-DD` in UTC. The other days are the nearest ones with messages. */
  readonly day: string;
  readonly firstDay: string | null;
  readonly previousDay: string | null;
  readonly nextDay: string | null;
  readonly lastDay: string | null;
  /** The hours shown, such as `{ from: 11, to: 23 }`; null for a whole day. */
  readonly hours: { readonly from: number; readonly to: number } | null;
  /** All ranges of hours if the day is split; otherwise empty. */
  readonly hourPages: readonly { readonly from: number; readonly to: number }[];
  readonly messages: readonly MessageView[];
  /** The message of a permalink. */
  readonly highlight: number | null;
  readonly isOwner: boolean;
  /** Messages in the last two hours. */
  readonly recentMessageCount: number;
}

/** `GET /rooms/info/{id}`. */
export interface RoomInfoPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  readonly tab: "general" | "stars" | "conversations" | "schedule" | "feeds" | "access";
  readonly owners: readonly PersonView[];
  /** The listed users, with the id of their newest message in this room if known. */
  readonly users: readonly (PersonView & { readonly messageCount: number; readonly lastMessageId?: number })[];
  /** Which of the two lists `users` has. @default "current" */
  readonly usersTab?: "current" | "frequent";
  readonly stats: {
    readonly today: number;
    readonly yesterday: number;
    readonly perDay: number;
    readonly thisWeek: number;
    readonly lastWeek: number;
    readonly perWeek: number;
  };
  /** For `tab=access`, by level. */
  readonly access: Readonly<Record<"owner" | "read-write" | "read-only", readonly PersonView[]>>;
  /** For `tab=access`: open access requests, shown to owners and moderators. */
  readonly requests?: readonly PersonView[];
  /** For `tab=stars`: the filter of `starred`. @default null, which means all */
  readonly starsFilter?: "mystars" | "mymessages" | null;
  /** For `tab=stars`. */
  readonly starred: readonly MessageView[];
  /** The number of starred messages on all pages. @default the length of `starred` */
  readonly starredCount?: number;
  /** For `tab=conversations`, newest first. */
  readonly conversations?: readonly ConversationView[];
  /** For `tab=stars`, and for the users of `tab=general`: the page number. @default 1 */
  readonly page?: number;
  readonly pageCount?: number;
}

/** `GET /users/{id}`. */
export interface ProfilePageView {
  readonly frame: FrameView;
  readonly person: PersonView;
  /** `YYYY-MM-DD`. */
  readonly memberSince: string;
  readonly messageCount: number;
  readonly roomCount: number;
  readonly owning: readonly (RoomView & { readonly messagesByUser: number })[];
  readonly rooms: readonly (RoomView & { readonly messagesByUser: number })[];
  /** @default "general" */
  readonly tab?: "general" | "recent" | "replies" | "conversations";
  /** Which of the two lists `rooms` has. @default "current" */
  readonly roomsTab?: "current" | "frequent";
  /** For `tab=recent` and `tab=replies`, newest first. */
  readonly messages?: readonly (MessageView & { readonly roomName: string })[];
  /** For `tab=conversations`. */
  readonly conversations?: readonly ConversationView[];
  /** @default 1 */
  readonly page?: number;
  readonly pageCount?: number;
}

/** `GET /` and `GET /rooms`. */
export interface RoomsPageView {
  readonly frame: FrameView;
  /** The number of rooms that the viewer is invited to. */
  readonly invitations: number;
  readonly rooms: readonly RoomView[];
  readonly tab: string;
  readonly sort: string;
  readonly filter: string;
  /** For `tab=site`: the host of the site. @default null */
  readonly siteHost?: string | null;
  readonly page: number;
  readonly pageCount: number;
  readonly showFrozen: boolean;
}

/** `GET /users`. */
export interface UsersPageView {
  readonly frame: FrameView;
  readonly users: readonly PersonView[];
  readonly filter: string;
  readonly page: number;
  readonly pageCount: number;
}

/** One revision on `GET /messages/{id}/history`. */
export interface RevisionView {
  readonly userId: number | null;
  readonly userName: string;
  readonly emailHash: string;
  readonly label: "said" | "edited" | "deleted";
  readonly timeStamp: number;
  /** The HTML of the revision; `source` is its Markdown. Both are null for a deletion. */
  readonly content: string | null;
  readonly source: string | null;
}

/** `GET /messages/{id}/history`. */
export interface HistoryPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  readonly message: MessageView;
  /** Newest first. */
  readonly revisions: readonly RevisionView[];
  /** Whether older revisions were removed. @default false */
  readonly purged?: boolean;
  readonly pinners: readonly { readonly id: number; readonly name: string; readonly timeStamp: number }[];
}

/** `GET /search`. */
export interface SearchPageView {
  readonly frame: FrameView;
  readonly query: string;
  /** Set if the search is limited to a room or a user. */
  readonly room?: number | null;
  readonly user?: number | null;
  /** The number of matches on all pages. */
  readonly total: number;
  readonly messages: readonly (MessageView & { readonly roomName: string })[];
  readonly page: number;
  readonly pageCount: number;
}

/** The visitor's part on the pages of a login site. */
export interface LoginSiteView {
  readonly siteName: string;
  /** The origin of the login site. */
  readonly loginUrl: string;
  /** The path of the visitor's profile; null if not logged in. */
  readonly profilePath: string | null;
}

/** `GET /users/login` on the login site. */
export interface LoginPageView {
  readonly siteName: string;
  readonly fkey: string;
  /** The redirect target after the login. */
  readonly returnUrl: string;
  /** A notice above the form, such as after a wrong password. */
  readonly message: string | null;
  /** Whether the site refuses logins now; a notice replaces the form. @default false */
  readonly isReadOnly?: boolean;
  /** Users to log in as with one click; empty if the server does not offer that. */
  readonly accounts: readonly {
    readonly email: string;
    readonly name: string;
    /** The id of their user on this site; null if there is none. @default null */
    readonly id?: number | null;
  }[];
  /** The values typed into the sign-up form, and what is wrong with them; null if sign-up is not offered. @default null */
  readonly signUp?: { readonly name: string; readonly email: string; readonly message: string | null } | null;
}
