/** Reads rooms and users from the JSON endpoints (protocol.md §6.1). */
import { decodeHTML } from "entities";
import type { FailureContext, ParseError } from "../../errors/index.js";
import type { Call, WireAnswer } from "../call.js";
import { type KnownKeys, noteKeys, noteOnce } from "../drift.js";
import { parse } from "../html/dom.js";
import { tagsIn } from "../pages/reading.js";
import type { RawPingable, RawRoomThumbs, RawUser, RawUserThumbs } from "../raw.js";
import { assertSuccess, notUnderstood, readJson } from "../refusals.js";
import { isRecord, itemsOf, numberOf, stringOf } from "../values.js";

/** The keys of {@link RawRoomThumbs}: true for those that are always present. */
export const ROOM_KEYS: KnownKeys = {
  id: true,
  name: true,
  description: true,
  isFavorite: true,
  usage: false,
  tags: true,
};

/** `GET /rooms/thumbs/{id}`: the name, description and tags of a room. */
export function roomThumbs(roomId: number): Call<RawRoomThumbs> {
  const about: FailureContext = { tried: `read room ${roomId}`, roomId };
  return {
    request: { method: "GET", path: `/rooms/thumbs/${roomId}`, needs: "nothing", tried: `read room ${roomId}` },
    read(answer) {
      const value = readJson(answer, "room thumbs", about);
      const name = isRecord(value) ? stringOf(value.name) : undefined;
      if (!isRecord(value) || name === undefined) throw missingKey(answer, "room thumbs", "name", about);
      noteKeys(answer.drift, value, ROOM_KEYS);
      return {
        id: numberOf(value.id) ?? roomId,
        name,
        description: stringOf(value.description) ?? "",
        isFavorite: value.isFavorite === true,
        usage: stringOf(value.usage) ?? null,
        tags: stringOf(value.tags) ?? "",
      };
    },
  };
}

/** The tag names in the `tags` of {@link roomThumbs}, which are HTML links. */
export function tagNames(tagsHtml: string): string[] {
  return tagsIn(parse(tagsHtml, "room tags").root);
}

/** A user who can be notified by a mention in a room. */
export interface PingableUser {
  readonly id: number;
  readonly name: string;
  /** Unix seconds; 0 if unknown. */
  readonly lastSeen: number;
  readonly lastPost: number;
}

/** `GET /rooms/pingable/{id}`: the users that a mention can notify. Empty for anonymous sessions. */
export function pingableUsers(roomId: number): Call<readonly PingableUser[]> {
  const about: FailureContext = { tried: `read who is pingable in room ${roomId}`, roomId };
  return {
    request: {
      method: "GET",
      path: `/rooms/pingable/${roomId}`,
      needs: "viewer",
      tried: `read who is pingable in room ${roomId}`,
    },
    read(answer) {
      const value = readJson(answer, "list of pingable users", about);
      if (!Array.isArray(value)) throw missingKey(answer, "list of pingable users", "array", about);
      if (!value.every((row) => itemsOf(row).length === 4)) answer.drift?.({ what: "unknown form", detail: "row" });
      return value.flatMap(readPingable);
    },
  };
}

/** Reads one row, a {@link RawPingable}; only id and name are required. */
function readPingable(row: unknown): PingableUser[] {
  const [rawId, rawName, lastSeen, lastPost] = itemsOf(row);
  const id = numberOf(rawId);
  const name = stringOf(rawName);
  if (id === undefined || name === undefined) return [];
  return [{ id, name, lastSeen: numberOf(lastSeen) ?? 0, lastPost: numberOf(lastPost) ?? 0 }];
}

/** `POST /user/info`: several users at once; unknown ones are left out. Needs no session. */
export function userInfo(userIds: readonly number[], roomId: number): Call<readonly RawUser[]> {
  const tried = `read user ${userIds.join(", ")}`;
  return {
    request: {
      method: "POST",
      path: "/user/info",
      form: { ids: userIds.join(","), roomId: String(roomId) },
      needs: "nothing",
      tried,
    },
    read(answer) {
      const value = readJson(answer, "user info", { tried });
      const users = isRecord(value) ? value.users : undefined;
      if (!Array.isArray(users)) throw missingKey(answer, "user info", "users", { tried });
      noteKeys(answer.drift, value, { users: true });
      noteUsers(answer, users, USER_FIELDS);
      return users.map((user) => withoutInvalidFields(user, USER_FIELDS)).filter(isRawUser);
    },
  };
}

type FieldTest = (member: unknown) => boolean;

const isText: FieldTest = (member) => stringOf(member) !== undefined;
const isNumber: FieldTest = (member) => numberOf(member) !== undefined;
const isFlag: FieldTest = (member) => typeof member === "boolean";
const orNull =
  (test: FieldTest): FieldTest =>
  (member) =>
    member === null || test(member);

