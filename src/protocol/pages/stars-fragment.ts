/**
 * The starred messages of a room, `GET /chats/stars/{room}?count=N` (protocol.md §6.7): a piece of HTML, no page.
 * Never recorded: this goes by what clients take from it.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  find,
  maybe,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  select,
  sourceBetween,
  text,
} from "../html/dom.js";
import { type PageStars, starsOf } from "./message.js";
import { fullText, idAfter, idInPath, idOfUnlinked, integer } from "./reading.js";

/** A starred or pinned message. */
export interface StarredMessage extends PageStars {
  readonly messageId: number;
  /** Unix seconds; null when the list does not tell. */
  readonly timeStamp: number | null;
  /** The content, which the server shortens here. */
  readonly contentHtml: string;
  /** Null for users without a profile. */
  readonly userId: number | null;
  readonly userName: string;
}

const PAGE = "list of starred messages";

/**
 * Reads the list, pins first as sent; an empty answer is an empty list.
 * @throws {NOT_UNDERSTOOD} when there is text but no list, or an entry has no stars or no permalink.
 */
export function parseStarsFragment(html: string): StarredMessage[] {
  return readStarsFragment(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readStarsFragment(document: PageDocument): StarredMessage[] {
  const entries = select(document, "li[id^=summary_]");
  if (entries.length === 0 && maybe(document, "ul, ol") === null && text(document.root) !== "") {
    throw new ParseError(PAGE, "li[id^=summary_]");
  }
  return entries.map((entry) => readEntry(document, entry));
}

function readEntry(document: PageDocument, entry: PageElement): StarredMessage {
  const messageId = idAfter("summary_", attr(entry, "id"));
  const stars = maybe(entry, ".stars");
  const permalink = maybe(entry, "a.permalink");
  if (messageId === null) throw new ParseError(PAGE, "li[id^=summary_] message id");
  if (stars === null) throw new ParseError(PAGE, ".stars");
  if (permalink === null) throw new ParseError(PAGE, "a.permalink");
  const content = sourceBetween(document, stars.end, Math.max(stars.end, permalink.start));
  return {
    messageId,
    timeStamp: orNote(entry, integer(attr(entry, "data-time")), "li[data-time]") ?? timeOf(permalink),
    contentHtml: content.replace(/\s?-$/, "").trimEnd(),
    ...authorAfter(document, entry, permalink),
    ...starsOf(stars),
  };
}

/** `YYYY-MM-DD HH:MM:SSZ` in the title of the relative time. */
function timeOf(permalink: PageElement): number | null {
  const time = maybe(permalink, "[title]");
  const found = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})Z$/.exec((time && attr(time, "title")) ?? "");
  const parsed = found ? Date.parse(`${found[1]}T${found[2]}Z`) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/** The author stands behind the permalink, so links in the content are no candidates. */
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
  const rest = text(parse(sourceBetween(document, permalink.end, Math.max(permalink.end, entry.innerEnd)), PAGE).root);
  const userName = /^,? ?by (.*)$/s.exec(rest)?.[1] ?? "";
  return { userId: idOfUnlinked(userName), userName };
}
