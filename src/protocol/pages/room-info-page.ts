/**
 * The info page of a room, `GET /rooms/info/{id}`, tabs general and access (protocol.md §6.9). The access tab was never
 * recorded; its reader follows two clients.
 */
import { ParseError } from "../../errors/index.js";
import { safeIdentifier } from "../drift.js";
import {
  attr,
  innerHtml,
  noteDrift,
  orNoteMissing,
  type PageDocument,
  type PageElement,
  parse,
  select,
  selectExpected,
  selectFirst,
  selectRequired,
  sourceBetween,
  textOf,
} from "../html/dom.js";
import {
  idAfter,
  inlineScripts,
  leadingDay,
  parseRoundedCount,
  type RoomAccess,
  readExactCount,
  readRoomMarks,
  serverTimeIn,
  tagsIn,
  titleOf,
  withoutDiamond,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";
import { type UserCard, userCardsIn } from "./user-card.js";

/** Message counts per period; the page rounds from 1,000 on. */
export interface RoomStats {
  readonly today: number | null;
  readonly yesterday: number | null;
  readonly perDay: number | null;
  readonly thisWeek: number | null;
  readonly lastWeek: number | null;
  readonly perWeek: number | null;
}

/** The general tab of the info page. */
export interface RoomInfoPage {
  readonly id: number;
  readonly name: string;
  readonly descriptionHtml: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly isFavorite: boolean;
  readonly access: RoomAccess;
  readonly frozen: boolean;
  /** All messages ever; exact. */
  readonly messageCount: number;
  /** All users ever; exact. */
  readonly userCount: number;
  readonly parentSiteName: string | null;
  /** The day, as `YYYY-MM-DD`. */
  readonly firstMessage: string | null;
  /** Seconds ago. */
  readonly lastMessage: number | null;
  readonly stats: RoomStats;
  readonly owners: readonly UserCard[];
  /** The users on this page of the list, present or frequent ones as requested. */
  readonly users: readonly UserCard[];
}

/** The access tab: users with explicit access rights. */
export interface RoomAccessPage {
  readonly owners: readonly UserCard[];
  readonly readWrite: readonly UserCard[];
  readonly readOnly: readonly UserCard[];
}

const PAGE = "room info page";

/**
 * Parses the general tab.
 * @throws {NOT_UNDERSTOOD} when the room's card, its name or its counts are missing
 */
export function parseRoomInfoPage(html: string): RoomInfoPage {
  return readRoomInfoPage(parse(html, PAGE));
}

/** @internal Reads a page that is parsed already. */
export function readRoomInfoPage(document: PageDocument): RoomInfoPage {
  const card = selectRequired(document, ".roomcard-xxl");
  const id = idAfter("room-", attr(card, "id"));
  if (id === null) throw new ParseError(PAGE, ".roomcard-xxl[id^=room-]");
  const heading = selectExpected(document, ".subheader h1") ?? selectRequired(document, "h1", card);
  const description = readDescription(document, card);
  const now = orNoteMissing(document, serverTimeIn(inlineScripts(document)), "serverTime");
  const facts = roomFacts(card);
  return {
    id,
    name: withoutDiamond(textOf(heading)),
    ...description,
    tags: tagsIn(card),
    ...readRoomMarks(card),
    messageCount: countOf(document, ".room-message-count-xxl"),
    userCount: countOf(document, ".room-user-count-xxl"),
    parentSiteName: parentSiteOf(document, card),
    firstMessage: leadingDay(orNoteMissing(card, facts.get("first message"), ".room-stats first message")),
    lastMessage: secondsAgo(orNoteMissing(card, facts.get("last message"), ".room-stats last message"), now),
    stats: readStats(card),
    owners: userCardsIn(orNoteMissing(document, document.ids.get("room-ownercards"), "#room-ownercards"), now),
    users: userCardsIn(
      orNoteMissing(document, document.ids.get("room-usercards-container"), "#room-usercards-container") ??
        document.ids.get("room-usercards") ??
        null,
      now,
    ),
  };
}

/**
 * Parses the access tab.
 * @throws {NOT_UNDERSTOOD} when all of its sections are missing
 */
export function parseRoomAccessPage(html: string): RoomAccessPage {
  return readRoomAccessPage(parse(html, "room access page"));
}

const SECTION_PREFIX = "access-section-";
const ACCESS_SECTIONS: ReadonlySet<string> = new Set(["owner", "read-write", "read-only"]);

/** @internal Reads a page that is parsed already. */
export function readRoomAccessPage(document: PageDocument): RoomAccessPage {
  const section = (level: string): PageElement | null => document.ids.get(SECTION_PREFIX + level) ?? null;
  const sections = [section("owner"), section("read-write"), section("read-only")];
  if (sections.every((found) => found === null)) throw new ParseError("room access page", "#access-section-owner");
  for (const [id] of document.ids)
    if (id.startsWith(SECTION_PREFIX) && !ACCESS_SECTIONS.has(id.slice(SECTION_PREFIX.length)))
      noteDrift(document, "unknown access level", safeIdentifier(id.slice(SECTION_PREFIX.length)));
  const [owners = [], readWrite = [], readOnly = []] = sections.map((found) => userCardsIn(found, null));
  return { owners, readWrite, readOnly };
}

function countOf(document: PageDocument, selector: string): number {
  const element = selectRequired(document, selector);
  const count = readExactCount(element);
  if (count === null) throw new ParseError(PAGE, `${selector} number`);
  return count;
}

/**
 * The paragraph of the card without the "edit" link that owners see after it. Links that users write lead to a host.
 */
function readDescription(document: PageDocument, card: PageElement): { description: string; descriptionHtml: string } {
  const paragraph = selectExpected(card, "p");
  if (paragraph === null) return { description: "", descriptionHtml: "" };
  const extra = select(paragraph, "a, span, button").find(
    (element) => /^\(?edit\)?$/i.test(textOf(element)) && !/^(?:\w+:)?\/\//.test(attr(element, "href") ?? ""),
  );
  if (extra === undefined) return { description: textOf(paragraph), descriptionHtml: innerHtml(document, paragraph) };
  const descriptionHtml = sourceBetween(document, paragraph.innerStart, extra.start).replace(/(?:&nbsp;)? ?\(?$/, "");
  return { description: textOf(parse(descriptionHtml, PAGE).root), descriptionHtml };
}

function parentSiteOf(document: PageDocument, card: PageElement): string | null {
  return titleOf(selectFirst(card, "img[title]")) ?? titleOf(selectFirst(document, "#header-logo a[title]"));
}

/** The pairs of cells of `.room-stats`: `first message`, `last message`. */
function roomFacts(card: PageElement): Map<string, string> {
  const cells = select(card, ".room-stats td").map((cell) => textOf(cell));
  const facts = new Map<string, string>();
  for (let i = 0; i + 1 < cells.length; i += 2) facts.set((cells[i] ?? "").toLowerCase(), cells[i + 1] ?? "");
  return facts;
}

function readStats(card: PageElement): RoomStats {
  const spans = select(card, ".stats-timeframe").map((element) => textOf(element).toLowerCase());
  const counts = select(card, ".stats-count").map((element) => parseRoundedCount(textOf(element)));
  const of = (span: string): number | null => orNoteMissing(card, counts[spans.indexOf(span)], `.stats-count ${span}`);
  return {
    today: of("today"),
    yesterday: of("yesterday"),
    perDay: of("per day"),
    thisWeek: of("this week"),
    lastWeek: of("last week"),
    perWeek: of("per week"),
  };
}
