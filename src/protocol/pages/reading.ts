/**
 * Small readers that several pages share: ids out of links and classes, counts out of titles, scripts, dates.
 * Each gives null for what it does not know; what must be there is the page parsers' business.
 */
import {
  attr,
  collapse,
  hasClass,
  maybe,
  type PageDocument,
  type PageElement,
  rawText,
  select,
  text,
} from "../html/dom.js";
import type { JsValue } from "../html/js-literal.js";

/** Who may enter and talk: anyone, anyone enters but only some talk, or only some enter. */
export type RoomAccess = "public" | "gallery" | "private";

/** A user or room as a link shows it. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

/** A decimal integer that a number can hold, or null. */
export function integer(value: string | null | undefined): number | null {
  if (value === null || value === undefined || !/^\s*-?\d{1,16}\s*$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** The number a title starts with, such as `"2518738 all time messages"` or `"1,234"`. */
export function leadingCount(value: string | null): number | null {
  return integer(/^\s*(\d[\d,]{0,20})/.exec(value ?? "")?.[1]?.replaceAll(",", ""));
}

/** A count for people, possibly rounded: `65`, `1.1k`, `2519k`, `3m`. */
export function roundedCount(value: string | null): number | null {
  const found = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([km]?)\s*$/i.exec((value ?? "").slice(0, 40).replaceAll(",", ""));
  if (found === null) return null;
  const unit = found[2]?.toLowerCase();
  return Math.round(Number(found[1]) * (unit === "k" ? 1e3 : unit === "m" ? 1e6 : 1));
}

/** The count that an element shows, exact where its title has it; null without the element. */
export function shownCount(element: PageElement | null): number | null {
  return element && (leadingCount(attr(element, "title")) ?? roundedCount(text(element)));
}

/** The count that an element shows in full, or has in its title. */
export function exactCount(element: PageElement): number | null {
  return leadingCount(text(element)) ?? leadingCount(attr(element, "title"));
}

/** The number in a path such as `/users/12/slug`, `/rooms/info/12`, `//host/transcript/12`. */
export function idInPath(href: string | null, ...before: string[]): number | null {
  const path = (href ?? "").replace(/^(?:https?:)?\/\/[^/]*/i, "");
  for (const segment of before) {
    const prefix = `/${segment}/`;
    if (path.startsWith(prefix)) return integer(/^-?\d+/.exec(path.slice(prefix.length))?.[0]);
  }
  return null;
}

/** The number at the end of an id such as `room-17` or `owner-user-5`. */
export function idAfter(prefix: string, value: string | null): number | null {
  return value?.startsWith(prefix) ? integer(value.slice(prefix.length)) : null;
}

/** The user of a class such as `user-12`, or `user--2` for a system user; `user-0` is nobody. */
export function userIdInClass(element: PageElement): number | null {
  return integer(/(?:^|\s)user-(-?\d+)(?:\s|$)/.exec(attr(element, "class") ?? "")?.[1]) || null;
}

/** The user of a name without a link, such as `user12716323`, whose digits are the id (protocol.md §6.5). */
export function idOfUnlinked(name: string): number | null {
  return integer(/^user(\d{1,16})$/.exec(name)?.[1]) || null;
}

/** A link to a user or room with its full name, which the title has when the text is cut. */
export function namedLink(link: PageElement | null, ...segments: string[]): Named | null {
  if (link === null) return null;
  const id = idInPath(attr(link, "href"), ...segments);
  const name = fullText(link);
  return id === null || name === "" ? null : { id, name };
}

/** Trimmed text with something in it, or null. */
export function clean(value: string | null): string | null {
  const tidy = collapse(value ?? "");
  return tidy === "" ? null : tidy;
}

/** The title of an element; null without the element, and when the title is missing or empty. */
export function titleOf(element: PageElement | null): string | null {
  return element && clean(attr(element, "title"));
}

/** The text of an element in full: its title, which has what the text leaves out, else the text. */
export function fullText(element: PageElement): string {
  return titleOf(element) ?? text(element);
}

/** What a picture says: its title, else its alternative text. */
export function pictureText(image: PageElement | null): string | null {
  return titleOf(image) ?? (image && clean(attr(image, "alt")));
}

/** A name without the diamond that marks moderators and the rooms they can see. */
export function withoutDiamond(name: string): string {
  return name.replace(/^♦\s?/u, "").replace(/\s?♦$/u, "").trim();
}

/** The access that the little lock pictures below `element` tell. */
export function accessOf(element: PageElement | null): RoomAccess {
  if (element === null) return "public";
  if (maybe(element, ".sprite-sec-private") !== null) return "private";
  return maybe(element, ".sprite-sec-gallery") === null ? "public" : "gallery";
}

/** What the marks on the card of a room tell. */
interface RoomMarks {
  readonly isFavorite: boolean;
  readonly access: RoomAccess;
  readonly frozen: boolean;
}

/** The star, the lock and the frost on a room's card. */
export function marksOf(card: PageElement): RoomMarks {
  return {
    isFavorite: maybe(card, ".favorite-room-vote.favorite-room") !== null,
    access: accessOf(card),
    frozen: hasClass(card, "frozen") || maybe(card, ".frozen") !== null,
  };
}

/** The tags below `element`, each once. */
export function tagsIn(element: PageElement | null): string[] {
  if (element === null) return [];
  return [...new Set(select(element, "a.tag").map((tag) => text(tag)))].filter((tag) => tag !== "");
}

/** A link's target with its scheme, or null when it has none. */
export function absoluteUrl(href: string | null): string | null {
  if (href === null) return null;
  return href.startsWith("//") ? `https:${href}` : /^https?:\/\//i.test(href) ? href : null;
}

/** Everything inside the inline scripts of the page. */
export function scriptsOf(document: PageDocument): string {
  return select(document, "script").map(rawText).join("\n");
}

/** The server's clock, in unix seconds, as scripts of the page have it: never out of a string that people wrote. */
export function serverTimeIn(scripts: string): number | null {
  const found =
    /^[ \t]*(?:var )?SERVER_TIME_OFFSET\s*=\s*(\d{1,12})/m.exec(scripts) ??
    /"serverTime"\s*:\s*(\d{1,12})/.exec(scripts) ??
    // In one saved page the key is bare (protocol.md §6.2).
    /\binit\(\s*\{[^"'(){}]{0,200}?\bserverTime\s*:\s*(\d{1,12})/.exec(scripts);
  return integer(found?.[1]);
}

/** A literal as an id: numbers, also when written as strings. */
export function idOf(value: JsValue | undefined): number | null {
  if (typeof value === "string") return integer(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

/** The number of the last page that a pager names; 1 without a pager. */
export function lastPageIn(document: PageDocument): number {
  const numbers = select(document, ".pager .page-numbers").map((number) => integer(text(number)) ?? 1);
  return numbers.reduce((most, number) => Math.max(most, number), 1);
}

/** The page that a pager marks as the current one; 1 without a pager. */
export function currentPageIn(document: PageDocument): number {
  const current = maybe(document, ".pager .page-numbers.current");
  return (current && integer(text(current))) ?? 1;
}

/** True when no pager leads to a later page. */
export function isLastPage(document: PageDocument): boolean {
  return (
    maybe(document, ".pager a[rel=next], .pager .next") === null && currentPageIn(document) >= lastPageIn(document)
  );
}

/** A `YYYY-MM-DD` at the start of a value. */
export function dayIn(value: string | null): string | null {
  return /^\s*(\d{4}-\d{2}-\d{2})(?!\d)/.exec(value ?? "")?.[1] ?? null;
}
