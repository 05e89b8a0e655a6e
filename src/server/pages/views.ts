/** What the pages are told: plain values, already decided. The world makes them, the templates only lay them out. */

/** A person as a page shows one. */
export interface PersonView {
  readonly id: number;
  readonly name: string;
  /** Gravatar md5, or `!` and a URL (protocol.md §6.1). */
  readonly emailHash: string;
  readonly reputation: number;
  readonly isModerator: boolean;
  /** Owner of the room the page is about. */
  readonly isOwner: boolean;
  /** Unix seconds; null when never. */
  readonly lastPost: number | null;
  readonly lastSeen: number | null;
  readonly about: string;
  /** URL of the Q&A profile, protocol-relative; null for system users. */
  readonly parentProfileUrl: string | null;
  readonly parentSiteName: string;
}

/** A room as lists, info and profile cards show one. */
export interface RoomView {
  readonly id: number;
  readonly name: string;
  /** Plain text, and the HTML the server makes of it. */
  readonly description: string;
  readonly descriptionHtml: string;
  readonly tags: readonly string[];
  readonly access: "public" | "gallery" | "private";
  readonly frozen: boolean;
  readonly deleted: boolean;
  readonly isFavorite: boolean;
  readonly parentSiteName: string;
  readonly messageCount: number;
  readonly userCount: number;
  /** Unix seconds. */
  readonly firstMessageAt: number | null;
  readonly lastMessageAt: number | null;
  readonly lastMessageBy: PersonView | null;
  /** `messageCount`: their messages in this room. @default 0 */
  readonly present: readonly (PersonView & { readonly messageCount?: number })[];
}

/** Around every page. */
export interface FrameView {
  /** `The Stack Exchange Network`, `Stack Overflow`, `Meta Stack Exchange`. */
  readonly siteName: string;
  /** URL of the Q&A site, shown behind the logo. */
  readonly siteUrl: string;
  /** `chat.stackoverflow.com`: the end of every title. */
  readonly chatHost: string;
  /** Where "log in" leads. */
  readonly loginUrl: string;
  readonly me: PersonView | null;
  readonly fkey: string;
  readonly activeUsers: number;
  readonly activeRooms: number;
  /** Unix seconds. */
  readonly now: number;
}

/** One message of a transcript, a history or a list. */
export interface MessageView {
  readonly id: number;
  readonly roomId: number;
  readonly userId: number | null;
  readonly userName: string;
  readonly emailHash: string;
  /** HTML, ready to show; null when deleted. */
  readonly content: string | null;
  /** Unix seconds. */
  readonly timeStamp: number;
  /** Set only on explicit replies. */
  readonly replyTo: number | null;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly starredByMe: boolean;
  readonly pinnedByMe: boolean;
  readonly mine: boolean;
}

/** `GET /rooms/{id}`. */
export interface RoomPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  /** Whether `me` may post here; false also for anonymous. */
  readonly mayPost: boolean;
  /** `initPresent` (2017 to 2020) or `js-present` (since 2020-11). */
  readonly presentMarkup: "initPresent" | "js-present";
  /** The other rooms `me` is in, with the last message of each. */
  readonly myRooms: readonly { readonly id: number; readonly name: string; readonly lastMessage: MessageView | null }[];
  /** Pings not acknowledged: message id to room id. */
  readonly mentions: Readonly<Record<string, number>>;
  readonly ignored: readonly number[];
}

/** `GET /transcript/…`. */
export interface TranscriptPageView {
  readonly frame: FrameView;
  readonly room: RoomView;
  /** The day shown, `YYYY-MM-DD` in UTC, and its neighbours that have messages. */
  readonly day: string;
  readonly firstDay: string | null;
  readonly previousDay: string | null;
  readonly nextDay: string | null;
  readonly lastDay: string | null;
  /** The hours shown, such as `{ from: 11, to: 23 }`; null for a whole day in one page. */
  readonly hours: { readonly from: number; readonly to: number } | null;
  /** All hour ranges of the day when it is split; empty otherwise. */
  readonly hourPages: readonly { readonly from: number; readonly to: number }[];
  readonly messages: readonly MessageView[];
  /** The message asked for by permalink. */
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
  /** `lastMessageId`: their newest message in this room, when known. */
  readonly users: readonly (PersonView & { readonly messageCount: number; readonly lastMessageId?: number })[];
  /** Which of the two lists `users` is. @default "current" */
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
  /** For `tab=stars`. */
  readonly starred: readonly MessageView[];
  /** For `tab=stars`: which page of how many. @default 1 */
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
}

/** `GET /` and `GET /rooms`. */
export interface RoomsPageView {
  readonly frame: FrameView;
  readonly rooms: readonly RoomView[];
  readonly tab: string;
  readonly sort: string;
  readonly filter: string;
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
  /** HTML and markdown of that state; null for a deletion. */
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
  readonly pinners: readonly { readonly id: number; readonly name: string; readonly timeStamp: number }[];
}

/** `GET /search`. */
export interface SearchPageView {
  readonly frame: FrameView;
  readonly query: string;
  /** Set when the search is limited to a room or a person. */
  readonly room?: number | null;
  readonly user?: number | null;
  readonly messages: readonly (MessageView & { readonly roomName: string })[];
  readonly page: number;
  readonly pageCount: number;
}

/** `GET /users/login` on the login site. */
export interface LoginPageView {
  readonly siteName: string;
  readonly fkey: string;
  /** Where to go after the login. */
  readonly returnUrl: string;
  /** Shown above the form, such as after a wrong password. */
  readonly message: string | null;
  /** People a newcomer may become with one click; empty on a server that does not offer that. */
  readonly accounts: readonly { readonly email: string; readonly name: string }[];
}
