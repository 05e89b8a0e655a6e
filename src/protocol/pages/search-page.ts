/**
 * Search results, `GET /search?q=…` (protocol.md §6.11). Never recorded and told by one source only, so this is tolerant:
 * whatever looks like a message in a monologue is a result.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  maybe,
  type PageDocument,
  type PageElement,
  parse,
  selectOutermost,
  text,
  walk,
} from "../html/dom.js";
import { authorOf, type PageAuthor, type PageMessage, readMessage } from "./message.js";
import { clean, currentPageIn, idInPath, lastPageIn, type Named, namedLink } from "./reading.js";

/** A message that was found. */
export interface SearchHit extends PageMessage, PageAuthor {
  readonly roomId: number | null;
  /** Null when the page does not name the room. */
  readonly roomName: string | null;
  /** Date and time as on the page. */
  readonly timeLabel: string | null;
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
 * Reads search results; no results are an empty list.
 * @throws {NOT_UNDERSTOOD} when this is no page of the chat, or a result has no id.
 */
export function parseSearchPage(html: string): SearchPage {
  return readSearchPage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readSearchPage(document: PageDocument): SearchPage {
  const top = document.ids.get("content") ?? maybe(document, "#main, #transcript, .messages");
  if (top === null) throw new ParseError(PAGE, "#content");
  const hits = selectOutermost(top, ".monologue").flatMap((monologue) => readHits(document, monologue));
  return { hits, page: currentPageIn(document), pageCount: lastPageIn(document) };
}

function readHits(document: PageDocument, monologue: PageElement): SearchHit[] {
  const hits: SearchHit[] = [];
  const author = authorOf(monologue);
  const room = roomOf(monologue);
  let timeLabel: string | null = null;
  walk(monologue, (part) => {
    if (hasClass(part, "timestamp")) timeLabel = clean(text(part));
    if (!hasClass(part, "message")) return true;
    const message = readMessage(document, part);
    if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
    const link = maybe(part, "a[href*='/transcript/']");
    const roomId = idInPath(link && attr(link, "href"), "transcript") ?? room?.id ?? null;
    hits.push({ ...message, ...author, timeLabel, roomId, roomName: room?.id === roomId ? room.name : null });
    return false;
  });
  return hits;
}

/** The room that a monologue names, before its messages or behind them; links in what was said name none. */
function roomOf(monologue: PageElement): Named | null {
  let room: Named | null = null;
  walk(monologue, (part) => {
    if (part.name === "a" && room === null) room = namedLink(part, "rooms", "rooms/info");
    return !hasClass(part, "message");
  });
  return room;
}
