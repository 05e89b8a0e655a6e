/**
 * The room page, `GET /rooms/{id}` (protocol.md §6.3). It has everything but the messages.
 * Reads the form recorded in 2017, the one of 2019, and the present users as pages since 2020 have them.
 */

import { ParseError } from "../../errors/index.js";
import {
  attr,
  expected,
  hasClass,
  innerHtml,
  maybe,
  note,
  one,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  select,
  text,
} from "../html/dom.js";
import { type JsValue, readCall } from "../html/js-literal.js";
import { fkeyIn } from "./chat-page.js";
import { type PresentUser, presentUsersIn } from "./present-users.js";
import {
  absoluteUrl,
  accessOf,
  idAfter,
  idInPath,
  idOf,
  integer,
  type RoomAccess,
  scriptsOf,
  serverTimeIn,
  tagsIn,
  titleOf,
} from "./reading.js";
import { type PageViewer, viewerOf } from "./viewer.js";

/** Another room that the viewer is in. */
export interface MyRoom {
  readonly id: number;
  readonly name: string;
  readonly lastMessage: MyRoomMessage | null;
}

/** The newest message of a room, shortened for the sidebar. */
export interface MyRoomMessage {
  readonly userName: string;
  readonly text: string;
  /** Unix seconds. */
  readonly timeStamp: number | null;
}

/** A mention or reply that the viewer has not seen yet. */
export interface UnackedMention {
  readonly messageId: number;
  readonly roomId: number;
}

/** The room page. */
export interface RoomPage {
  readonly id: number;
  readonly name: string;
  readonly descriptionHtml: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly isFavorite: boolean;
  readonly access: RoomAccess;
  readonly frozen: boolean;
  readonly deleted: boolean;
  /** True when the page has the box to type in. */
  readonly mayPost: boolean;
  readonly parentSiteName: string | null;
  readonly parentSiteUrl: string | null;
  /** Null when nobody is logged in. */
  readonly me: PageViewer | null;
  readonly fkey: string | null;
  /** In the order of the page; null when the page has no such list. */
  readonly present: readonly PresentUser[] | null;
  readonly myRooms: readonly MyRoom[];
  readonly ignoredUserIds: readonly number[];
  readonly unackedMentions: readonly UnackedMention[];
  /** Unix seconds. */
  readonly serverTime: number | null;
}

const PAGE = "room page";

/**
 * Reads `GET /rooms/{id}`.
 * @throws {NOT_UNDERSTOOD} without a room name, a room id, or with a present-users list that can't be read.
 */
export function parseRoomPage(html: string): RoomPage {
  return readRoomPage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readRoomPage(document: PageDocument): RoomPage {
  const name = text(one(document, "#roomname"));
  const description = orNote(document, document.ids.get("roomdesc"), "#roomdesc");
  const favorite = document.ids.get("toggle-favorite") ?? null;
  const logo = expected(document, "#footer-logo a");
  const scripts = scriptsOf(document);
  const started = orNote(document, readCall(scripts, "StartChat"), "StartChat(…)") ?? [];
  const room = started[2] instanceof Map ? started[2] : new Map<string, JsValue>();
  const me = viewerOf(document, scripts);
  if (started.length > 0 && !room.has("frozen")) note(document, "missing", "StartChat(…) frozen");
  return {
    id: roomIdOf(document, room),
    name,
    descriptionHtml: description ? innerHtml(document, description) : "",
    description: description ? text(description) : "",
    tags: tagsIn(document.ids.get("room-tags") ?? null),
    isFavorite: favorite !== null && hasClass(favorite, "favorite-room"),
    access: accessOf(orNote(document, document.ids.get("roomtitle"), "#roomtitle")),
    frozen: room.get("frozen") === true,
    deleted: room.get("deleted") === true,
    mayPost:
      orNote(document, document.ids.get("input") ?? document.ids.get("bubble"), "#input, #bubble")?.attributes.id ===
      "input",
    parentSiteName: titleOf(logo),
    parentSiteUrl: logo && absoluteUrl(attr(logo, "href")),
    me,
    fkey: orNote(document, fkeyIn(document), "input[name=fkey]"),
    present: orNote(document, presentUsersIn(document, scripts, me?.id ?? null), ".js-present[data-users]"),
    myRooms: select(document, "#my-rooms li").flatMap((item) => orNote(item, readMyRoom(item), "#my-rooms li a") ?? []),
    ignoredUserIds: idsIn(started[3]),
    unackedMentions: mentionsIn(started.slice(4)),
    serverTime: orNote(document, serverTimeIn(scripts), "SERVER_TIME_OFFSET"),
  };
}

function roomIdOf(document: PageDocument, room: Map<string, JsValue>): number {
  const about = document.ids.get("about-room");
  const leave = document.ids.get("leave");
  const search = maybe(document, "input[name=room]");
  const id =
    idOf(room.get("id")) ??
    idInPath(about ? attr(about, "href") : null, "rooms/info") ??
    idInPath(leave ? attr(leave, "href") : null, "chats/leave") ??
    integer(search && attr(search, "value"));
  if (id === null) throw new ParseError(PAGE, "StartChat room id, #about-room[href]");
  return id;
}

function readMyRoom(item: PageElement): MyRoom | null {
  const link = maybe(item, "a");
  const id = idAfter("room-", attr(item, "id")) ?? idInPath(link && attr(link, "href"), "rooms");
  if (id === null || link === null) return null;
  const last = maybe(item, ".last-message");
  return { id, name: text(link), lastMessage: last && readLastMessage(last) };
}

function readLastMessage(last: PageElement): MyRoomMessage | null {
  const user = expected(last, ".user-name");
  const said = expected(last, ".text");
  const time = expected(last, ".time");
  if (user === null || said === null) return null;
  return { userName: text(user), text: text(said), timeStamp: integer(time && text(time)) };
}

function idsIn(value: JsValue | undefined): number[] {
  return Array.isArray(value) ? value.map(idOf).filter((id) => id !== null) : [];
}

/** The last argument, if it is an object of message id to room id. */
function mentionsIn(rest: readonly JsValue[]): UnackedMention[] {
  const last = rest.at(-1);
  if (!(last instanceof Map)) return [];
  return [...last].flatMap(([message, room]) => {
    const messageId = integer(message);
    const roomId = idOf(room);
    return messageId === null || roomId === null ? [] : [{ messageId, roomId }];
  });
}
