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
  parseRoomInfoPage,
  parseRoomPage,
  parseTranscriptPage,
  type RoomInfoPage,
  type RoomPage,
  recogniseErrorPage,
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
  );
}

/** `GET /messages/{id}/history`. */
export function historyPage(messageId: number): Call<HistoryPage> {
  return page(
    `/messages/${messageId}/history`,
    { tried: `read the history of message ${messageId}`, messageId },
    parseHistoryPage,
  );
}

function page<T>(path: string, about: FailureContext & { tried: string }, parse: (html: string) => T): Call<T> {
  return {
    request: { method: "GET", path, needs: "nothing", tried: about.tried },
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
