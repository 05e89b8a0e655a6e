/**
 * The stars tab of a room, `GET /rooms/info/{id}?tab=stars&page=N` (protocol.md §6.7): 50 messages per page with their
 * full
 * content, pinned ones first. Times are relative labels, to the minute at best.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  noteDrift,
  noteEmpty,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  selectFirst,
  selectOutermost,
  textOf,
  walk,
} from "../html/dom.js";
import { type PageAuthor, type PageMessage, readAuthor, readMessage } from "./message.js";
import {
  currentPageIn,
  idAfter,
  idInPath,
  inlineScripts,
  isLastPage,
  lastPageIn,
  nonEmptyText,
  serverTimeIn,
} from "./reading.js";
import { timeOfLabel } from "./relative-time.js";

/** A message of the stars tab. */
export interface StarsPageMessage extends PageMessage, PageAuthor {
  /** The time as on the page, such as `yst 7:51 PM`. */
  readonly timeLabel: string | null;
  /** Unix seconds, to the minute; null if the label or the server's clock is unknown. */
  readonly timeStamp: number | null;
}

/** One page of the stars tab. */
export interface StarsPage {
  readonly roomId: number | null;
  /** In page order, pinned ones first. */
  readonly messages: readonly StarsPageMessage[];
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  /** True when the pager leads to no later page. */
  readonly isLast: boolean;
}

const PAGE = "stars page";

/**
 * Parses the stars tab; a room without stars gives an empty list.
 * @throws {NOT_UNDERSTOOD} when this is not a tab of a room, or a message has no id
 */
export function parseStarsPage(html: string): StarsPage {
  return readStarsPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readStarsPage(document: PageDocument): StarsPage {
  const top = document.ids.get("content") ?? document.root;
  const now = orNoteMissing(document, serverTimeIn(inlineScripts(document)), "serverTime");
  const messages = selectOutermost(top, ".monologue").flatMap((monologue) => readMonologue(document, monologue, now));
  noteEmpty(top, messages, "[id^=message-]", ".monologue .message");
  if (messages.some(({ timeStamp }) => timeStamp === null) && now !== null)
    noteDrift(top, "unknown form", ".timestamp");
  if (messages.length === 0 && selectFirst(top, "#tabs") === null)
    throw new ParseError(PAGE, "#tabs, .monologue .message");
  return {
    roomId: roomIdOf(top),
    messages,
    page: currentPageIn(document),
    pageCount: lastPageIn(document),
    isLast: isLastPage(document),
  };
}

/** The room of the card above the list, or else of the first message's link. */
function roomIdOf(top: PageElement): number | null {
  const card = selectFirst(top, ".roomcard, .roomcard-xxl");
  const link = selectFirst(top, ".message a[name]");
  return idAfter("room-", card && attr(card, "id")) ?? idInPath(link && attr(link, "href"), "transcript");
}

function readMonologue(document: PageDocument, monologue: PageElement, now: number | null): StarsPageMessage[] {
  const found: StarsPageMessage[] = [];
  const author = readAuthor(monologue);
  let timeLabel: string | null = null;
  walk(monologue, (part) => {
    if (hasClass(part, "timestamp")) timeLabel = nonEmptyText(textOf(part));
    if (!hasClass(part, "message")) return true;
    const message = readMessage(document, part);
    if (message === null) throw new ParseError(PAGE, ".message[id^=message-]");
    found.push({ ...message, ...author, timeLabel, timeStamp: timeOfLabel(timeLabel, now) });
    return false;
  });
  return found;
}
