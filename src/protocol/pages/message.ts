/**
 * One `.message` of a server-made page (transcript, history, search) and the `.monologue` around it (protocol.md §6.5).
 * Does not know times: those depend on the page.
 */
import {
  attr,
  childElements,
  expected,
  hasClass,
  innerHtml,
  maybe,
  orNote,
  type PageDocument,
  type PageElement,
  text,
  walk,
} from "../html/dom.js";
import { idAfter, idInPath, idOfUnlinked, integer, titleOf, userIdInClass } from "./reading.js";

/** Stars and pins as a page shows them. */
export interface PageStars {
  readonly stars: number;
  readonly starredByMe: boolean;
  readonly pinned: boolean;
  readonly pinnedByMe: boolean;
}

/** A message as any page shows it. */
export interface PageMessage extends PageStars {
  readonly id: number;
  /** HTML byte for byte as sent; null when the message is deleted. */
  readonly contentHtml: string | null;
  readonly deleted: boolean;
  /** The message this one replies to. */
  readonly replyTo: number | null;
  readonly edited: boolean;
  /** True for the message that the page was asked for. */
  readonly highlighted: boolean;
}

/** Who said the messages of a monologue. */
export interface PageAuthor {
  /** Negative for system users; null when the page does not tell. */
  readonly userId: number | null;
  readonly userName: string;
  /** True when the viewer said it. */
  readonly mine: boolean;
}

const NO_STARS: PageStars = { stars: 0, starredByMe: false, pinned: false, pinnedByMe: false };

/** @internal The author of a `.monologue`. */
export function authorOf(monologue: PageElement): PageAuthor {
  const holder = expected(monologue, ".username");
  const link = holder && maybe(holder, "a");
  orNote(monologue, /(?:^|\s)user-/.exec(attr(monologue, "class") ?? ""), ".monologue[class*=user-]");
  const name = titleOf(link) ?? (holder ? text(holder) : "");
  return {
    userId: userIdInClass(monologue) ?? (link ? idInPath(attr(link, "href"), "users") : idOfUnlinked(name)),
    userName: name,
    mine: hasClass(monologue, "mine"),
  };
}

/** The parts of a `.message`. */
interface Parts {
  readonly id: number;
  content: PageElement | null;
  /** How sure the content is the message's own: more is surer. */
  contentRank: number;
  replyTo: number | null;
  /** True when the reply link is not inside what may be a preview of the parent, with links of its own. */
  isReplySure: boolean;
  edited: boolean;
  stars: PageStars;
}

/** @internal A `.message`; null when it has no id. */
export function readMessage(document: PageDocument, element: PageElement): PageMessage | null {
  const id = idAfter("message-", attr(element, "id"));
  if (id === null) return null;
  const parts: Parts = {
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
  const content = orNote(element, parts.content, ".content");
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

/** Goes through what is below `top`; `isPreview` is true inside what shows the parent beside the reply link. */
function gather(top: PageElement, parts: Parts, isPreview: boolean): void {
  walk(top, (part) => {
    if (hasClass(part, "content")) {
      // A parent's text stands before the message's own, so of two that are equally likely the second counts.
      const rank = rankOf(part, isPreview);
      if (rank < parts.contentRank) return false;
      parts.content = part;
      parts.contentRank = rank;
      return false;
    }
    // The parent's name and text may be inside the link, so nothing in it is looked at.
    if (isReplyLink(part)) {
      if (parts.replyTo === null || (!isPreview && !parts.isReplySure)) readReplyLink(part, parts, !isPreview);
      return false;
    }
    if (hasClass(part, "message")) return false;
    if (hasClass(part, "edits")) parts.edited = true;
    if (hasClass(part, "stars")) parts.stars = starsOf(part);
    if (isPreview || !/reply|preview/.test(attr(part, "class") ?? "")) return true;
    gather(part, parts, true);
    return false;
  });
}

/** `a.reply-info` until 2025-09, `a.reply-info-container` or both since (protocol.md §6.4). */
function isReplyLink(part: PageElement): boolean {
  return part.name === "a" && (hasClass(part, "reply-info") || hasClass(part, "reply-info-container"));
}

function readReplyLink(link: PageElement, parts: Parts, isSure: boolean): void {
  const target = messageInLink(attr(link, "href"));
  if (target === null || target === parts.id) return;
  parts.replyTo = target;
  parts.isReplySure = isSure;
}

/** The content stands in the message itself, since 2025-09 in its `.message-info-container`; other places are less sure. */
function rankOf(content: PageElement, isPreview: boolean): number {
  const { parent } = content;
  if (isPreview || parent === null) return 0;
  return hasClass(parent, "message") || hasClass(parent, "message-info-container") ? 2 : 1;
}

/** @internal A `.stars` element: an empty `.times` means one. */
export function starsOf(element: PageElement): PageStars {
  const times = expected(element, ".times");
  const pinnedByMe = hasClass(element, "user-owner-star");
  return {
    stars: (times && integer(text(times))) ?? 1,
    starredByMe: hasClass(element, "user-star"),
    pinned: pinnedByMe || hasClass(element, "owner-star"),
    pinnedByMe,
  };
}

/** @internal The message that a transcript link leads to, or null for any other link. */
export function messageInLink(href: string | null): number | null {
  if (href === null || !/^#|[?&]m=|\/transcript\/|\/messages?\//.test(href)) return null;
  const found = /#(\d{1,16})$/.exec(href.slice(-40)) ?? /(?:[?&]m=|\/transcript\/message\/)(\d{1,16})/.exec(href);
  return integer(found?.[1]);
}
