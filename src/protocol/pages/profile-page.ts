/** A user's profile on a chat host, `GET /users/{id}` (protocol.md §6.10). */
import {
  attr,
  hasClass,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  select,
  selectExpected,
  selectFirst,
  selectRequired,
  textOf,
} from "../html/dom.js";
import {
  absoluteUrl,
  inlineScripts,
  leadingDay,
  nonEmptyText,
  parseInteger,
  readCount,
  readExactCount,
  serverTimeIn,
  titleOf,
  withoutDiamond,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";
import { cardsIn, type RoomCard } from "./room-card.js";

/** A user's profile. */
export interface ProfilePage {
  /** Null on pages that do not show it; the caller knows the id. */
  readonly id: number | null;
  readonly name: string;
  readonly isModerator: boolean;
  /** Plain text; "" if there is none. */
  readonly about: string;
  /** The day, as `YYYY-MM-DD`. */
  readonly memberSince: string | null;
  /** Seconds ago; null if never or not shown. */
  readonly lastSeen: number | null;
  /** Seconds ago; null if never. */
  readonly lastMessage: number | null;
  /** The exact reputation of the parent account. */
  readonly reputation: number | null;
  readonly messageCount: number;
  readonly roomCount: number;
  readonly parentProfileUrl: string | null;
  readonly parentSiteName: string | null;
  readonly avatarUrl: string | null;
  /** The rooms this user owns. Each `messageCount` counts this user's messages. */
  readonly owningRooms: readonly RoomCard[];
  /** The rooms on this page of the list, current or frequent ones as requested. */
  readonly rooms: readonly RoomCard[];
}

const PAGE = "profile page";

/**
 * Parses a profile page.
 * @throws {NOT_UNDERSTOOD} when the user's card or name is missing
 */
export function parseProfilePage(html: string): ProfilePage {
  return readProfilePage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readProfilePage(document: PageDocument): ProfilePage {
  const card = selectRequired(document, ".usercard-xxl");
  const status = selectExpected(card, ".user-status");
  const heading = selectExpected(document, ".subheader h1") ?? selectRequired(document, "#content h1");
  const scripts = inlineScripts(document);
  const now = orNoteMissing(document, serverTimeIn(scripts), "serverTime");
  const cells = cellsOf(card);
  const parent = parentOf(cells.get("parent user") ?? null);
  const avatar = selectFirst(card, "img[class^=user-gravatar]") ?? selectFirst(card, "img");
  const name = withoutDiamond(textOf(heading));
  return {
    id: orNoteMissing(document, idOnPage(document, scripts), "input[name=user]"),
    name,
    isModerator: status !== null && textOf(status).replace(name, "").includes("♦"),
    about: cellText(cells, "about") ?? "",
    memberSince: leadingDay(orNoteMissing(card, cellText(cells, "chat user since"), ".user-valuecell chat user since")),
    lastSeen: secondsAgo(orNoteMissing(card, cellText(cells, "last seen"), ".user-valuecell last seen"), now),
    lastMessage: secondsAgo(orNoteMissing(card, cellText(cells, "last message"), ".user-valuecell last message"), now),
    reputation: readCount(selectFirst(card, ".reputation-score")),
    messageCount: countOf(document, ".user-message-count-xxl"),
    roomCount: countOf(document, ".user-room-count-xxl"),
    ...parent,
    avatarUrl: avatar && absoluteUrl(attr(avatar, "src")),
    owningRooms: cardsBelow(document, "user-owningcards", now),
    rooms: cardsBelow(document, "user-roomcards-container", now),
  };
}

/** The value cells by key, without the "(edit)" that users see on their own profile. */
function cellsOf(card: PageElement): Map<string, PageElement> {
  const cells = new Map<string, PageElement>();
  let key = "";
  for (const cell of select(card, ".user-keycell, .user-valuecell")) {
    if (hasClass(cell, "user-keycell"))
      key = textOf(cell)
        .replace(/ ?\(edit\)$/i, "")
        .toLowerCase();
    else if (!cells.has(key)) cells.set(key, cell);
  }
  return cells;
}

function cellText(cells: ReadonlyMap<string, PageElement>, key: string): string | null {
  const cell = cells.get(key);
  return cell ? nonEmptyText(textOf(cell)) : null;
}

function parentOf(cell: PageElement | null): Pick<ProfilePage, "parentProfileUrl" | "parentSiteName"> {
  const link = cell && selectFirst(cell, "a[href*='/users/']");
  const logo = cell && selectFirst(cell, "img.small-site-logo");
  return {
    parentProfileUrl: link && absoluteUrl(attr(link, "href")),
    parentSiteName: titleOf(logo),
  };
}

function countOf(document: PageDocument, selector: string): number {
  return readExactCount(selectRequired(document, selector)) ?? 0;
}

function idOnPage(document: PageDocument, scripts: string): number | null {
  const search = selectFirst(document, "input[name=user]");
  return parseInteger(search && attr(search, "value")) ?? parseInteger(/\buserId = (-?\d{1,16});/.exec(scripts)?.[1]);
}

function cardsBelow(document: PageDocument, id: string, now: number | null): RoomCard[] {
  const holder = orNoteMissing(document, document.ids.get(id), `#${id}`);
  return holder ? cardsIn(holder, now) : [];
}