/** Validates the optional fields of {@link RawUser}. */
const USER_FIELDS: Readonly<Record<string, FieldTest>> = {
  email_hash: isText,
  reputation: isNumber,
  is_moderator: isFlag,
  is_owner: orNull(isFlag),
  last_post: orNull(isNumber),
  last_seen: orNull(isNumber),
};

/** The same for {@link RawUserThumbs}. */
const THUMBS_FIELDS: Readonly<Record<string, FieldTest>> = {
  ...USER_FIELDS,
  is_registered: isFlag,
  user_message: orNull(isText),
  usage: orNull(isText),
  profileUrl: orNull(isText),
  host: orNull(isText),
  site: orNull(isRecord),
  rooms: Array.isArray,
  invite_targets: Array.isArray,
  may_pairoff: () => true,
};

/** Notes missing, unknown and malformed keys of user records. */
function noteUsers(answer: WireAnswer, users: readonly unknown[], members: Readonly<Record<string, FieldTest>>): void {
  const drift = noteOnce(answer.drift);
  const known: KnownKeys = {
    ...Object.fromEntries(Object.keys(members).map((key) => [key, false])),
    id: true,
    name: true,
  };
  for (const user of users) {
    noteKeys(drift, user, known);
    for (const [key, test] of Object.entries(members))
      if (isRecord(user) && Object.hasOwn(user, key) && !test(user[key]))
        drift?.({ what: "unknown form", detail: key });
  }
}

/** Removes known fields with invalid values; unknown fields stay. */
function withoutInvalidFields(value: unknown, members: Readonly<Record<string, FieldTest>>): unknown {
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => !Object.hasOwn(members, key) || members[key]?.(member));
  return Object.fromEntries(kept);
}

/** Whether a record names a user. */
function isRawUser(value: unknown): value is RawUser {
  return isRecord(value) && numberOf(value.id) !== undefined && stringOf(value.name) !== undefined;
}

/**
 * `GET /users/thumbs/{id}`: a user's card. Many clients use it, but it was never recorded: only id and name are
 * certain.
 */
export function userThumbs(userId: number): Call<RawUserThumbs> {
  const about: FailureContext = { tried: `read user ${userId}`, userId };
  return {
    request: {
      method: "GET",
      path: `/users/thumbs/${userId}?showUsage=true`,
      needs: "nothing",
      tried: `read user ${userId}`,
    },
    read(answer) {
      const found = readJson(answer, "user thumbs", about);
      noteUsers(answer, [found], THUMBS_FIELDS);
      const value = withoutInvalidFields(found, THUMBS_FIELDS);
      if (!isRawUserThumbs(value)) throw missingKey(answer, "user thumbs", "name", about);
      return value.rooms ? { ...value, rooms: value.rooms.filter(isRawUser) } : value;
    },
  };
}

function isRawUserThumbs(value: unknown): value is RawUserThumbs {
  return isRawUser(value);
}

/** A user found by {@link searchUsers}. */
export interface UserHit {
  readonly id: number;
  readonly name: string;
  /** The MD5 of a Gravatar, or `!` and a URL. */
  readonly emailHash: string;
}

/** `GET /users/search`: one JSON object per line, not an array (protocol.md §6.1, OBS). `limit` is at most 100. */
export function searchUsers(query: string, limit: number = 50): Call<readonly UserHit[]> {
  const tried = `search users for ${JSON.stringify(query)}`;
  return {
    request: {
      method: "GET",
      path: `/users/search?q=${encodeURIComponent(query)}&limit=${limit}`,
      needs: "nothing",
      tried,
    },
    read(answer) {
      if (answer.status !== 200) assertSuccess(answer, { tried });
      const whole = { ...answer, drift: noteOnce(answer.drift) };
      return answer.body.split("\n").flatMap((line) => readHit(line.trim(), whole, tried));
    },
  };
}

function readHit(line: string, answer: WireAnswer, tried: string): UserHit[] {
  if (line === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw notUnderstood(answer, "user search", "one JSON object on each line", { tried });
  }
  return itemsOf(Array.isArray(value) ? value : [value]).flatMap((hit) => {
    noteKeys(answer.drift, hit, { id: true, dn: true, hash: true });
    const id = isRecord(hit) ? numberOf(hit.id) : undefined;
    const name = isRecord(hit) ? stringOf(hit.dn) : undefined;
    if (!isRecord(hit) || id === undefined || name === undefined) return [];
    return [{ id, name, emailHash: decodeHTML(stringOf(hit.hash) ?? "") }];
  });
}

/** The avatar URL for an `email_hash`: a Gravatar, or the URL after a `!` (protocol.md §6.1). */
export function avatarUrl(emailHash: string | undefined, size: number = 128): string | null {
  if (!emailHash) return null;
  if (emailHash.startsWith("!")) return emailHash.slice(1).replace(/^\/\//, "https://");
  return `https://www.gravatar.com/avatar/${emailHash}?s=${size}&d=identicon&r=PG`;
}

function missingKey(answer: WireAnswer, page: string, key: string, about: FailureContext): ParseError {
  return notUnderstood(answer, page, `the key "${key}"`, about);
}
