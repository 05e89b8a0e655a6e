/** Actions on a room as a whole, by owners and visitors (protocol.md §5.6 to §5.8). */
import type { FailureContext } from "../../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "../call.js";
import { type KnownKeys, noteKeys } from "../drift.js";
import {
  assertMayManage,
  assertSuccess,
  contextOf,
  failureOfAction,
  readOk,
  readReply,
  refusedWith,
  sentenceOf,
} from "../refusals.js";
import { isRecord, numberOf, stringOf } from "../values.js";
import { ROOM_KEYS } from "./people.js";

/** The access that users have by default. */
export type DefaultAccess = "public" | "gallery" | "private";

/** A user's explicit access to a room; `remove` resets it to the default. */
export type AccessLevel = "remove" | "read-only" | "read-write" | "owner";

/** The wire values of {@link DefaultAccess}. */
const ACCESS_WORDS: Readonly<Record<DefaultAccess, string>> = {
  public: "read-write",
  gallery: "read-only",
  private: "request",
};

/** Every setting of a room. */
export interface RoomSettings {
  readonly name: string;
  /** Markdown. */
  readonly description: string;
  readonly tags: readonly string[];
  readonly access: DefaultAccess;
  /** The host of the parent site; only chat.stackexchange.com uses it. */
  readonly host: string;
}

/** `POST /rooms/save`: creates a room, or updates the one with the given id. Returns the room id. */
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
        defaultAccess: ACCESS_WORDS[access],
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
      if (roomId !== undefined) assertMayManage(answer, { tried, roomId });
      throw failureOfAction(answer, "answer to saving a room", "the way to /rooms/info/{id}", { tried, roomId });
    },
  };
}

/**
 * `POST /admin/movePosts/{from}`: moves messages and returns how many were moved. Requires an owner of the source room.
 */
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
      assertMayManage(answer, about);
      const value = readReply(answer, about);
      const moved = numberOf(value);
      if (moved !== undefined && Number.isInteger(moved)) return moved;
      throw failureOfAction(answer, "answer to moving messages", "a number of messages", about);
    },
  };
}

/** `POST /rooms/kickmute/{room}`: kicks a user for 1, 5 or 30 minutes. Returns the server's sentence. */
export function kickUser(roomId: number, userId: number, reason?: string): Call<string> {
  const tried = `kick user ${userId} from room ${roomId}`;
  const about = { tried, roomId, userId };
  const form = { userId: String(userId), ...(reason === undefined ? {} : { reason }) };
  return {
    request: roomPost(`/rooms/kickmute/${roomId}`, form, roomId, tried),
    read(answer) {
      assertMayManage(answer, about);
      const value = readReply(answer, about);
      const message = isRecord(value) ? stringOf(value.message) : undefined;
      // One client compares with the misspelling "neeb kicked", so match the one word that both share.
      if (message !== undefined && /kicked/i.test(message)) return message;
      if (message) throw refusedWith(answer, message, contextOf(answer, about));
      throw failureOfAction(answer, "answer to a kick", 'a "message" that says so', about);
    },
  };
}

/** `POST /rooms/setuseraccess/{room}`: sets a user's access. A success may be an empty body, `"ok"` or a page. */
export function setUserAccess(roomId: number, userId: number, level: AccessLevel): Call<void> {
  const tried = `set the access of user ${userId} to room ${roomId} to ${level}`;
  const about = { tried, roomId, userId };
  return {
    request: {
      ...roomPost(`/rooms/setuseraccess/${roomId}`, { aclUserId: String(userId), userAccess: level }, roomId, tried),
      answersPage: true,
    },
    read(answer) {
      assertMayManage(answer, about);
      readAnySuccess(answer, about);
    },
  };
}

/** `POST /users/invite`: invites a user into a room. Returns the server's sentence. */
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

/** `POST /rooms/timeout/{room}`: lets only owners post for a number of seconds (at least 5). */
export function timeoutRoom(roomId: number, seconds: number, reason: string): Call<void> {
  const tried = `set a timeout for room ${roomId}`;
  const about = { tried, roomId };
  return {
    request: roomPost(`/rooms/timeout/${roomId}`, { duration: String(seconds), reason }, roomId, tried),
    read(answer) {
      if (answer.status === 200 && /timeout applied/i.test(answer.body)) return;
      assertMayManage(answer, about);
      throw failureOfAction(answer, "answer to a timeout", '"timeout applied"', about);
    },
  };
}

/** `POST /conversation/new`: bookmarks a range of messages under a title. */
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

/** The response has the keys of the room's thumbs (protocol.md §5.8). */
const FAVORITE_KEYS: KnownKeys = Object.fromEntries(Object.keys(ROOM_KEYS).map((key) => [key, false]));

/** `POST /rooms/favorite`: toggles whether a room is a favorite. Returns whether it is one now. */
export function toggleFavorite(roomId: number): Call<boolean> {
  const tried = `mark room ${roomId} as a favorite`;
  return {
    request: roomPost("/rooms/favorite", { roomId: String(roomId) }, roomId, tried),
    read(answer) {
      const value = readReply(answer, { tried, roomId });
      if (isRecord(value) && typeof value.isFavorite === "boolean") {
        noteKeys(answer.drift, value, FAVORITE_KEYS);
        return value.isFavorite;
      }
      throw failureOfAction(answer, "answer to a favorite", 'the key "isFavorite"', { tried, roomId });
    },
  };
}

/** `POST /rooms/requestaccess`: asks the owners of a gallery or private room for access. */
export function requestAccess(roomId: number): Call<void> {
  const tried = `request access to room ${roomId}`;
  return {
    request: { ...roomPost("/rooms/requestaccess", { roomId: String(roomId) }, roomId, tried), answersPage: true },
    read: (answer) => readAnySuccess(answer, { tried, roomId }),
  };
}

/** Accepts any 200, unless its body is a sentence of refusal. */
function readAnySuccess(answer: WireAnswer, about: FailureContext): void {
  assertSuccess(answer, about);
  const sentence = sentenceOf(answer.body);
  if (sentence !== null) readOk(answer, about);
}

function roomPost(path: string, form: Record<string, string>, roomId: number, tried: string): WireRequest {
  return { method: "POST", path, form, needs: "login", referer: `/rooms/${roomId}`, tried };
}
