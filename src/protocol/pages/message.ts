/**
 * Reads a `.message` of a server-rendered page (transcript, history, search) and the `.monologue` around it
 * (protocol.md
 * §6.5). Times depend on the page and are read elsewhere.
 */
import {
  attr,
  childElements,
  hasClass,
  innerHtml,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  selectExpected,
  selectFirst,
  textOf,
  walk,
} from "../html/dom.js";
import { idAfter, idInPath, idOfUnlinkedName, parseInteger, titleOf, userIdInClass } from "./reading.js";

/** Stars and pins as shown on a page. */
export interface PageStars {
  readonly stars: number;
  readonly starredByMe: boolean;
  readonly pinned: boolean;
  readonly pinnedByMe: boolean;
}

/** A message as shown on any page. */
export interface PageMessage extends PageStars {
  readonly id: number;
  /** The HTML as sent, byte for byte; null when the message is deleted. */
  readonly contentHtml: string | null;
  readonly deleted: boolean;
  /** The id of the parent message of a reply. */
  readonly replyTo: number | null;
  readonly edited: boolean;
  /** True for the message that the page was requested for. */
  readonly highlighted: boolean;
}

/** The author of a monologue. */
export interface PageAuthor {
  /** Negative for system users; null if the page does not show it. */
  readonly userId: number | null;
  readonly userName: string;
  /** True when the viewer is the author. */
  readonly mine: boolean;
}

const NO_STARS: PageStars = { stars: 0, starredByMe: false, pinned: false, pinnedByMe: false };

/** @internal Reads the author of a `.monologue`. */
export function readAuthor(monologue: PageElement): PageAuthor {
  const holder = selectExpected(monologue, ".username");
  const link = holder && selectFirst(holder, "a");
  orNoteMissing(monologue, /(?:^|\s)user-/.exec(attr(monologue, "class") ?? ""), ".monologue[class*=user-]");
  const name = titleOf(link) ?? (holder ? textOf(holder) : "");
  return {
    userId: userIdInClass(monologue) ?? (link ? idInPath(attr(link, "href"), "users") : idOfUnlinkedName(name)),
    userName: name,
    mine: hasClass(monologue, "mine"),
  };
}

/** The parts of a `.message`, while it is being read. */
interface MessageParts {
  readonly id: number;
  content: PageElement | null;
  /** How likely the content is the message's own; higher is more likely. */
  contentRank: number;
  replyTo: number | null;
  /** Whether the reply link was found outside of what may be a preview of the parent, which has links of its own. */
  isReplySure: boolean;
  edited: boolean;
  stars: PageStars;
}

/** @internal Reads a `.message`; null if it has no id. */
export function readMessage(document: PageDocument, element: PageElement): PageMessage | null {
  const id = idAfter("message-", attr(element, "id"));
  if (id === null) return null;
  const parts: MessageParts = {
    id,
    content: null,
    contentRank: -1,
    replyTo: null,
    isReplySure: false,
    edited: false,
    stars: NO_STARS,
  };
  gather(element, parts, false);
  const { replyTo, edited, stars } = parts;
  const content = orNoteMissing(element, parts.content, ".content");
  const deleted = content === null || childElements(content).some((child) => hasClass(child, "deleted"));
  return {
    id,
    contentHtml: deleted ? null : innerHtml(document, content),
    deleted,
    replyTo,
    edited,
    stars: stars.stars,
    starredByMe: stars.starredByMe,
    pinned: stars.pinned,
    pinnedByMe: stars.pinnedByMe,
    highlighted: hasClass(element, "highlight"),
  };
}

/** Visits everything below `top`; `isPreview` is true inside a preview of the parent beside the reply link. */
function gather(top: PageElement, parts: MessageParts, isPreview: boolean): void {
  walk(top, (part) => {
    if (hasClass(part, "content")) {
      // The parent's text precedes the message's own, so of two equally likely candidates the later one wins.
      const rank = rankOf(part, isPreview);
      if (rank < parts.contentRank) return false;
      parts.content = part;
      parts.contentRank = rank;
      return false;
    }
    // The link may contain the parent's name and text, so nothing inside it is read.
    if (isReplyLink(part)) {
      if (parts.replyTo === null || (!isPreview && !parts.isReplySure)) readReplyLink(part, parts, !isPreview);
      return false;
    }
    if (hasClass(part, "message")) return false;
    if (hasClass(part, "edits")) parts.edited = true;
    if (hasClass(part, "stars")) parts.stars = readStars(part);
    if (isPreview || !/reply|preview/.test(attr(part, "class") ?? "")) return true;
    gather(part, parts, true);
    return false;
  });
}

/** The reply link: `a.reply-info` until 2025-09, `a.reply-info-container` or both since (protocol.md §6.4). */
function isReplyLink(part: PageElement): boolean {
  return part.name === "a" && (hasClass(part, "reply-info") || hasClass(part, "reply-info-container"));
}

function readReplyLink(link: PageElement, parts: MessageParts, isSure: boolean): void {
  const target = messageIdInLink(attr(link, "href"));
  if (target === null || target === parts.id) return;
  parts.replyTo = target;
  parts.isReplySure = isSure;
}

/**
 * Content belongs in the message or, since 2025-09, in its `.message-info-container`; elsewhere it is less likely its
 * own.
 */
function rankOf(content: PageElement, isPreview: boolean): number {
  const { parent } = content;
  if (isPreview || parent === null) return 0;
  return hasClass(parent, "message") || hasClass(parent, "message-info-container") ? 2 : 1;
}

/** @internal Reads a `.stars` element. An empty `.times` means one. */
export function readStars(element: PageElement): PageStars {
  const times = selectExpected(element, ".times");
  const pinnedByMe = hasClass(element, "user-owner-star");
  return {
    stars: (times && parseInteger(textOf(times))) ?? 1,
    starredByMe: hasClass(element, "user-star"),
    pinned: pinnedByMe || hasClass(element, "owner-star"),
    pinnedByMe,
  };
}

/** @internal The message that a transcript link leads to; null for any other link. */
export function messageIdInLink(href: string | null): number | null {
  if (href === null || !/^#|[?&]m=|\/transcript\/|\/messages?\//.test(href)) return null;
  const found = /#(\d{1,16})$/.exec(href.slice(-40)) ?? /(?:[?&]m=|\/transcript\/message\/)(\d{1,16})/.exec(href);
  return parseInteger(found?.[1]);
}
