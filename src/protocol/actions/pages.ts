/** Calls that fetch a page, and the failures behind other pages that may come instead (protocol.md §6). */
import {
  type ChatError,
  type FailureContext,
  ForbiddenError,
  NotFoundError,
  NotLoggedInError,
  ParseError,
} from "../../errors/index.js";
import type { Call } from "../call.js";
import { notesOn, type PageDocument, parse } from "../html/dom.js";
import { type ErrorPageKind, errorPageKind } from "../pages/error-page.js";
import { type HistoryPage, readHistoryPage } from "../pages/history-page.js";
import { type ProfilePage, readProfilePage } from "../pages/profile-page.js";
import {
  type RoomAccessPage,
  type RoomInfoPage,
  readRoomAccessPage,
  readRoomInfoPage,
} from "../pages/room-info-page.js";
import { type RoomPage, readRoomPage } from "../pages/room-page.js";
import { type RoomsPage, readRoomsPage } from "../pages/rooms-page.js";
import { readSearchPage, type SearchPage } from "../pages/search-page.js";
import { readStarsFragment, type StarredMessage } from "../pages/stars-fragment.js";
import { readStarsPage, type StarsPage } from "../pages/stars-page.js";
import { readTranscriptPage, type TranscriptPage } from "../pages/transcript-page.js";
import { assertSuccess, contextOf, notUnderstood } from "../refusals.js";

const roomReader: Reader<RoomPage> = { name: "room page", read: readRoomPage };
const roomInfoReader: Reader<RoomInfoPage> = { name: "room info page", read: readRoomInfoPage };
const roomAccessReader: Reader<RoomAccessPage> = { name: "room access page", read: readRoomAccessPage };
const profileReader: Reader<ProfilePage> = { name: "profile page", read: readProfilePage };
const transcriptReader: Reader<TranscriptPage> = { name: "transcript page", read: readTranscriptPage };
const historyReader: Reader<HistoryPage> = { name: "message history page", read: readHistoryPage };
const roomsReader: Reader<RoomsPage> = { name: "rooms page", read: readRoomsPage };
const searchReader: Reader<SearchPage> = { name: "search page", read: readSearchPage };
const starsPageReader: Reader<StarsPage> = { name: "stars page", read: readStarsPage };
const starsReader: Reader<readonly StarredMessage[]> = { name: "list of starred messages", read: readStarsFragment };

/** `GET /rooms/{id}`: the chat page of a room. Fetching it with a login enters the room. */
export function roomPage(roomId: number): Call<RoomPage> {
  return page(`/rooms/${roomId}`, { tried: `enter room ${roomId}`, roomId }, roomReader);
}

/** `GET /rooms/info/{id}`: the info page of a room. */
export function roomInfoPage(roomId: number): Call<RoomInfoPage> {
  return page(
    `/rooms/info/${roomId}?id=${roomId}&tab=general&users=current`,
    { tried: `read room ${roomId}`, roomId },
    roomInfoReader,
  );
}

/** `GET /users/{id}`: a user's profile. */
export function profilePage(userId: number): Call<ProfilePage> {
  return page(`/users/${userId}`, { tried: `read user ${userId}`, userId }, profileReader);
}

/** `GET /transcript/message/{id}`: the transcript page that contains a message. */
export function messagePage(messageId: number): Call<TranscriptPage> {
  return page(
    `/transcript/message/${messageId}`,
    { tried: `read message ${messageId}`, messageId },
    transcriptReader,
    "viewer",
  );
}

/** `GET /messages/{id}/history`: the revisions of a message. */
export function historyPage(messageId: number): Call<HistoryPage> {
  return page(
    `/messages/${messageId}/history`,
    { tried: `read the history of message ${messageId}`, messageId },
    historyReader,
    "viewer",
  );
}

/** Selects rooms of the list. */
export interface RoomsQuery {
  /** @default "all" */
  readonly tab?: "all" | "favorite" | "mine" | "invited" | "events" | "site";
  /** @default "active" */
  readonly sort?: "active" | "created" | "people" | "event";
  /** Words that the name, description or tags must contain. */
  readonly filter?: string;
  /** Whether to include frozen rooms. @default false */
  readonly frozen?: boolean;
}

/** `GET /rooms`: one page of the list of rooms, with 20 rooms. */
export function roomsPage(query: RoomsQuery, number: number): Call<RoomsPage> {
  const { tab = "all", sort = "active", filter = "", frozen = false } = query;
  const fields = {
    tab,
    sort,
    ...(filter ? { filter } : {}),
    page: String(number),
    ...(frozen ? { nohide: "true" } : {}),
  };
  return page(`/rooms?${new URLSearchParams(fields)}`, { tried: "list the rooms" }, roomsReader, "viewer");
}

