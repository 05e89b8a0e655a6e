/**
 * The starred messages of a room, `GET /chats/stars/{room}?count=N` (protocol.md §6.7): an HTML fragment. Never
 * recorded:
 * this follows what clients read.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  find,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  select,
  selectFirst,
  sourceBetween,
  textOf,
} from "../html/dom.js";
import { type PageStars, readStars } from "./message.js";
import { fullText, idAfter, idInPath, idOfUnlinkedName, parseInteger } from "./reading.js";

/** A starred or pinned message. */
export interface StarredMessage extends PageStars {
  readonly messageId: number;
  /** Unix seconds; null if the list does not have it. */
  readonly timeStamp: number | null;
  /** The content, which the server shortens here. */
  readonly contentHtml: string;
  /** Null for users without a profile. */
  readonly userId: number | null;
  readonly userName: string;
}

const PAGE = "list of starred messages";

/**
 * Parses the list, pinned messages first; an empty response is an empty list.
 * @throws {NOT_UNDERSTOOD} when there is text but no list, or an entry lacks its stars or its permalink
 */
export function parseStarsFragment(html: string): StarredMessage[] {
  return readStarsFragment(parse(html, PAGE));
}

/** @internal Reads a fragment that is parsed already. */
export function readStarsFragment(document: PageDocument): StarredMessage[] {
  const entries = select(document, "li[id^=summary_]");
  if (entries.length === 0 && selectFirst(document, "ul, ol") === null && textOf(document.root) !== "") {
    throw new ParseError(PAGE, "li[id^=summary_]");
  }
  return entries.map((entry) => readEntry(document, entry));
}

function readEntry(document: PageDocument, entry: PageElement): StarredMessage {
  const messageId = idAfter("summary_", attr(entry, "id"));
  const stars = selectFirst(entry, ".stars");
  const permalink = selectFirst(entry, "a.permalink");
  if (messageId === null) throw new ParseError(PAGE, "li[id^=summary_] message id");
  if (stars === null) throw new ParseError(PAGE, ".stars");
  if (permalink === null) throw new ParseError(PAGE, "a.permalink");
  const content = sourceBetween(document, stars.end, Math.max(stars.end, permalink.start));
  return {
    messageId,
    timeStamp: orNoteMissing(entry, parseInteger(attr(entry, "data-time")), "li[data-time]") ?? timeOf(permalink),
    contentHtml: content.replace(/\s?-$/, "").trimEnd(),
    ...authorAfter(document, entry, permalink),
    ...readStars(stars),
  };
}

/** Parses `YYYY-MM-DD HH:MM:SSZ` in the title of the relative time. */
function timeOf(permalink: PageElement): number | null {
  const time = selectFirst(permalink, "[title]");
  const found = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})Z$/.exec((time && attr(time, "title")) ?? "");
  const parsed = found ? Date.parse(`${found[1]}T${found[2]}Z`) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/** The author follows the permalink, so links in the content do not count. */
function authorAfter(
  document: PageDocument,
  entry: PageElement,
  permalink: PageElement,
): Pick<StarredMessage, "userId" | "userName"> {
  const isAuthor = (link: PageElement): boolean =>
    link.start > permalink.start && link.name === "a" && idInPath(attr(link, "href"), "users") !== null;
  const author = find(entry, isAuthor);
  if (author !== null) {
    return { userId: idInPath(attr(author, "href"), "users"), userName: fullText(author) };
  }
  const rest = textOf(
    parse(sourceBetween(document, permalink.end, Math.max(permalink.end, entry.innerEnd)), PAGE).root,
  );
  const userName = /^,? ?by (.*)$/s.exec(rest)?.[1] ?? "";
  return { userId: idOfUnlinkedName(userName), userName };
}
