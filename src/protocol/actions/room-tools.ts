/** What owners and visitors do with a room as a whole (protocol.md §5.6 to §5.8). */
import type { FailureContext } from "../../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "../call.js";
import { type Members, noteMembers } from "../drift.js";
import {
  assertMayRule,
  assertSuccess,
  contextOf,
  failureOfAction,
  readOk,
  readReply,
  refusedWith,
  sentenceOf,
} from "../refusals.js";
import { isRecord, numberOf, stringOf } from "../values.js";
import { roomMembers } from "./people.js";

/** Who may do what in a room when nothing else is said. */
export type DefaultAccess = "public" | "gallery" | "private";

/** What somebody may do in a room: `remove` takes back what was given. */
export type AccessLevel = "remove" | "read-only" | "read-write" | "owner";

/** The servers' words for {@link DefaultAccess}. */
const defaultAccess: Readonly<Record<DefaultAccess, string>> = {
  public: "read-write",
  gallery: "read-only",
  private: "request",
};

/** Everything a room is saved with. */
export interface RoomSettings {
  readonly name: string;
  /** Markdown. */
  readonly description: string;
  readonly tags: readonly string[];
  readonly access: DefaultAccess;
  /** Host of the parent site; only chat.stackexchange.com looks at it. */
  readonly host: string;
}

/** `POST /rooms/save`: creates a room, or changes the one with the id given; answers the room's id. */
export function saveRoom(settings: RoomSettings, roomId?: number): Call<{ readonly roomId: number }> {
  const tried = roomId === undefined ? `create the room ${JSON.stringify(settings.name)}` : `change room ${roomId}`;
  const { name, description, tags, access, host } = settings;
  return {
    request: {
      method: "POST",
      path: "/rooms/save",
      form: {
        ...(roomId === undefined ? {} : { roomId: String(roomId) }),
        name,
        description,
        tags: tags.join(" "),
        defaultAccess: defaultAccess[access],
        host,
        noDupeCheck: "true",
      },
      needs: "login",
      referer: roomId === undefined ? "/rooms" : `/rooms/info/${roomId}`,
      follow: false,
      answersPage: true,
      tried,
    },
    read(answer) {
      const location = answer.headers.location;
      const url = typeof location === "string" ? location : answer.url;
      const id = /\/rooms\/(?:info\/)?(\d+)(?:\/|$|\?)/.exec(url)?.[1];
      if (id !== undefined) return { roomId: Number(id) };
      if (roomId !== undefined) assertMayRule(answer, { tried, roomId });
      throw failureOfAction(answer, "answer to saving a room", "the way to /rooms/info/{id}", { tried, roomId });
    },
  };
}

/** `POST /admin/movePosts/{from}`: moves messages; answers how many. Needs an owner of the source room. */
export function movePosts(fromRoomId: number, messageIds: readonly number[], toRoomId: number): Call<number> {
  const tried = `move ${messageIds.length} messages from room ${fromRoomId} to room ${toRoomId}`;
  const about = { tried, roomId: fromRoomId };
  return {
    request: roomPost(
      `/admin/movePosts/${fromRoomId}`,
      { ids: messageIds.join(","), to: String(toRoomId) },
      fromRoomId,
      tried,
    ),
    read(answer) {
      assertMayRule(answer, about);
      const value = readReply(answer, about);
      const moved = numberOf(value);
      if (moved !== undefined && Number.isInteger(moved)) return moved;
      throw failureOfAction(answer, "answer to moving messages", "a number of messages", about);
    },
  };
}

/** `POST /rooms/kickmute/{room}`: throws somebody out for 1, 5 or 30 minutes; answers the server's sentence. */
export function kickUser(roomId: number, userId: number, reason?: string): Call<string> {
  const tried = `kick user ${userId} from room ${roomId}`;
  const about = { tried, roomId, userId };
  const form = { userId: String(userId), ...(reason === undefined ? {} : { reason }) };
  return {
    request: roomPost(`/rooms/kickmute/${roomId}`, form, roomId, tried),
    read(answer) {
      assertMayRule(answer, about);
      const value = readReply(answer, about);
      const message = isRecord(value) ? stringOf(value.message) : undefined;
      // One client compares with the misspelling "neeb kicked": look for the one word that both have.
      if (message !== undefined && /kicked/i.test(message)) return message;
      if (message) throw refusedWith(answer, message, contextOf(answer, about));
      throw failureOfAction(answer, "answer to a kick", 'a "message" that says so', about);
    },
  };
}

