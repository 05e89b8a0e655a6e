/**
 * The stars tab of a room, `GET /rooms/info/{id}?tab=stars&page=N` (protocol.md §6.7): 50 messages a page with their whole
 * content, the pinned ones first. Times are relative labels, to the minute at best.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  maybe,
  note,
  noteEmpty,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  selectOutermost,
  text,
  walk,
} from "../html/dom.js";
import { authorOf, type PageAuthor, type PageMessage, readMessage } from "./message.js";
import { clean, currentPageIn, idAfter, idInPath, isLastPage, lastPageIn, scriptsOf, serverTimeIn } from "./reading.js";
import { timeOfLabel } from "./relative-time.js";

/** A message of the stars tab. */
export interface StarsPageMessage extends PageMessage, PageAuthor {
  /** The time as on the page, such as `yst 7:51 PM`. */
  readonly timeLabel: string | null;
  /** Unix seconds, to the minute; null when the label or the server's clock is not known. */
  readonly timeStamp: number | null;
}

/** One page of the stars tab. */
export interface StarsPage {
  readonly roomId: number | null;
  /** Those pinned first, as sent. */
  readonly messages: readonly StarsPageMessage[];
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  /** True when the pager leads to no later page. */
  readonly isLast: boolean;
}

const PAGE = "stars page";

/**
 * Reads the stars tab; a room without stars gives an empty list.
 * @throws {NOT_UNDERSTOOD} when this is no tab of a room, or a message has no id
 */
export function parseStarsPage(html: string): StarsPage {
  return readStarsPage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readStarsPage(document: PageDocument): StarsPage {
  const top = document.ids.get("content") ?? document.root;
  const now = orNote(document, serverTimeIn(scriptsOf(document)), "serverTime");
  const messages = selectOutermost(top, ".monologue").flatMap((monologue) => readMonologue(document, monologue, now));
  noteEmpty(top, messages, "[id^=message-]", ".monologue .message");
  if (messages.some(({ timeStamp }) => timeStamp === null) && now !== null) note(top, "unknown form", ".timestamp");
  if (messages.length === 0 && maybe(top, "#tabs") === null) throw new ParseError(PAGE, "#tabs, .monologue .message");
  return {
    roomId: roomIdOf(top),
    messages,
    page: currentPageIn(document),
    pageCount: lastPageIn(document),
    isLast: isLastPage(document),
  };
}

/** The room of the card above the list, else of the first message's link. */
function roomIdOf(top: PageElement): number | null {
  const card = maybe(top, ".roomcard, .roomcard-xxl");
  const link = maybe(top, ".message a[name]");
  return idAfter("room-", card && attr(card, "id")) ?? idInPath(link && attr(link, "href"), "transcript");
}

function readMonologue(document: PageDocument, monologue: PageElement, now: number | null): StarsPageMessage[] {
  const found: StarsPageMessage[] = [];
  const author = authorOf(monologue);
  let timeLabel: string | null = null;
  walk(monologue, (part) => {
    if (hasClass(part, "timestamp")) timeLabel = clean(text(part));
    if (!hasClass(part, "message")) return true;
    const message = readMessage(document, part);
    if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
    found.push({ ...message, ...author, timeLabel, timeStamp: timeOfLabel(timeLabel, now) });
    return false;
  });
  return found;
}
