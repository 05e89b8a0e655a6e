/**
 * Any tab of the room info page, `GET /rooms/info/{id}?tab=…` (protocol.md §6.9): the tabs with their counts, and the
 * room
 * card, which is small on every tab but the general one.
 */
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  type PageDocument,
  type PageElement,
  parse,
  select,
  selectFirst,
  textOf,
} from "../html/dom.js";
import { idAfter, inlineScripts, parseRoundedCount, serverTimeIn, withoutDiamond } from "./reading.js";
import { cardsIn, type RoomCard } from "./room-card.js";

/** A tab of the room info page. */
export interface RoomTab {
  /** `general`, `stars`, `conversations`, `schedule`, `feeds`, `access`. */
  readonly name: string;
  /** The number on the tab, rounded from 1,000 on; null if there is none. */
  readonly count: number | null;
  /** Whether it is the current tab. */
  readonly isCurrent: boolean;
}

/** The common part of all tabs of the room info page. */
export interface RoomTabPage {
  readonly roomId: number;
  readonly roomName: string;
  readonly tabs: readonly RoomTab[];
  /** Null on the general tab, which has a big card. */
  readonly card: RoomCard | null;
  /** The state of a room without feeds, as told by the feeds tab: `live`, `frozen` or `deleted`; else null. */
  readonly withoutFeeds: "live" | "frozen" | "deleted" | null;
}

const PAGE = "room info page";

/**
 * Parses any tab.
 * @throws {NOT_UNDERSTOOD} when the room card or the tabs are missing
 */
export function parseRoomTabPage(html: string): RoomTabPage {
  return readRoomTabPage(parse(html, PAGE));
}

function readRoomTabPage(document: PageDocument): RoomTabPage {
  const tabs = select(document, "#tabs a").flatMap(readTab);
  if (tabs.length === 0) throw new ParseError(PAGE, "#tabs a[href]");
  const holder = selectFirst(document, ".roomcard, .roomcard-xxl");
  const roomId = idAfter("room-", holder && attr(holder, "id"));
  if (roomId === null) throw new ParseError(PAGE, ".roomcard[id^=room-]");
  const card = cardsIn(document.root, serverTimeIn(inlineScripts(document))).find(({ id }) => id === roomId) ?? null;
  const heading = selectFirst(document, ".subheader h1");
  return {
    roomId,
    roomName: heading ? withoutDiamond(textOf(heading)) : (card?.name ?? ""),
    tabs,
    card,
    withoutFeeds: sentenceIn(document.ids.get("content") ?? document.root),
  };
}

/** The count stands in front of the name, exact or rounded, and may be missing. */
function readTab(link: PageElement): RoomTab[] {
  const name = /[?&]tab=([a-z]+)/i.exec(attr(link, "href") ?? "")?.[1]?.toLowerCase();
  if (name === undefined) return [];
  const count = selectFirst(link, ".tabcount");
  return [{ name, count: count && parseRoundedCount(textOf(count)), isCurrent: hasClass(link, "youarehere") }];
}

/** Finds one of three sentences outside of user text. */
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
