/** Writes items as chat messages. Whatever a feed contains, no message pings anybody or is longer than the server accepts. */
import { defuseMentions, message, splitMessage } from "../../index.js";
import type { FeedItem, ReadFeed } from "./feed-item.js";
import { shorten } from "./feed-text.js";

/** The longest line that the server accepts, in UTF-16 units. */
const MAX_MESSAGE = 500;
const CUT_MARK = " …";
/** Lengths of the title to try, because escaping makes it longer. */
const TITLE_LENGTHS: readonly number[] = [400, 300, 200, 100, 50];

/** Formats an item as `**[title](url)** by author`, with at most 500 characters and without pings. */
export function formatItem({ title, url, author }: FeedItem): string {
  const shown = title || url || "(untitled)";
  const by = author === null ? "" : ` by ${author}`;
  return fitting((length) => defuseMentions(`${boldLink(shorten(shown, length), url)}${plain(by)}`));
}

/** The line that stands for items that are not posted. */
export function formatSkipped(count: number, { title, url }: ReadFeed, name: string): string {
  const [items, are] = count === 1 ? ["1 earlier item", "is"] : [`${count} earlier items`, "are"];
  return fitting((length) =>
    defuseMentions(`${items} of ${boldLink(shorten(title || name, length), url)} ${are} not shown.`),
  );
}

/** Makes the text of a user's format safe to send: no pings, and cut where the server would refuse it. */
export function fitMessage(text: string): string {
  const safe = defuseMentions(text).trim();
  if (safe.length <= MAX_MESSAGE || safe.includes("\n")) return safe;
  const [first = ""] = splitMessage(safe, { limit: MAX_MESSAGE - CUT_MARK.length });
  return `${first}${CUT_MARK}`;
}

function fitting(write: (titleLength: number) => string): string {
  let text = "";
  for (const length of TITLE_LENGTHS) {
    text = write(length);
    if (text.length <= MAX_MESSAGE) return text;
  }
  return shorten(text, MAX_MESSAGE);
}

/** A bold link, or bold text when there is no address that fits into a message. */
function boldLink(text: string, url: string | null): string {
  const link = url === null || url.length > MAX_MESSAGE - 150 ? null : linkOf(text, url);
  return link === null ? message().bold(text).toString() : `**${link}**`;
}

function linkOf(text: string, url: string): string | null {
  try {
    return message().link(text, url).toString();
  } catch {
    return null;
  }
}

/** Escaped text, with its space in front. */
function plain(text: string): string {
  return text === "" ? "" : ` ${message().text(text.trim()).toString()}`;
}
