/**
 * One `.message` of a server-made page (transcript, history, search) and the `.monologue` around it (protocol.md §6.5).
 * Does not know times: those depend on the page.
 */
import {
  attr,
  childElements,
  childWithClass,
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
import { idAfter, idInPath, integer, titleOf, userIdInClass } from "./reading.js";

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
    userId: userIdInClass(monologue) ?? idInPath(link && attr(link, "href"), "users"),
    userName: name,
    mine: hasClass(monologue, "mine"),
  };
}

/** @internal A `.message`; null when it has no id. */
export function readMessage(document: PageDocument, element: PageElement): PageMessage | null {
  const id = idAfter("message-", attr(element, "id"));
  if (id === null) return null;
  const content = childWithClass(element, "content") ?? expected(element, ".content");
  const deleted = content === null || childElements(content).some((child) => hasClass(child, "deleted"));
  let replyTo: number | null = null;
  let sure = false;
  let edited = false;
  let stars = NO_STARS;
  walk(element, (part) => {
    if (hasClass(part, "content")) return false;
    if (part.name === "a" && !sure) {
      const target = messageInLink(attr(part, "href"));
      sure = target !== null && target !== id && hasClass(part, "reply-info");
      if (sure || (replyTo === null && target !== id)) replyTo = target;
    }
    if (hasClass(part, "edits")) edited = true;
    if (hasClass(part, "stars")) stars = starsOf(part);
    return true;
  });
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
