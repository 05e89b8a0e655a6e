/** Reads JSON Feed 1 and 1.1 (jsonfeed.org). A value of the wrong type counts as missing. */
import { ParseError } from "../../index.js";
import type { RawFeed, RawItem } from "./feed-item.js";

const MAX_ITEMS = 1_000;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a feed in JSON.
 * @throws {NOT_UNDERSTOOD} when it is none
 */
export function readJsonFeed(text: string): RawFeed {
  const feed = parse(text);
  if (!isObject(feed) || !Array.isArray(feed.items)) throw new ParseError("feed", "a JSON object with items");
  const authors = authorOf(feed);
  return {
    title: textIn(feed, "title"),
    link: textIn(feed, "home_page_url"),
    items: feed.items
      .slice(0, MAX_ITEMS)
      .filter(isObject)
      .map((item) => readItem(item, authors)),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParseError("feed", "valid JSON", { cause });
  }
}

function readItem(item: JsonObject, feedAuthor: string | undefined): RawItem {
  const id = item.id;
  return {
    id: typeof id === "number" ? String(id) : textIn(item, "id"),
    title: textIn(item, "title"),
    titleForm: "text",
    link: textIn(item, "url") ?? textIn(item, "external_url"),
    author: authorOf(item) ?? feedAuthor,
    date: textIn(item, "date_published") ?? textIn(item, "date_modified"),
    summary: textIn(item, "summary") ?? textIn(item, "content_text") ?? textIn(item, "content_html"),
  };
}

/** The names of `authors`, or of `author` as in version 1. */
function authorOf(holder: JsonObject): string | undefined {
  const authors = Array.isArray(holder.authors) ? holder.authors.slice(0, 5) : [holder.author];
  const names = authors.filter(isObject).flatMap((author) => textIn(author, "name") ?? []);
  return names.length > 0 ? names.join(", ") : undefined;
}

function textIn(holder: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(holder, name) ? holder[name] : undefined;
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
