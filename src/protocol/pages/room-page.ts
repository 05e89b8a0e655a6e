/**
 * The room page, `GET /rooms/{id}` (protocol.md §6.3), which has everything but the messages. Reads the forms recorded
 * in
 * 2017 and 2019, and the present users as in pages since 2020.
 */

import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  innerHtml,
  noteDrift,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  select,
  selectExpected,
  selectFirst,
  selectRequired,
  textOf,
} from "../html/dom.js";
import { type JsValue, readCall } from "../html/js-literal.js";
import { fkeyIn } from "./chat-page.js";
import { type PresentUser, presentUsersIn } from "./present-users.js";
import {
  absoluteUrl,
  idAfter,
  idInPath,
  inlineScripts,
  literalId,
  parseInteger,
  type RoomAccess,
  readAccess,
  serverTimeIn,
  tagsIn,
  titleOf,
} from "./reading.js";
import { type PageViewer, readPageViewer } from "./viewer.js";

/** Another room that the viewer is in. */
export interface MyRoom {
  readonly id: number;
  readonly name: string;
  readonly lastMessage: MyRoomMessage | null;
}

/** The latest message of a room, shortened for the sidebar. */
export interface MyRoomMessage {
  readonly userName: string;
  readonly text: string;
  /** Unix seconds. */
  readonly timeStamp: number | null;
}

/** A mention or reply that the viewer has not acknowledged yet. */
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
  /** True when the page has the input box. */
  readonly mayPost: boolean;
  readonly parentSiteName: string | null;
  readonly parentSiteUrl: string | null;
  /** Null if nobody is logged in. */
  readonly me: PageViewer | null;
  readonly fkey: string | null;
  /** In page order; null if the page has no such list. */
  readonly present: readonly PresentUser[] | null;
  readonly myRooms: readonly MyRoom[];
  readonly ignoredUserIds: readonly number[];
  readonly unackedMentions: readonly UnackedMention[];
  /** The server's clock in Unix seconds. */
  readonly serverTime: number | null;
}

const PAGE = "room page";

/**
 * Parses `GET /rooms/{id}`.
 * @throws {NOT_UNDERSTOOD} when the room's name or id is missing, or the list of present users cannot be parsed
 */
export function parseRoomPage(html: string): RoomPage {
  return readRoomPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readRoomPage(document: PageDocument): RoomPage {
  const name = textOf(selectRequired(document, "#roomname"));
  const description = orNoteMissing(document, document.ids.get("roomdesc"), "#roomdesc");
  const favorite = document.ids.get("toggle-favorite") ?? null;
  const logo = selectExpected(document, "#footer-logo a");
  const scripts = inlineScripts(document);
  const started = orNoteMissing(document, readCall(scripts, "StartChat"), "StartChat(…)") ?? [];
  const room = started[2] instanceof Map ? started[2] : new Map<string, JsValue>();
  const me = readPageViewer(document, scripts);
  if (started.length > 0 && !room.has("frozen")) noteDrift(document, "missing", "StartChat(…) frozen");
  return {
    id: roomIdOf(document, room),
    name,
    descriptionHtml: description ? innerHtml(document, description) : "",
    description: description ? textOf(description) : "",
    tags: tagsIn(document.ids.get("room-tags") ?? null),
    isFavorite: favorite !== null && hasClass(favorite, "favorite-room"),
    access: readAccess(orNoteMissing(document, document.ids.get("roomtitle"), "#roomtitle")),
    frozen: room.get("frozen") === true,
    deleted: room.get("deleted") === true,
    mayPost:
      orNoteMissing(document, document.ids.get("input") ?? document.ids.get("bubble"), "#input, #bubble")?.attributes
        .id === "input",
    parentSiteName: titleOf(logo),
    parentSiteUrl: logo && absoluteUrl(attr(logo, "href")),
    me,
    fkey: orNoteMissing(document, fkeyIn(document), "input[name=fkey]"),
    present: orNoteMissing(document, presentUsersIn(document, scripts, me?.id ?? null), ".js-present[data-users]"),
    myRooms: select(document, "#my-rooms li").flatMap(
      (item) => orNoteMissing(item, readMyRoom(item), "#my-rooms li a") ?? [],
    ),
    ignoredUserIds: idsIn(started[3]),
    unackedMentions: mentionsIn(started.slice(4)),
    serverTime: orNoteMissing(document, serverTimeIn(scripts), "SERVER_TIME_OFFSET"),
  };
}

function roomIdOf(document: PageDocument, room: Map<string, JsValue>): number {
  const about = document.ids.get("about-room");
  const leave = document.ids.get("leave");
  const search = selectFirst(document, "input[name=room]");
  const id =
    literalId(room.get("id")) ??
    idInPath(about ? attr(about, "href") : null, "rooms/info") ??
    idInPath(leave ? attr(leave, "href") : null, "chats/leave") ??
    parseInteger(search && attr(search, "value"));
  if (id === null) throw new ParseError(PAGE, "StartChat room id, #about-room[href]");
  return id;
}

function readMyRoom(item: PageElement): MyRoom | null {
  const link = selectFirst(item, "a");
  const id = idAfter("room-", attr(item, "id")) ?? idInPath(link && attr(link, "href"), "rooms");
  if (id === null || link === null) return null;
  const last = selectFirst(item, ".last-message");
  return { id, name: textOf(link), lastMessage: last && readLastMessage(last) };
}

function readLastMessage(last: PageElement): MyRoomMessage | null {
  const user = selectExpected(last, ".user-name");
  const said = selectExpected(last, ".text");
  const time = selectExpected(last, ".time");
  if (user === null || said === null) return null;
  return { userName: textOf(user), text: textOf(said), timeStamp: parseInteger(time && textOf(time)) };
}

function idsIn(value: JsValue | undefined): number[] {
  return Array.isArray(value) ? value.map(literalId).filter((id) => id !== null) : [];
}

/** The last argument, if it is an object from message id to room id. */
function mentionsIn(rest: readonly JsValue[]): UnackedMention[] {
  const last = rest.at(-1);
  if (!(last instanceof Map)) return [];
  return [...last].flatMap(([message, room]) => {
    const messageId = parseInteger(message);
    const roomId = literalId(room);
    return messageId === null || roomId === null ? [] : [{ messageId, roomId }];
  });
}
