/**
 * Any tab of the room info page, `GET /rooms/info/{id}?tab=…` (protocol.md §6.9): the tabs with their counts, and the room's
 * card, which is small on all tabs but the general one.
 */
import { ParseError } from "../../errors/index.js";
import { attr, hasClass, maybe, type PageDocument, type PageElement, parse, select, text } from "../html/dom.js";
import { idAfter, roundedCount, scriptsOf, serverTimeIn, withoutDiamond } from "./reading.js";
import { cardsIn, type RoomCard } from "./room-card.js";

/** A tab of the room info page. */
export interface RoomTab {
  /** `general`, `stars`, `conversations`, `schedule`, `feeds`, `access`. */
  readonly name: string;
  /** The number on the tab, which is rounded from 1,000 on; null when it has none. */
  readonly count: number | null;
  /** True for the tab at hand. */
  readonly isCurrent: boolean;
}

/** The facts on every tab of the room info page. */
export interface RoomTabPage {
  readonly roomId: number;
  readonly roomName: string;
  readonly tabs: readonly RoomTab[];
  /** Null on the general tab, whose card is a big one. */
  readonly card: RoomCard | null;
  /** The state that the feeds tab gives for a room without feeds: `live`, `frozen` or `deleted`; null without such a sentence. */
  readonly withoutFeeds: "live" | "frozen" | "deleted" | null;
}

const PAGE = "room info page";

/**
 * Reads any tab.
 * @throws {NOT_UNDERSTOOD} without a card of the room or without tabs
 */
export function parseRoomTabPage(html: string): RoomTabPage {
  return readRoomTabPage(parse(html, PAGE));
}

function readRoomTabPage(document: PageDocument): RoomTabPage {
  const tabs = select(document, "#tabs a").flatMap(readTab);
  if (tabs.length === 0) throw new ParseError(PAGE, "#tabs a[href]");
  const holder = maybe(document, ".roomcard, .roomcard-xxl");
  const roomId = idAfter("room-", holder && attr(holder, "id"));
  if (roomId === null) throw new ParseError(PAGE, ".roomcard[id^=room-]");
  const card = cardsIn(document.root, serverTimeIn(scriptsOf(document))).find(({ id }) => id === roomId) ?? null;
  const heading = maybe(document, ".subheader h1");
  return {
    roomId,
    roomName: heading ? withoutDiamond(text(heading)) : (card?.name ?? ""),
    tabs,
    card,
    withoutFeeds: sentenceIn(document.ids.get("content") ?? document.root),
  };
}

/** The count stands in front of the name, in digits or rounded, and may be missing. */
function readTab(link: PageElement): RoomTab[] {
  const name = /[?&]tab=([a-z]+)/i.exec(attr(link, "href") ?? "")?.[1]?.toLowerCase();
  if (name === undefined) return [];
  const count = maybe(link, ".tabcount");
  return [{ name, count: count && roundedCount(text(count)), isCurrent: hasClass(link, "youarehere") }];
}

/** One of three sentences, outside of what people wrote. */
function sentenceIn(content: PageElement): RoomTabPage["withoutFeeds"] {
  const said = ownText(content).replace(/\s+/g, " ");
  if (said.includes("Currently no feeds are being posted into this room.")) return "live";
  const reason = /Because this room is (frozen|deleted), no feeds are being posted into this room\./.exec(said)?.[1];
  return reason === "frozen" || reason === "deleted" ? reason : null;
}

function ownText(element: PageElement): string {
  const isWritten = (child: PageElement): boolean =>
    /(?:^|\s)(?:roomcard|subheader|message|usercard)/.test(attr(child, "class") ?? "");
  return element.children
    .map((child) => (typeof child === "string" ? child : isWritten(child) ? "" : ownText(child)))
    .join("");
}
