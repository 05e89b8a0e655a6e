/** The calls that read a page: the request, and the obstacles that come instead of the page (protocol.md §6). */
import {
  type ChatError,
  type FailureContext,
  ForbiddenError,
  NotFoundError,
  NotLoggedInError,
} from "../../errors/index.js";
import type { Call, WireAnswer } from "../call.js";
import {
  type HistoryPage,
  type ProfilePage,
  parseHistoryPage,
  parseProfilePage,
  parseRoomAccessPage,
  parseRoomInfoPage,
  parseRoomPage,
  parseRoomsPage,
  parseSearchPage,
  parseStarsFragment,
  parseTranscriptPage,
  type RoomAccessPage,
  type RoomInfoPage,
  type RoomPage,
  type RoomsPage,
  recogniseErrorPage,
  type SearchPage,
  type StarredMessage,
  type TranscriptPage,
} from "../pages/index.js";
import { assertSuccess, contextOf } from "../refusals.js";

/** `GET /rooms/{id}`: the page people chat in. Reading it with a login makes you present in the room. */
export function roomPage(roomId: number): Call<RoomPage> {
  return page(`/rooms/${roomId}`, { tried: `enter room ${roomId}`, roomId }, parseRoomPage);
}

/** `GET /rooms/info/{id}`. */
export function roomInfoPage(roomId: number): Call<RoomInfoPage> {
  return page(
    `/rooms/info/${roomId}?id=${roomId}&tab=general&users=current`,
    { tried: `read room ${roomId}`, roomId },
    parseRoomInfoPage,
  );
}

/** `GET /users/{id}`. */
export function profilePage(userId: number): Call<ProfilePage> {
  return page(`/users/${userId}`, { tried: `read user ${userId}`, userId }, parseProfilePage);
}

/** `GET /transcript/message/{id}`: the page of the day of a message. */
export function messagePage(messageId: number): Call<TranscriptPage> {
  return page(
    `/transcript/message/${messageId}`,
    { tried: `read message ${messageId}`, messageId },
    parseTranscriptPage,
    "viewer",
  );
}

/** `GET /messages/{id}/history`. */
export function historyPage(messageId: number): Call<HistoryPage> {
  return page(
    `/messages/${messageId}/history`,
    { tried: `read the history of message ${messageId}`, messageId },
    parseHistoryPage,
    "viewer",
  );
}

/** Which part of a list to show. */
export interface RoomsQuery {
  /** @default "all" */
  readonly tab?: "all" | "favorite" | "mine" | "invited" | "events" | "site";
  /** @default "active" */
  readonly sort?: "active" | "created" | "people" | "event";
  /** Words that name, description or tags must have. */
  readonly filter?: string;
  /** Frozen rooms, too. @default false */
  readonly frozen?: boolean;
}

/** `GET /rooms`: a page of the list of rooms, 20 on each. */
export function roomsPage(query: RoomsQuery, number: number): Call<RoomsPage> {
  const { tab = "all", sort = "active", filter = "", frozen = false } = query;
  const fields = {
    tab,
    sort,
    ...(filter ? { filter } : {}),
    page: String(number),
    ...(frozen ? { nohide: "true" } : {}),
  };
  return page(`/rooms?${new URLSearchParams(fields)}`, { tried: "list the rooms" }, parseRoomsPage, "viewer");
}

/** `GET /search`: a page of the messages found. */
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
    parseSearchPage,
    "viewer",
  );
}

/** `GET /chats/stars/{room}`: the starred messages, those pinned first; all of them when `count` is 0. */
export function starredMessages(roomId: number, count: number): Call<readonly StarredMessage[]> {
  return page(
    `/chats/stars/${roomId}?count=${count}`,
    { tried: `read the stars of room ${roomId}`, roomId },
    parseStarsFragment,
    "viewer",
  );
}

/** `GET /rooms/info/{id}?tab=access`: who has been given which right. */
export function roomAccessPage(roomId: number): Call<RoomAccessPage> {
  return page(
    `/rooms/info/${roomId}?tab=access`,
    { tried: `read the access list of room ${roomId}`, roomId },
    parseRoomAccessPage,
  );
}

/** `GET /transcript/{room}/{y}/{m}/{d}[/{from}-{to}]`; without a day the latest that has messages. */
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
    parseTranscriptPage,
    "viewer",
  );
}

/** A page; `needs` says whether it looks different to different people. */
function page<T>(
  path: string,
  about: FailureContext & { tried: string },
  parse: (html: string) => T,
  needs: "nothing" | "viewer" = "nothing",
): Call<T> {
  return {
    request: { method: "GET", path, needs, tried: about.tried },
    read(answer) {
      refuseObstacles(answer, about);
      return parse(answer.body);
    },
  };
}

function refuseObstacles(answer: WireAnswer, about: FailureContext): void {
  const obstacle = obstacleOf(answer, contextOf(answer, about));
  if (obstacle) throw obstacle;
  assertSuccess(answer, about);
}

function obstacleOf(answer: WireAnswer, context: FailureContext): ChatError | null {
  switch (recogniseErrorPage(answer.body)) {
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