/** `GET /search`: one page of search results. */
export function searchPage(
  query: { text: string; roomId?: number; userId?: number },
  number: number,
): Call<SearchPage> {
  const { text, roomId, userId } = query;
  const fields = {
    q: text,
    ...(userId === undefined ? {} : { user: String(userId) }),
    ...(roomId === undefined ? {} : { room: String(roomId) }),
    page: String(number),
    pagesize: "100",
  };
  return page(
    `/search?${new URLSearchParams(fields)}`,
    { tried: `search for ${JSON.stringify(text)}` },
    searchReader,
    "viewer",
  );
}

/** `GET /chats/stars/{room}`: the starred messages, pinned ones first; all of them if `count` is 0. */
export function starredMessages(roomId: number, count: number): Call<readonly StarredMessage[]> {
  return page(
    `/chats/stars/${roomId}?count=${count}`,
    { tried: `read the stars of room ${roomId}`, roomId },
    starsReader,
    "viewer",
  );
}

/** Whose stars the stars tab lists: everyone's, yours, or those on your messages. */
export type StarsFilter = "all" | "yours" | "on-yours";

const STARS_FILTERS: Readonly<Record<StarsFilter, string>> = { all: "", yours: "mystars", "on-yours": "mymessages" };

/** `GET /rooms/info/{id}?tab=stars`: one page of all starred messages, with 50 messages, pinned ones first. */
export function starsPage(roomId: number, number: number, filter: StarsFilter = "all"): Call<StarsPage> {
  const value = STARS_FILTERS[filter];
  const fields = { tab: "stars", ...(value ? { filter: value } : {}), page: String(number) };
  return page(
    `/rooms/info/${roomId}?${new URLSearchParams(fields)}`,
    { tried: `read the stars of room ${roomId}`, roomId },
    starsPageReader,
    "viewer",
  );
}

/** `GET /rooms/info/{id}?tab=access`: the users with explicit access rights. */
export function roomAccessPage(roomId: number): Call<RoomAccessPage> {
  return page(
    `/rooms/info/${roomId}?tab=access`,
    { tried: `read the access list of room ${roomId}`, roomId },
    roomAccessReader,
  );
}

/** `GET /transcript/{room}/{y}/{m}/{d}[/{from}-{to}]`: one day of a room; by default the latest day with messages. */
export function transcriptPage(
  roomId: number,
  day?: string,
  hours?: { from: number; to: number },
): Call<TranscriptPage> {
  const date = day?.split("-").map(Number).join("/");
  const path = `/transcript/${roomId}${date ? `/${date}` : ""}${hours ? `/${hours.from}-${hours.to}` : ""}`;
  return page(
    path,
    { tried: `read the transcript of room ${roomId}${day ? ` of ${day}` : ""}`, roomId },
    transcriptReader,
    "viewer",
  );
}

/** The name of a page in error messages, and its parser. */
interface Reader<T> {
  readonly name: string;
  readonly read: (document: PageDocument) => T;
}

/**
 * Fetches and reads a page; `needs` is `viewer` if it differs between users. The page is parsed once, whatever it is.
 */
function page<T>(
  path: string,
  about: FailureContext & { tried: string },
  { name, read }: Reader<T>,
  needs: "nothing" | "viewer" = "nothing",
): Call<T> {
  return {
    request: { method: "GET", path, needs, tried: about.tried },
    read(answer) {
      try {
        const document = parse(answer.body, name);
        const kind = errorPageKind(document);
        const obstacle = obstacleOf(kind, contextOf(answer, about));
        if (obstacle) throw obstacle;
        assertSuccess(answer, about, kind);
        try {
          return read(document);
        } finally {
          for (const note of notesOn(document)) answer.drift?.({ where: name, ...note });
        }
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        assertSuccess(answer, about);
        throw notUnderstood(answer, error.page, error.missing, about);
      }
    },
  };
}

function obstacleOf(kind: ErrorPageKind | null, context: FailureContext): ChatError | null {
  switch (kind) {
    case "private-room":
      return new ForbiddenError(context, "the room is private; you can request access on its page");
    case "not-found":
      return new NotFoundError(context);
    case "login":
      return new NotLoggedInError(context);
    default:
      return null;
  }
}
