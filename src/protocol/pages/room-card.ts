/**
 * A `.roomcard`: how lists of rooms show a room, on the rooms list and on profiles (protocol.md §6.8, §6.10).
 */
import {
  attr,
  expected,
  hasClass,
  maybe,
  noteEmpty,
  orNote,
  type PageElement,
  parse,
  select,
  selectOutermost,
  text,
} from "../html/dom.js";
import {
  fullText,
  idAfter,
  idInPath,
  leadingCount,
  marksOf,
  type Named,
  namedLink,
  pictureText,
  type RoomAccess,
  roundedCount,
  shownCount,
  titleOf,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";

/** A user in a room, as the little picture on its card tells. */
export interface CardUser {
  readonly id: number;
  readonly name: string;
  /** Seconds ago; null when never. */
  readonly lastPost: number | null;
  /** Messages in this room. */
  readonly messageCount: number | null;
}

/** The newest activity in a room. */
export interface CardActivity {
  /** As on the page, such as `54s ago`. */
  readonly when: string;
  /** Seconds ago. */
  readonly secondsAgo: number | null;
  readonly user: Named | null;
}

/** A room in a list. */
export interface RoomCard {
  readonly id: number;
  readonly name: string;
  /** Plain text. */
  readonly description: string;
  readonly parentSiteName: string | null;
  readonly isFavorite: boolean;
  readonly access: RoomAccess;
  readonly frozen: boolean;
  readonly deleted: boolean;
  readonly lastActivity: CardActivity | null;
  /** The users the card shows; big rooms have more than fit. */
  readonly present: readonly CardUser[];
  /** How many there are; null when the card does not tell. */
  readonly presentCount: number | null;
  /** Exact; on a profile it counts that user's messages. */
  readonly messageCount: number | null;
  readonly userCount: number | null;
}

/** The room cards of any page or piece of a page. */
export function parseRoomCards(html: string): RoomCard[] {
  return cardsIn(parse(html, "room cards").root, null);
}

/** @internal The cards below an element; `now` is the server's clock in unix seconds. */
export function cardsIn(scope: PageElement, now: number | null): RoomCard[] {
  const cards = selectOutermost(scope, ".roomcard");
  noteEmpty(scope, cards, "[id^=room-]", ".roomcard");
  return cards.flatMap((card) => readCard(card, now) ?? []);
}

function readCard(card: PageElement, now: number | null): RoomCard | null {
  const holder = expected(card, ".room-name");
  const link = holder && maybe(holder, "a");
  const shownId = idAfter("room-", attr(card, "id")) ?? idInPath(link && attr(link, "href"), "rooms", "transcript");
  const id = orNote(card, shownId, ".roomcard[id^=room-]");
  if (holder === null || id === null) return null;
  const description = expected(card, ".room-description");
  const site = maybe(card, "img.small-site-logo");
  const messages = expected(card, ".room-message-count");
  const users = maybe(card, ".room-user-count");
  const activity = expected(card, ".last-activity");
  const present = expected(card, ".room-users");
  return {
    id,
    name: titleOf(holder) ?? titleOf(link) ?? text(holder),
    description: description ? fullText(description) : "",
    parentSiteName: titleOf(site),
    ...marksOf(card),
    deleted: hasClass(card, "deleted"),
    lastActivity: activity && readActivity(activity, now),
    present: select(card, ".room-users a").flatMap((user) => readCardUser(user, now) ?? []),
    presentCount: present && leadingCount(attr(present, "title")),
    messageCount: shownCount(messages),
    userCount: users && roundedCount(text(users)),
  };
}

function readActivity(activity: PageElement, now: number | null): CardActivity {
  const link = maybe(activity, "a");
  const when = (/^[^–]*/.exec(text(activity))?.[0] ?? "").trim();
  return { when, secondsAgo: secondsAgo(when, now), user: namedLink(link, "users") };
}

/** `Name: 6h ago, 31580 posts (1%)`, or `Name: no posts`; names may have colons too. */
function readCardUser(link: PageElement, now: number | null): CardUser | null {
  const id = idInPath(attr(link, "href"), "users");
  const image = maybe(link, "img");
  const title = pictureText(image);
  if (id === null || !title) return null;
  const colon = title.lastIndexOf(": ");
  if (colon === -1) return { id, name: title, lastPost: null, messageCount: null };
  const name = title.slice(0, colon);
  const facts = title.slice(colon + 2);
  if (facts === "no posts") return { id, name, lastPost: null, messageCount: 0 };
  const [when = "", posts = null] = facts.split(", ");
  return { id, name, lastPost: secondsAgo(when, now), messageCount: leadingCount(posts) };
}
