/** The list of rooms, `GET /` and `GET /rooms` (protocol.md §6.8). */
import { attr, orNoteMissing, type PageDocument, parse, selectFirst, selectRequired } from "../html/dom.js";
import { type JsValue, readCall } from "../html/js-literal.js";
import { fkeyIn } from "./chat-page.js";
import { currentPageIn, inlineScripts, lastPageIn, literalId, serverTimeIn } from "./reading.js";
import { cardsIn, type RoomCard } from "./room-card.js";
import { type PageViewer, readPageViewer } from "./viewer.js";

/** One page of the list of rooms. */
export interface RoomsPage {
  readonly rooms: readonly RoomCard[];
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  /** `all`, `favorite`, `events`, `mine`, `invited`, `site`… */
  readonly tab: string | null;
  /** `active`, `created`, `people`, `event`. */
  readonly sort: string | null;
  readonly filter: string;
  /** True when frozen rooms are included. */
  readonly showsFrozen: boolean;
  readonly me: PageViewer | null;
  readonly fkey: string | null;
  /** The server's clock in Unix seconds. */
  readonly serverTime: number | null;
}

/**
 * Parses the list of rooms.
 * @throws {NOT_UNDERSTOOD} when the list is missing
 */
export function parseRoomsPage(html: string): RoomsPage {
  return readRoomsPage(parse(html, "rooms page"));
}

/** @internal Reads a page that is parsed already. */
export function readRoomsPage(document: PageDocument): RoomsPage {
  const list = selectRequired(document, "#roomlist");
  const scripts = inlineScripts(document);
  const serverTime = orNoteMissing(document, serverTimeIn(scripts), "serverTime");
  const [tab, sort, , page, showsFrozen, filter] =
    orNoteMissing(document, readCall(scripts, "InitRoomIndex"), "InitRoomIndex(…)") ?? [];
  return {
    rooms: cardsIn(list, serverTime),
    page: literalId(page) ?? currentPageIn(document),
    pageCount: lastPageIn(document),
    tab: word(tab) ?? chosen(document, "#tabs .youarehere", "tab"),
    sort: word(sort) ?? chosen(document, ".subtabs .youarehere", "sort"),
    filter: word(filter) ?? "",
    showsFrozen: showsFrozen === true,
    me: readPageViewer(document, scripts),
    fkey: orNoteMissing(document, fkeyIn(document), "input[name=fkey]"),
    serverTime,
  };
}

function word(value: JsValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function chosen(document: PageDocument, selector: string, parameter: string): string | null {
  const link = selectFirst(document, selector);
  const query = link && attr(link, "href")?.split("?")[1];
  return query ? new URLSearchParams(query).get(parameter) : null;
}
