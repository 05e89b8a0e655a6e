/**
 * Small readers shared by several pages: ids in links and classes, counts in titles, scripts, dates. Each returns null
 * for
 * what it cannot read; the page parsers decide what is required.
 */
import {
  attr,
  collapseSpace,
  hasClass,
  type PageDocument,
  type PageElement,
  rawText,
  select,
  selectFirst,
  textOf,
} from "../html/dom.js";
import type { JsValue } from "../html/js-literal.js";

/** The access of a room: all may talk, all may enter but only some may talk, or only some may enter. */
export type RoomAccess = "public" | "gallery" | "private";

/** A user or a room as shown by a link. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

/** A safe decimal integer, or null. */
export function parseInteger(value: string | null | undefined): number | null {
  if (value === null || value === undefined || !/^\s*-?\d{1,16}\s*$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** The number at the start of a title, such as `"2518738 all time messages"` or `"1,234"`. */
export function parseLeadingCount(value: string | null): number | null {
  return parseInteger(/^\s*(\d[\d,]{0,20})/.exec(value ?? "")?.[1]?.replaceAll(",", ""));
}

/** A count for people, which may be rounded: `65`, `1.1k`, `2519k`, `3m`. */
export function parseRoundedCount(value: string | null): number | null {
  const found = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([km]?)\s*$/i.exec((value ?? "").slice(0, 40).replaceAll(",", ""));
  if (found === null) return null;
  const unit = found[2]?.toLowerCase();
  return Math.round(Number(found[1]) * (unit === "k" ? 1e3 : unit === "m" ? 1e6 : 1));
}

/** The count that an element shows, exact if its title has it; null without the element. */
export function readCount(element: PageElement | null): number | null {
  return element && (parseLeadingCount(attr(element, "title")) ?? parseRoundedCount(textOf(element)));
}

/** The exact count in the text or the title of an element. */
export function readExactCount(element: PageElement): number | null {
  return parseLeadingCount(textOf(element)) ?? parseLeadingCount(attr(element, "title"));
}

/** The number in a path such as `/users/12/slug`, `/rooms/info/12`, `//host/transcript/12`. */
export function idInPath(href: string | null, ...before: string[]): number | null {
  const path = (href ?? "").replace(/^(?:https?:)?\/\/[^/]*/i, "");
  for (const segment of before) {
    const prefix = `/${segment}/`;
    if (path.startsWith(prefix)) return parseInteger(/^-?\d+/.exec(path.slice(prefix.length))?.[0]);
  }
  return null;
}

/** The number after the prefix of an id such as `room-17` or `owner-user-5`. */
export function idAfter(prefix: string, value: string | null): number | null {
  return value?.startsWith(prefix) ? parseInteger(value.slice(prefix.length)) : null;
}

/** The user in a class such as `user-12`, or `user--2` for a system user; `user-0` is nobody. */
export function userIdInClass(element: PageElement): number | null {
  return parseInteger(/(?:^|\s)user-(-?\d+)(?:\s|$)/.exec(attr(element, "class") ?? "")?.[1]) || null;
}

/** The user of a name without a link, such as `user12716323`, whose digits are the id (protocol.md §6.5). */
export function idOfUnlinkedName(name: string): number | null {
  return parseInteger(/^user(\d{1,16})$/.exec(name)?.[1]) || null;
}

/** A link to a user or room with the full name, which the title has if the text is cut. */
export function namedLink(link: PageElement | null, ...segments: string[]): Named | null {
  if (link === null) return null;
  const id = idInPath(attr(link, "href"), ...segments);
  const name = fullText(link);
  return id === null || name === "" ? null : { id, name };
}

/** The text, trimmed and collapsed; null if it is empty. */
export function nonEmptyText(value: string | null): string | null {
  const tidy = collapseSpace(value ?? "");
  return tidy === "" ? null : tidy;
}

/** The title of an element; null if the element or the title is missing or empty. */
export function titleOf(element: PageElement | null): string | null {
  return element && nonEmptyText(attr(element, "title"));
}

/** The full text of an element: its title, which has what the text omits, or else the text. */
export function fullText(element: PageElement): string {
  return titleOf(element) ?? textOf(element);
}

/** The label of an image: its title, or else its alternative text. */
export function imageLabel(image: PageElement | null): string | null {
  return titleOf(image) ?? (image && nonEmptyText(attr(image, "alt")));
}

/** A name without the diamond of moderators and of rooms they can see. */
export function withoutDiamond(name: string): string {
  return name.replace(/^♦\s?/u, "").replace(/\s?♦$/u, "").trim();
}

/** The access shown by the lock icons below `element`. */
export function readAccess(element: PageElement | null): RoomAccess {
  if (element === null) return "public";
  if (selectFirst(element, ".sprite-sec-private") !== null) return "private";
  return selectFirst(element, ".sprite-sec-gallery") === null ? "public" : "gallery";
}

/** The icons on the card of a room. */
interface RoomMarks {
  readonly isFavorite: boolean;
  readonly access: RoomAccess;
  readonly frozen: boolean;
}

/** Reads the favorite, lock and frozen icons of a room card. */
export function readRoomMarks(card: PageElement): RoomMarks {
  return {
    isFavorite: selectFirst(card, ".favorite-room-vote.favorite-room") !== null,
    access: readAccess(card),
    frozen: hasClass(card, "frozen") || selectFirst(card, ".frozen") !== null,
  };
}

/** The tags below `element`, deduplicated. */
export function tagsIn(element: PageElement | null): string[] {
  if (element === null) return [];
  return [...new Set(select(element, "a.tag").map((tag) => textOf(tag)))].filter((tag) => tag !== "");
}

/** The target of a link with its scheme; null if it has no host. */
export function absoluteUrl(href: string | null): string | null {
  if (href === null) return null;
  return href.startsWith("//") ? `https:${href}` : /^https?:\/\//i.test(href) ? href : null;
}

/** All inline scripts of the page. */
export function inlineScripts(document: PageDocument): string {
  return select(document, "script").map(rawText).join("\n");
}

/** The server's clock in Unix seconds, as set by scripts of the page; never read from a string with user text. */
export function serverTimeIn(scripts: string): number | null {
  const found =
    /^[ \t]*(?:var )?SERVER_TIME_OFFSET\s*=\s*(\d{1,12})/m.exec(scripts) ??
    /"serverTime"\s*:\s*(\d{1,12})/.exec(scripts) ??
    // In one saved page the key is unquoted (protocol.md §6.2).
    /\binit\(\s*\{[^"'(){}]{0,200}?\bserverTime\s*:\s*(\d{1,12})/.exec(scripts);
  return parseInteger(found?.[1]);
}

/** A literal as an id: a number, even if written as a string. */
export function literalId(value: JsValue | undefined): number | null {
  if (typeof value === "string") return parseInteger(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

/** The last page number of a pager; 1 without a pager. */
export function lastPageIn(document: PageDocument): number {
  const numbers = select(document, ".pager .page-numbers").map((number) => parseInteger(textOf(number)) ?? 1);
  return numbers.reduce((most, number) => Math.max(most, number), 1);
}

/** The current page of a pager; 1 without a pager. */
export function currentPageIn(document: PageDocument): number {
  const current = selectFirst(document, ".pager .page-numbers.current");
  return (current && parseInteger(textOf(current))) ?? 1;
}

/** Whether no pager leads to a later page. */
export function isLastPage(document: PageDocument): boolean {
  return (
    selectFirst(document, ".pager a[rel=next], .pager .next") === null &&
    currentPageIn(document) >= lastPageIn(document)
  );
}

/** The `YYYY-MM-DD` at the start of a value. */
export function leadingDay(value: string | null): string | null {
  return /^\s*(\d{4}-\d{2}-\d{2})(?!\d)/.exec(value ?? "")?.[1] ?? null;
}
