/** Reads a `.usercard`, which shows owners, users and access rights on the room info page (protocol.md §6.9). */
import {
  attr,
  hasClass,
  noteEmpty,
  orNoteMissing,
  type PageElement,
  selectExpected,
  selectFirst,
  selectOutermost,
  textOf,
} from "../html/dom.js";
import { messageIdInLink } from "./message.js";
import { fullText, idAfter, idInPath, readCount, titleOf, withoutDiamond } from "./reading.js";
import { secondsAgo } from "./relative-time.js";

/** A user of a room. */
export interface UserCard {
  readonly id: number;
  readonly name: string;
  readonly isModerator: boolean;
  /** Exact; null if the card does not show it. */
  readonly reputation: number | null;
  /** Plain text, white space collapsed; "" if there is none. */
  readonly about: string;
  /** Seconds since the user's last message in this room; null if the card does not show it. */
  readonly lastPost: number | null;
  readonly lastPostId: number | null;
  /** The user's messages in this room; null if the card does not show it. */
  readonly messageCount: number | null;
}

/** @internal The cards below an element; `now` is the server's clock in Unix seconds. */
export function userCardsIn(scope: PageElement | null, now: number | null): UserCard[] {
  if (scope === null) return [];
  const cards = selectOutermost(scope, ".usercard");
  noteEmpty(scope, cards, "[id*=user-]", ".usercard");
  return cards.flatMap((card) => readCard(card, now) ?? []);
}

function readCard(card: PageElement, now: number | null): UserCard | null {
  const header = selectExpected(card, ".user-header");
  const link = selectExpected(card, "a.username") ?? selectFirst(card, ".user-header a[href]");
  const cardId = attr(card, "id");
  const shownId =
    idAfter("user-", cardId) ?? idAfter("owner-user-", cardId) ?? idInPath(link && attr(link, "href"), "users");
  const id = orNoteMissing(card, shownId, ".usercard[id*=user-]");
  const shown = link ? textOf(link) : "";
  const name = withoutDiamond(titleOf(header) ?? shown);
  if (id === null || name === "") return null;
  const reputation = selectExpected(card, ".reputation-score");
  const about = selectExpected(card, ".user-message-info");
  const post = selectFirst(card, ".user-details a.permalink");
  const count = selectFirst(card, ".user-message-count");
  return {
    id,
    name,
    isModerator: (link !== null && hasClass(link, "moderator")) || /\s♦$/u.test(shown),
    reputation: readCount(reputation),
    about: about ? fullText(about) : "",
    lastPost: post && secondsAgo(textOf(post), now),
    lastPostId: post && messageIdInLink(attr(post, "href")),
    messageCount: readCount(count),
  };
}
