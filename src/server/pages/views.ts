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
  /** The Q&A site it is about. */
  readonly parentSiteName: string;
  readonly parentSiteUrl: string;
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
  /** @default "topbar" */
  readonly headerMarkup?: "topbar" | "s-topbar";
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
  /** The author of that message, where it is known. */
  readonly replyToName?: string | null;
  readonly edits: number;
  readonly stars: number;
  readonly pins: number;
  readonly starredByMe: boolean;
  readonly pinnedByMe: boolean;
  readonly mine: boolean;
  /** Which form the link to the parent and the place of the content have. @default "2025" */
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
  /** Unix seconds of its first and last message; null when they are gone. */
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
  /** The origin that the links lead to. */
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
  /** Whether `me` may post here; false also for anonymous. */
  readonly mayPost: boolean;
  /** `initPresent` (2017), `initPresent-2019`, or `js-present` (since 2020-11). */
  readonly presentMarkup: "initPresent" | "initPresent-2019" | "js-present";
  /** The address of the list of its site's rooms; null where all rooms are of one site. @default null */
  readonly siteRoomsPath?: string | null;
  /** The other rooms `me` is in, with the last message of each. */
  readonly myRooms: readonly { readonly id: number; readonly name: string; readonly lastMessage: MessageView | null }[];
  /** Pings not acknowledged: message id to room id. */
  readonly mentions: Readonly<Record<string, number>>;
  readonly ignored: readonly number[];
  /** @default false */
  readonly desktopNotify?: boolean;
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
  /** For `tab=access`: who asks for access, shown to those who can give it. */
  readonly requests?: readonly PersonView[];
  /** For `tab=stars`: which of the stars these are. @default null, all of them */
  readonly starsFilter?: "mystars" | "mymessages" | null;
  /** For `tab=stars`. */
  readonly starred: readonly MessageView[];
  /** How many there are of those on any page. @default the length of `starred` */
  readonly starredCount?: number;
  /** For `tab=conversations`, newest first. */
  readonly conversations?: readonly ConversationView[];
  /** For `tab=stars`, and for the people of `tab=general`: which page of how many. @default 1 */
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
  /** Which of the two lists `rooms` is. @default "current" */
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
  /** How many rooms the viewer is invited to. */
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
  /** Whether older revisions were removed. @default false */
  readonly purged?: boolean;
  readonly pinners: readonly { readonly id: number; readonly name: string; readonly timeStamp: number }[];
}

/** `GET /search`. */
export interface SearchPageView {
  readonly frame: FrameView;
  readonly query: string;
  /** Set when the search is limited to a room or a person. */
  readonly room?: number | null;
  readonly user?: number | null;
  /** How many there are on all pages. */
  readonly total: number;
  readonly messages: readonly (MessageView & { readonly roomName: string })[];
  readonly page: number;
  readonly pageCount: number;
}

/** Around the pages of the site that logs people in. */
export interface LoginSiteView {
  readonly siteName: string;
  /** The root of that site. */
  readonly loginUrl: string;
  /** The profile of the visitor there; null when nobody is logged in. */
  readonly profilePath: string | null;
}

/** `GET /users/login` on the login site. */
export interface LoginPageView {
  readonly siteName: string;
  readonly fkey: string;
  /** Where to go after the login. */
  readonly returnUrl: string;
  /** Shown above the form, such as after a wrong password. */
  readonly message: string | null;
  /** The site takes no logins now: a notice stands in place of the form. @default false */
  readonly isReadOnly?: boolean;
  /** People a newcomer may become with one click; empty on a server that does not offer that. */
  readonly accounts: readonly {
    readonly email: string;
    readonly name: string;
    /** Their user here; null for nobody yet. @default null */
    readonly id?: number | null;
  }[];
  /** What a newcomer typed, and what is wrong with it; null where nobody can sign up. @default null */
  readonly signUp?: { readonly name: string; readonly email: string; readonly message: string | null } | null;
}
