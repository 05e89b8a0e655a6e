/**
 * About a room, `GET /rooms/info/{id}`, tabs general and access (protocol.md §6.9).
 * The access tab was never recorded; its reader goes by two clients.
 */
import { ParseError } from "../../errors/index.js";
import { shownWord } from "../drift.js";
import {
  attr,
  expected,
  innerHtml,
  maybe,
  note,
  one,
  orNote,
  type PageDocument,
  type PageElement,
  parse,
  select,
  sourceBetween,
  text,
} from "../html/dom.js";
import {
  dayIn,
  exactCount,
  idAfter,
  marksOf,
  type RoomAccess,
  roundedCount,
  scriptsOf,
  serverTimeIn,
  tagsIn,
  titleOf,
  withoutDiamond,
} from "./reading.js";
import { secondsAgo } from "./relative-time.js";
import { type UserCard, userCardsIn } from "./user-card.js";

/** Messages in a span of time; the page rounds from 1000 on. */
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
  /** Day `YYYY-MM-DD`. */
  readonly firstMessage: string | null;
  /** Seconds ago. */
  readonly lastMessage: number | null;
  readonly stats: RoomStats;
  readonly owners: readonly UserCard[];
  /** The users of this page of the list, present ones or frequent ones as asked. */
  readonly users: readonly UserCard[];
}

/** The access tab: who has been given which right. */
export interface RoomAccessPage {
  readonly owners: readonly UserCard[];
  readonly readWrite: readonly UserCard[];
  readonly readOnly: readonly UserCard[];
}

const PAGE = "room info page";

/**
 * Reads the general tab.
 * @throws {NOT_UNDERSTOOD} without the room's card, its name or its counts.
 */
export function parseRoomInfoPage(html: string): RoomInfoPage {
  return readRoomInfoPage(parse(html, PAGE));
}

/** @internal The same for a page that is parsed already. */
export function readRoomInfoPage(document: PageDocument): RoomInfoPage {
  const card = one(document, ".roomcard-xxl");
  const id = idAfter("room-", attr(card, "id"));
  if (id === null) throw new ParseError(PAGE, ".roomcard-xxl[id^=room-]");
  const heading = expected(document, ".subheader h1") ?? one(document, "h1", card);
  const description = readDescription(document, card);
  const now = orNote(document, serverTimeIn(scriptsOf(document)), "serverTime");
  const facts = roomFacts(card);
  return {
    id,
    name: withoutDiamond(text(heading)),
    ...description,
    tags: tagsIn(card),
    ...marksOf(card),
    messageCount: countOf(document, ".room-message-count-xxl"),
    userCount: countOf(document, ".room-user-count-xxl"),
    parentSiteName: parentSiteOf(document, card),
    firstMessage: dayIn(orNote(card, facts.get("first message"), ".room-stats first message")),
    lastMessage: secondsAgo(orNote(card, facts.get("last message"), ".room-stats last message"), now),
    stats: readStats(card),
    owners: userCardsIn(orNote(document, document.ids.get("room-ownercards"), "#room-ownercards"), now),
    users: userCardsIn(
      orNote(document, document.ids.get("room-usercards-container"), "#room-usercards-container") ??
        document.ids.get("room-usercards") ??
        null,
      now,
    ),
  };
}

/**
 * Reads the access tab.
 * @throws {NOT_UNDERSTOOD} when none of its sections is there.
 */
export function parseRoomAccessPage(html: string): RoomAccessPage {
  return readRoomAccessPage(parse(html, "room access page"));
}

const SECTION = "access-section-";
const accessSections: ReadonlySet<string> = new Set(["owner", "read-write", "read-only"]);

/** @internal The same for a page that is parsed already. */
export function readRoomAccessPage(document: PageDocument): RoomAccessPage {
  const section = (level: string): PageElement | null => document.ids.get(SECTION + level) ?? null;
  const sections = [section("owner"), section("read-write"), section("read-only")];
  if (sections.every((found) => found === null)) throw new ParseError("room access page", "#access-section-owner");
  for (const [id] of document.ids)
    if (id.startsWith(SECTION) && !accessSections.has(id.slice(SECTION.length)))
      note(document, "unknown access level", shownWord(id.slice(SECTION.length)));
  const [owners = [], readWrite = [], readOnly = []] = sections.map((found) => userCardsIn(found, null));
  return { owners, readWrite, readOnly };
}

function countOf(document: PageDocument, selector: string): number {
  const element = one(document, selector);
  const count = exactCount(element);
  if (count === null) throw new ParseError(PAGE, `${selector} number`);
  return count;
}

/** The paragraph of the card, without the "edit" that owners see behind it. Links that people write lead to a host. */
function readDescription(document: PageDocument, card: PageElement): { description: string; descriptionHtml: string } {
  const paragraph = expected(card, "p");
  if (paragraph === null) return { description: "", descriptionHtml: "" };
  const extra = select(paragraph, "a, span, button").find(
    (element) => /^\(?edit\)?$/i.test(text(element)) && !/^(?:\w+:)?\/\//.test(attr(element, "href") ?? ""),
  );
  if (extra === undefined) return { description: text(paragraph), descriptionHtml: innerHtml(document, paragraph) };
  const descriptionHtml = sourceBetween(document, paragraph.innerStart, extra.start).replace(/(?:&nbsp;)? ?\(?$/, "");
  return { description: text(parse(descriptionHtml, PAGE).root), descriptionHtml };
}

function parentSiteOf(document: PageDocument, card: PageElement): string | null {
  return titleOf(maybe(card, "img[title]")) ?? titleOf(maybe(document, "#header-logo a[title]"));
}

/** The pairs of cells of `.room-stats`: `first message`, `last message`. */
function roomFacts(card: PageElement): Map<string, string> {
  const cells = select(card, ".room-stats td").map((cell) => text(cell));
  const facts = new Map<string, string>();
  for (let i = 0; i + 1 < cells.length; i += 2) facts.set((cells[i] ?? "").toLowerCase(), cells[i + 1] ?? "");
  return facts;
}

function readStats(card: PageElement): RoomStats {
  const spans = select(card, ".stats-timeframe").map((element) => text(element).toLowerCase());
  const counts = select(card, ".stats-count").map((element) => roundedCount(text(element)));
  const of = (span: string): number | null => orNote(card, counts[spans.indexOf(span)], `.stats-count ${span}`);
  return {
    today: of("today"),
    yesterday: of("yesterday"),
    perDay: of("per day"),
    thisWeek: of("this week"),
    lastWeek: of("last week"),
    perWeek: of("per week"),
  };
}