/** `POST /rooms/setuseraccess/{room}`. Success has been seen as nothing, as `"ok"` and as a page. */
export function setUserAccess(roomId: number, userId: number, level: AccessLevel): Call<void> {
  const tried = `set the access of user ${userId} to room ${roomId} to ${level}`;
  const about = { tried, roomId, userId };
  return {
    request: {
      ...roomPost(`/rooms/setuseraccess/${roomId}`, { aclUserId: String(userId), userAccess: level }, roomId, tried),
      answersPage: true,
    },
    read(answer) {
      assertMayRule(answer, about);
      readAnySuccess(answer, about);
    },
  };
}

/** `POST /users/invite`: asks somebody into a room; answers the server's sentence. */
export function inviteUser(roomId: number, userId: number): Call<string> {
  const tried = `invite user ${userId} to room ${roomId}`;
  return {
    request: roomPost("/users/invite", { UserId: String(userId), RoomId: String(roomId) }, roomId, tried),
    read(answer) {
      assertSuccess(answer, { tried, roomId, userId });
      return sentenceOf(answer.body) ?? answer.body.trim();
    },
  };
}

/** `POST /rooms/timeout/{room}`: for so many seconds (at least 5) only owners may post. */
export function timeoutRoom(roomId: number, seconds: number, reason: string): Call<void> {
  const tried = `set a timeout for room ${roomId}`;
  const about = { tried, roomId };
  return {
    request: roomPost(`/rooms/timeout/${roomId}`, { duration: String(seconds), reason }, roomId, tried),
    read(answer) {
      if (answer.status === 200 && /timeout applied/i.test(answer.body)) return;
      assertMayRule(answer, about);
      throw failureOfAction(answer, "answer to a timeout", '"timeout applied"', about);
    },
  };
}

/** `POST /conversation/new`: bookmarks the messages from the first to the last under a title. */
export function bookmarkConversation(
  roomId: number,
  firstMessageId: number,
  lastMessageId: number,
  title: string,
): Call<string> {
  const tried = `bookmark a conversation in room ${roomId}`;
  const about = { tried, roomId };
  const form = {
    roomId: String(roomId),
    firstMessageId: String(firstMessageId),
    lastMessageId: String(lastMessageId),
    title,
  };
  return {
    request: roomPost("/conversation/new", form, roomId, tried),
    read(answer) {
      const value = readReply(answer, about);
      const message = isRecord(value) ? stringOf(value.message) : undefined;
      if (isRecord(value) && value.ok === true) return message ?? "";
      if (message) throw refusedWith(answer, message, contextOf(answer, about));
      throw failureOfAction(answer, "answer to a bookmark", '"ok": true', about);
    },
  };
}

/** The answer to a favourite is like that of the room's thumbs (protocol.md §5.8). */
const favoriteMembers: Members = Object.fromEntries(Object.keys(roomMembers).map((key) => [key, false]));

/** `POST /rooms/favorite`: turns the favourite mark of a room on or off; answers whether it is on now. */
export function toggleFavorite(roomId: number): Call<boolean> {
  const tried = `mark room ${roomId} as a favourite`;
  return {
    request: roomPost("/rooms/favorite", { roomId: String(roomId) }, roomId, tried),
    read(answer) {
      const value = readReply(answer, { tried, roomId });
      if (isRecord(value) && typeof value.isFavorite === "boolean") {
        noteMembers(answer.drift, value, favoriteMembers);
        return value.isFavorite;
      }
      throw failureOfAction(answer, "answer to a favourite", 'the key "isFavorite"', { tried, roomId });
    },
  };
}

/** `POST /rooms/requestaccess`: asks the owners of a gallery or private room to be let in. */
export function requestAccess(roomId: number): Call<void> {
  const tried = `request access to room ${roomId}`;
  return {
    request: { ...roomPost("/rooms/requestaccess", { roomId: String(roomId) }, roomId, tried), answersPage: true },
    read: (answer) => readAnySuccess(answer, { tried, roomId }),
  };
}

/** Any 200 is a success, unless it is a sentence that says otherwise. */
function readAnySuccess(answer: WireAnswer, about: FailureContext): void {
  assertSuccess(answer, about);
  const sentence = sentenceOf(answer.body);
  if (sentence !== null) readOk(answer, about);
}

function roomPost(path: string, form: Record<string, string>, roomId: number, tried: string): WireRequest {
  return { method: "POST", path, form, needs: "login", referer: `/rooms/${roomId}`, tried };
}
