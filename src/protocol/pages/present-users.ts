/**
 * The people in the room, as a room page has them: `initPresent([...])` in a script until 2020, from 2019 on without the
 * viewer, whom `RoomUsers.update(…)` adds; JSON in `.js-present[data-users]` since (protocol.md §6.3). Records have the
 * keys of `POST /user/info`.
 */
import { ParseError } from "../../errors/index.js";
import { shownWord } from "../drift.js";
import { attr, maybe, note, type PageDocument } from "../html/dom.js";
import { type JsValue, readCall, readLiteral } from "../html/js-literal.js";
import { idOf } from "./reading.js";

/** A user in the room. */
export interface PresentUser {
  readonly id: number;
  readonly name: string;
  /** Gravatar hash, or `!` and the address of a picture. */
  readonly emailHash: string | null;
  readonly reputation: number | null;
  /** Unix seconds of the last message in this room; null when never. */
  readonly lastPost: number | null;
  /** Unix seconds; old pages do not tell. */
  readonly lastSeen: number | null;
  readonly isOwner: boolean;
  /** Null where the page does not tell. */
  readonly isModerator: boolean | null;
}

/**
 * @internal The users in the room, or null when the page has no list.
 * @throws {NOT_UNDERSTOOD} when there is a list and it can't be read.
 */
export function presentUsersIn(document: PageDocument, scripts: string, viewerId: number | null): PresentUser[] | null {
  const present = listedUsers(document, scripts);
  const viewer = present && viewerId !== null ? updatedViewer(scripts, viewerId) : null;
  if (present === null || viewer === null) return present;
  const listed = present.find(({ id }) => id === viewerId);
  return listed === undefined
    ? [...present, viewer]
    : present.map((user) =>
        user === listed ? { ...viewer, ...known(listed), isOwner: listed.isOwner || viewer.isOwner } : user,
      );
}

/** The viewer's own record, which a page since 2019 has apart from the list; calls inside a string do not count. */
function updatedViewer(scripts: string, viewerId: number): PresentUser | null {
  const call = /(?:^|;)[ \t]*CHAT\.RoomUsers\.update\(/m.exec(scripts);
  const [id, record] = (call && readCall(scripts.slice(call.index), "RoomUsers.update")) ?? [];
  return idOf(id) === viewerId && record instanceof Map ? readUser(new Map([...record, ["id", viewerId]])) : null;
}

/** The fields of a record that are told. */
function known(user: PresentUser): Partial<PresentUser> {
  return Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null));
}

function listedUsers(document: PageDocument, scripts: string): PresentUser[] | null {
  const holder = maybe(document, ".js-present[data-users], #js-present[data-users]");
  if (holder !== null) {
    return readUsers(document, readLiteral(attr(holder, "data-users") ?? ""), ".js-present[data-users]");
  }
  const call = readCall(scripts, "initPresent");
  return call && readUsers(document, call[0], "CHAT.RoomUsers.initPresent([...])");
}

/** The keys of a record (protocol.md §6.1, §6.3). */
const userKeys: ReadonlySet<string> = new Set(
  "id name email_hash reputation last_post last_seen is_owner is_moderator".split(" "),
);

function readUsers(document: PageDocument, list: JsValue | undefined, where: string): PresentUser[] {
  if (!Array.isArray(list)) throw new ParseError(document.page, where);
  return list.map((record) => {
    const user = record instanceof Map ? readUser(record) : null;
    if (user === null) throw new ParseError(document.page, `${where} id and name`);
    if (record instanceof Map)
      for (const key of record.keys()) if (!userKeys.has(key)) note(document, "unknown key", shownWord(key));
    return user;
  });
}

function readUser(record: Map<string, JsValue>): PresentUser | null {
  const id = idOf(record.get("id"));
  const name = record.get("name");
  if (id === null || typeof name !== "string") return null;
  const emailHash = record.get("email_hash");
  const isModerator = record.get("is_moderator");
  return {
    id,
    name,
    emailHash: typeof emailHash === "string" ? emailHash : null,
    reputation: idOf(record.get("reputation")),
    lastPost: idOf(record.get("last_post")) || null,
    lastSeen: idOf(record.get("last_seen")) || null,
    isOwner: record.get("is_owner") === true,
    isModerator: typeof isModerator === "boolean" ? isModerator : null,
  };
}
