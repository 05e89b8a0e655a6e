/**
 * Reads the users present in a room from the room page: until 2020 `initPresent([...])` in a script, which lacks the
 * viewer
 * since 2019 (`RoomUsers.update(…)` adds them); since then JSON in `.js-present[data-users]` (protocol.md §6.3).
 * Records
 * have the keys of `POST /user/info`.
 */
import { ParseError } from "../../errors/index.js";
import { safeIdentifier } from "../drift.js";
import { attr, noteDrift, type PageDocument, selectFirst } from "../html/dom.js";
import { type JsValue, readCall, readLiteral } from "../html/js-literal.js";
import { literalId } from "./reading.js";

/** A user present in the room. */
export interface PresentUser {
  readonly id: number;
  readonly name: string;
  /** The MD5 of a Gravatar, or `!` and an image URL. */
  readonly emailHash: string | null;
  readonly reputation: number | null;
  /** When the user last posted in this room, in Unix seconds; null if never. */
  readonly lastPost: number | null;
  /** When the user was last seen, in Unix seconds; null on old pages. */
  readonly lastSeen: number | null;
  readonly isOwner: boolean;
  /** Null if the page does not show it. */
  readonly isModerator: boolean | null;
}

/**
 * @internal The users present in the room; null if the page has no list.
 * @throws {NOT_UNDERSTOOD} when the list cannot be parsed
 */
export function presentUsersIn(document: PageDocument, scripts: string, viewerId: number | null): PresentUser[] | null {
  const present = listedUsers(document, scripts);
  const viewer = present && viewerId !== null ? updatedViewer(scripts, viewerId) : null;
  if (present === null || viewer === null) return present;
  const listed = present.find(({ id }) => id === viewerId);
  return listed === undefined
    ? [...present, viewer]
    : present.map((user) =>
        user === listed ? { ...viewer, ...knownFields(listed), isOwner: listed.isOwner || viewer.isOwner } : user,
      );
}

/** The viewer's record, which is apart from the list since 2019. Calls inside a string are ignored. */
function updatedViewer(scripts: string, viewerId: number): PresentUser | null {
  const call = /(?:^|;)[ \t]*CHAT\.RoomUsers\.update\(/m.exec(scripts);
  const [id, record] = (call && readCall(scripts.slice(call.index), "RoomUsers.update")) ?? [];
  return literalId(id) === viewerId && record instanceof Map ? readUser(new Map([...record, ["id", viewerId]])) : null;
}

/** The fields of a record that are not null. */
function knownFields(user: PresentUser): Partial<PresentUser> {
  return Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null));
}

function listedUsers(document: PageDocument, scripts: string): PresentUser[] | null {
  const holder = selectFirst(document, ".js-present[data-users], #js-present[data-users]");
  if (holder !== null) {
    return readUsers(document, readLiteral(attr(holder, "data-users") ?? ""), ".js-present[data-users]");
  }
  const call = readCall(scripts, "initPresent");
  return call && readUsers(document, call[0], "CHAT.RoomUsers.initPresent([...])");
}

/** The known keys of a record (protocol.md §6.1, §6.3). */
const USER_KEYS: ReadonlySet<string> = new Set(
  "id name email_hash reputation last_post last_seen is_owner is_moderator".split(" "),
);

function readUsers(document: PageDocument, list: JsValue | undefined, where: string): PresentUser[] {
  if (!Array.isArray(list)) throw new ParseError(document.page, where);
  return list.map((record) => {
    const user = record instanceof Map ? readUser(record) : null;
    if (user === null) throw new ParseError(document.page, `${where} id and name`);
    if (record instanceof Map)
      for (const key of record.keys()) if (!USER_KEYS.has(key)) noteDrift(document, "unknown key", safeIdentifier(key));
    return user;
  });
}

function readUser(record: Map<string, JsValue>): PresentUser | null {
  const id = literalId(record.get("id"));
  const name = record.get("name");
  if (id === null || typeof name !== "string") return null;
  const emailHash = record.get("email_hash");
  const isModerator = record.get("is_moderator");
  return {
    id,
    name,
    emailHash: typeof emailHash === "string" ? emailHash : null,
    reputation: literalId(record.get("reputation")),
    lastPost: literalId(record.get("last_post")) || null,
    lastSeen: literalId(record.get("last_seen")) || null,
    isOwner: record.get("is_owner") === true,
    isModerator: typeof isModerator === "boolean" ? isModerator : null,
  };
}
