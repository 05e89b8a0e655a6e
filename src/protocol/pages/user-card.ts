/**
 * A `.usercard`: how the room info page shows owners, users and who has access (protocol.md §6.9).
 */
import {
  attr,
  expected,
  hasClass,
  maybe,
  noteEmpty,
  orNote,
  type PageElement,
  selectOutermost,
  text,
} from "../html/dom.js";
import { messageInLink } from "./message.js";
import { fullText, idAfter, idInPath, shownCount, titleOf, withoutDiamond } from "./reading.js";
import { secondsAgo } from "./relative-time.js";

/** A user of a room. */
export interface UserCard {
  readonly id: number;
  readonly name: string;
  readonly isModerator: boolean;
  /** Exact; null when the card does not tell. */
  readonly reputation: number | null;
  /** Plain text, whitespace collapsed; empty when there is none. */
  readonly about: string;
  /** Seconds since the last message in this room; null when the card does not tell. */
  readonly lastPost: number | null;
  readonly lastPostId: number | null;
  /** Messages in this room; null when the card does not tell. */
  readonly messageCount: number | null;
}

/** @internal The cards that the selector finds; `now` is the server's clock in unix seconds. */
export function userCardsIn(scope: PageElement | null, now: number | null): UserCard[] {
  if (scope === null) return [];
  const cards = selectOutermost(scope, ".usercard");
  noteEmpty(scope, cards, "[id*=user-]", ".usercard");
  return cards.flatMap((card) => readCard(card, now) ?? []);
}

function readCard(card: PageElement, now: number | null): UserCard | null {
  const header = expected(card, ".user-header");
  const link = expected(card, "a.username") ?? maybe(card, ".user-header a[href]");
  const cardId = attr(card, "id");
  const shownId =
    idAfter("user-", cardId) ?? idAfter("owner-user-", cardId) ?? idInPath(link && attr(link, "href"), "users");
  const id = orNote(card, shownId, ".usercard[id*=user-]");
  const shown = link ? text(link) : "";
  const name = withoutDiamond(titleOf(header) ?? shown);
  if (id === null || name === "") return null;
  const reputation = expected(card, ".reputation-score");
  const about = expected(card, ".user-message-info");
  const post = maybe(card, ".user-details a.permalink");
  const count = maybe(card, ".user-message-count");
  return {
    id,
    name,
    isModerator: (link !== null && hasClass(link, "moderator")) || /\s♦$/u.test(shown),
    reputation: shownCount(reputation),
    about: about ? fullText(about) : "",
    lastPost: post && secondsAgo(text(post), now),
    lastPostId: post && messageInLink(attr(post, "href")),
    messageCount: shownCount(count),
  };
}
