/**
 * A user's profile on a chat host, `GET /users/{id}` (protocol.md §6.10).
 */
import {
  attr,
  expected,
  hasClass,
  maybe,
  one,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  select,
  text,
} from "../html/dom.js";
import {
  absoluteUrl,
  clean,
  dayIn,
  exactCount,
  integer,
  scriptsOf,
  serverTimeIn,
  shownCount,
  titleOf,
  withoutDiamond,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";
import { cardsIn, type RoomCard } from "./room-card.js";

/** A profile. */
export interface ProfilePage {
  /** Null on pages that do not say it; who asked knows it. */
  readonly id: number | null;
  readonly name: string;
  readonly isModerator: boolean;
  /** Plain text; empty when there is none. */
  readonly about: string;
  /** Day `YYYY-MM-DD`. */
  readonly memberSince: string | null;
  /** Seconds ago; null when never or not shown. */
  readonly lastSeen: number | null;
  /** Seconds ago; null when never. */
  readonly lastMessage: number | null;
  /** Of the parent account; exact. */
  readonly reputation: number | null;
  readonly messageCount: number;
  readonly roomCount: number;
  readonly parentProfileUrl: string | null;
  readonly parentSiteName: string | null;
  readonly avatarUrl: string | null;
  /** `messageCount` of each counts this user's messages. */
  readonly owningRooms: readonly RoomCard[];
  /** The rooms of this page of the list, current ones or frequent ones as asked. */
  readonly rooms: readonly RoomCard[];
}

const PAGE = "profile page";

/**
 * Reads a profile.
 * @throws {NOT_UNDERSTOOD} without the user's card or name.
 */
export function parseProfilePage(html: string): ProfilePage {
  return readProfilePage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readProfilePage(document: PageDocument): ProfilePage {
  const card = one(document, ".usercard-xxl");
  const status = expected(card, ".user-status");
  const heading = expected(document, ".subheader h1") ?? one(document, "#content h1");
  const scripts = scriptsOf(document);
  const now = orNote(document, serverTimeIn(scripts), "serverTime");
  const cells = cellsOf(card);
  const parent = parentOf(cells.get("parent user") ?? null);
  const avatar = maybe(card, "img[class^=user-gravatar]") ?? maybe(card, "img");
  const name = withoutDiamond(text(heading));
  return {
    id: orNote(document, idOnPage(document, scripts), "input[name=user]"),
    name,
    isModerator: status !== null && text(status).replace(name, "").includes("♦"),
    about: cellText(cells, "about") ?? "",
    memberSince: dayIn(orNote(card, cellText(cells, "chat user since"), ".user-valuecell chat user since")),
    lastSeen: secondsAgo(orNote(card, cellText(cells, "last seen"), ".user-valuecell last seen"), now),
    lastMessage: secondsAgo(orNote(card, cellText(cells, "last message"), ".user-valuecell last message"), now),
    reputation: shownCount(maybe(card, ".reputation-score")),
    messageCount: countOf(document, ".user-message-count-xxl"),
    roomCount: countOf(document, ".user-room-count-xxl"),
    ...parent,
    avatarUrl: avatar && absoluteUrl(attr(avatar, "src")),
    owningRooms: cardsBelow(document, "user-owningcards", now),
    rooms: cardsBelow(document, "user-roomcards-container", now),
  };
}

/** The value cells by their key, without the "(edit)" that owners of a profile see in it. */
function cellsOf(card: PageElement): Map<string, PageElement> {
  const cells = new Map<string, PageElement>();
  let key = "";
  for (const cell of select(card, ".user-keycell, .user-valuecell")) {
    if (hasClass(cell, "user-keycell"))
      key = text(cell)
        .replace(/ ?\(edit\)$/i, "")
        .toLowerCase();
    else if (!cells.has(key)) cells.set(key, cell);
  }
  return cells;
}

function cellText(cells: ReadonlyMap<string, PageElement>, key: string): string | null {
  const cell = cells.get(key);
  return cell ? clean(text(cell)) : null;
}

function parentOf(cell: PageElement | null): Pick<ProfilePage, "parentProfileUrl" | "parentSiteName"> {
  const link = cell && maybe(cell, "a[href*='/users/']");
  const logo = cell && maybe(cell, "img.small-site-logo");
  return {
    parentProfileUrl: link && absoluteUrl(attr(link, "href")),
    parentSiteName: titleOf(logo),
  };
}

function countOf(document: PageDocument, selector: string): number {
  return exactCount(one(document, selector)) ?? 0;
}

function idOnPage(document: PageDocument, scripts: string): number | null {
  const search = maybe(document, "input[name=user]");
  return integer(search && attr(search, "value")) ?? integer(/\buserId = (-?\d{1,16});/.exec(scripts)?.[1]);
}

function cardsBelow(document: PageDocument, id: string, now: number | null): RoomCard[] {
  const holder = orNote(document, document.ids.get(id), `#${id}`);
  return holder ? cardsIn(holder, now) : [];
}
