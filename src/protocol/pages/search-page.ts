/**
 * Search results, `GET /search?q=…` (protocol.md §6.11). Never recorded and reported by one source only, so this parser
 * is
 * lenient: every message in a monologue is a result.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  noteEmpty,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  selectExpected,
  selectFirst,
  selectOutermost,
  textOf,
  walk,
} from "../html/dom.js";
import { type PageAuthor, type PageMessage, readAuthor, readMessage } from "./message.js";
import {
  currentPageIn,
  idInPath,
  inlineScripts,
  lastPageIn,
  type Named,
  namedLink,
  nonEmptyText,
  serverTimeIn,
} from "./reading.js";
import { timeOfLabel } from "./relative-time.js";

/** A message that was found. */
export interface SearchHit extends PageMessage, PageAuthor {
  readonly roomId: number | null;
  /** Null when the page does not name the room. */
  readonly roomName: string | null;
  /** The time as on the page, such as `yst 1:40 PM`. */
  readonly timeLabel: string | null;
  /** Unix seconds, to the minute; null if the label or the server's clock is unknown. */
  readonly timeStamp: number | null;
}

/** One page of search results. */
export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
}

const PAGE = "search page";

/**
 * Parses search results; no results are an empty list.
 * @throws {NOT_UNDERSTOOD} when this is not a page of the chat, or a result has no id
 */
export function parseSearchPage(html: string): SearchPage {
  return readSearchPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readSearchPage(document: PageDocument): SearchPage {
  const top = document.ids.get("content") ?? selectFirst(document, "#main, #transcript, .messages");
  if (top === null) throw new ParseError(PAGE, "#content");
  const now = serverTimeIn(inlineScripts(document));
  const hits = selectOutermost(top, ".monologue").flatMap((monologue) => readHits(document, monologue, now));
  noteEmpty(top, hits, "[id^=message-]", ".monologue .message");
  return { hits, page: currentPageIn(document), pageCount: lastPageIn(document) };
}

function readHits(document: PageDocument, monologue: PageElement, now: number | null): SearchHit[] {
  const hits: Omit<SearchHit, "roomName">[] = [];
  const rooms: Named[] = [];
  const author = readAuthor(monologue);
  let timeLabel: string | null = null;
  walk(monologue, (part) => {
    if (hasClass(part, "timestamp")) timeLabel = nonEmptyText(textOf(part));
    const room = part.name === "a" ? namedLink(part, "rooms", "rooms/info") : null;
    if (room !== null) rooms.push(room);
    if (!hasClass(part, "message")) return true;
    const message = readMessage(document, part);
    if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
    const link = selectExpected(part, "a[href*='/transcript/']");
    const roomId = idInPath(link && attr(link, "href"), "transcript");
    hits.push({ ...message, ...author, timeLabel, timeStamp: timeOfLabel(timeLabel, now), roomId });
    return false;
  });
  orNoteMissing(monologue, timeLabel, ".timestamp");
  // The link to the room, if any, may follow the message (protocol.md §6.11).
  const [room] = rooms;
  return hits.map((hit) => {
    const roomId = hit.roomId ?? room?.id ?? null;
    return { ...hit, roomId, roomName: room?.id === roomId ? room.name : null };
  });
}
