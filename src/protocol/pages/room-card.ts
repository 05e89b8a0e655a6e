/** Reads a `.roomcard`, which shows a room on the rooms list and on profiles (protocol.md §6.8, §6.10). */
import {
  attr,
  hasClass,
  noteEmpty,
  orNoteMissing,
  type PageElement,
  parse,
  select,
  selectExpected,
  selectFirst,
  selectOutermost,
  textOf,
} from "../html/dom.js";
import {
  fullText,
  idAfter,
  idInPath,
  imageLabel,
  type Named,
  namedLink,
  parseLeadingCount,
  parseRoundedCount,
  type RoomAccess,
  readCount,
  readRoomMarks,
  titleOf,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";

/** A user in a room, as shown by an avatar on its card. */
export interface CardUser {
  readonly id: number;
  readonly name: string;
  /** Seconds ago; null if never. */
  readonly lastPost: number | null;
  /** The user's messages in this room. */
  readonly messageCount: number | null;
}

/** The latest activity in a room. */
export interface CardActivity {
  /** The time as on the page, such as `54s ago`. */
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
  /** The users shown on the card; large rooms have more. */
  readonly present: readonly CardUser[];
  /** How many users are present; null if the card does not show it. */
  readonly presentCount: number | null;
  /** Exact; on a profile it counts that user's messages. */
  readonly messageCount: number | null;
  readonly userCount: number | null;
}

/** Parses the room cards of a page or fragment. */
export function parseRoomCards(html: string): RoomCard[] {
  return cardsIn(parse(html, "room cards").root, null);
}

/** @internal The cards below an element; `now` is the server's clock in Unix seconds. */
export function cardsIn(scope: PageElement, now: number | null): RoomCard[] {
  const cards = selectOutermost(scope, ".roomcard");
  noteEmpty(scope, cards, "[id^=room-]", ".roomcard");
  return cards.flatMap((card) => readCard(card, now) ?? []);
}

function readCard(card: PageElement, now: number | null): RoomCard | null {
  const holder = selectExpected(card, ".room-name");
  const link = holder && selectFirst(holder, "a");
  const shownId = idAfter("room-", attr(card, "id")) ?? idInPath(link && attr(link, "href"), "rooms", "transcript");
  const id = orNoteMissing(card, shownId, ".roomcard[id^=room-]");
  if (holder === null || id === null) return null;
  const description = selectExpected(card, ".room-description");
  const site = selectFirst(card, "img.small-site-logo");
  const messages = selectExpected(card, ".room-message-count");
  const users = selectFirst(card, ".room-user-count");
  const activity = selectExpected(card, ".last-activity");
  const present = selectExpected(card, ".room-users");
  return {
    id,
    name: titleOf(holder) ?? titleOf(link) ?? textOf(holder),
    description: description ? fullText(description) : "",
    parentSiteName: titleOf(site),
    ...readRoomMarks(card),
    deleted: hasClass(card, "deleted"),
    lastActivity: activity && readActivity(activity, now),
    present: select(card, ".room-users a").flatMap((user) => readCardUser(user, now) ?? []),
    presentCount: present && parseLeadingCount(attr(present, "title")),
    messageCount: readCount(messages),
    userCount: users && parseRoundedCount(textOf(users)),
  };
}

function readActivity(activity: PageElement, now: number | null): CardActivity {
  const link = selectFirst(activity, "a");
  const when = (/^[^–]*/.exec(textOf(activity))?.[0] ?? "").trim();
  return { when, secondsAgo: secondsAgo(when, now), user: namedLink(link, "users") };
}

/** Reads `Name: 6h ago, 31580 posts (1%)` or `Name: no posts`; names may contain colons. */
function readCardUser(link: PageElement, now: number | null): CardUser | null {
  const id = idInPath(attr(link, "href"), "users");
  const image = selectFirst(link, "img");
  const title = imageLabel(image);
  if (id === null || !title) return null;
  const colon = title.lastIndexOf(": ");
  if (colon === -1) return { id, name: title, lastPost: null, messageCount: null };
  const name = title.slice(0, colon);
  const facts = title.slice(colon + 2);
  if (facts === "no posts") return { id, name, lastPost: null, messageCount: 0 };
  const [when = "", posts = null] = facts.split(", ");
  return { id, name, lastPost: secondsAgo(when, now), messageCount: parseLeadingCount(posts) };
}
