/** Reads a feed in any of its formats into items with safe texts and absolute links. Pure, and linear in the input. */
import { digest } from "../../util/digest.js";
import type { FeedItem, RawFeed, RawItem, ReadFeed } from "./feed-item.js";
import { readJsonFeed } from "./feed-json.js";
import { decodeFeed, oneLine, textOfHtml, textOfTitle } from "./feed-text.js";
import { readXmlFeed } from "./feed-xml.js";

/** A feed as it was received. */
export interface ReceivedFeed {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The address that answered. */
  readonly url: string;
}

/** Longest texts, in characters. */
const MAX_TITLE = 400;
const MAX_AUTHOR = 80;
const MAX_SUMMARY = 400;
const MAX_URL = 2_000;

/**
 * Reads RSS, RDF, Atom or JSON Feed.
 * @throws {NOT_UNDERSTOOD} for anything else
 */
export function readFeed({ body, contentType, url }: ReceivedFeed): ReadFeed {
  const text = decodeFeed(body, contentType);
  const raw = /^\s*\{/.test(text.slice(0, 1_000)) ? readJsonFeed(text) : readXmlFeed(text);
  const site = httpUrl(raw.link, url);
  return { title: oneLine(textOfTitle(raw.title ?? ""), MAX_TITLE), url: site, items: itemsOf(raw, site ?? url) };
}

function itemsOf(raw: RawFeed, base: string): readonly FeedItem[] {
  const known = new Map<string, FeedItem>();
  for (const item of raw.items) {
    const read = readItem(item, base);
    if (!known.has(read.id)) known.set(read.id, read);
  }
  return oldestFirst([...known.values()]);
}

function readItem(raw: RawItem, feedBase: string): FeedItem {
  const url = httpUrl(raw.link, httpUrl(raw.base, feedBase) ?? feedBase);
  const summary = oneLine(textOfHtml(raw.summary ?? ""), MAX_SUMMARY);
  const title = oneLine(titleOf(raw), MAX_TITLE);
  return {
    id: digest(raw.id?.trim() || url || JSON.stringify([raw.title ?? "", raw.date ?? "", summary])),
    title: title === "" ? summary : title,
    url,
    author: authorOf(raw.author),
    summary,
    publishedAt: timeOf(raw.date),
  };
}

function titleOf({ title = "", titleForm }: RawItem): string {
  if (titleForm === "text") return title;
  return titleForm === "html" ? textOfHtml(title) : textOfTitle(title);
}

/** RSS has `mail@example.com (Name)`. An address alone is nobody's name, and not ours to repeat. */
function authorOf(author: string | undefined): string | null {
  const line = oneLine(textOfTitle(author ?? ""), 2 * MAX_AUTHOR);
  const [, inner] = /^\S+@\S+ \((.+)\)$/.exec(line) ?? [];
  const name = oneLine(inner ?? line, MAX_AUTHOR);
  return name === "" || /^\S+@\S+\.\S+$/.test(name) ? null : name;
}

/** The date in milliseconds since the epoch; null for nonsense. */
function timeOf(date: string | undefined): number | null {
  const time = date === undefined || date.length > 100 ? Number.NaN : Date.parse(date.trim());
  return Number.isNaN(time) ? null : time;
}

/** An absolute http or https address without credentials; null for any other. */
function httpUrl(link: string | undefined, base: string): string | null {
  if (link === undefined || link.trim() === "" || link.length > MAX_URL) return null;
  const url = URL.parse(link.trim(), base);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  return url.href;
}

/** By date if every item has one; else in the reverse of the feed's order, since feeds have the newest first. */
function oldestFirst(items: readonly FeedItem[]): readonly FeedItem[] {
  const reversed = items.toReversed();
  if (items.some(({ publishedAt }) => publishedAt === null)) return reversed;
  return reversed.toSorted((a, b) => (a.publishedAt ?? 0) - (b.publishedAt ?? 0));
}
