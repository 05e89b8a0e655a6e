/**
 * Renders markdown to HTML as the chat servers do (protocol.md §7.1, §7.2). The output is safe to put on a page: every
 * typed
 * character is escaped, and only web URLs become links.
 */
import { escapeHtml } from "./escape.js";
import { renderInline } from "./inline.js";
import { isIndented, unixLines, withoutBlankStart } from "./lines.js";
import { bareLink, cutAtUrls } from "./links.js";
import { imageOnebox, isPictureUrl, loneUrl } from "./onebox.js";

/** A text of several lines with more UTF-16 units than this is sent truncated, as `partial` [OBS]. */
export const PARTIAL_LIMIT = 600;

/** Options of {@link renderMarkdown}. */
export interface RenderContext {
  /** The root URL of the room's site, for `[tag:x]`. @default "//stackoverflow.com" */
  readonly siteUrl?: string;
  /** The root URL of that site's meta, for `[meta-tag:x]`. @default "//meta.stackoverflow.com" */
  readonly metaUrl?: string;
  /** Returns the onebox HTML for a message that is only this URL, or null; called before the image rule. */
  readonly onebox?: (url: string) => string | null;
  /** The length at which long texts are cut, in characters; `Infinity` for the full text. @default 600 */
  readonly partialLimit?: number;
}

/**
 * Renders the source of a message, without its reply prefix, to the `content` the servers send, except for the
 * invisible
 * characters in long words.
 */
export function renderMarkdown(source: string, context: RenderContext = {}): string {
  const text = unixLines(source).trimEnd();
  if (text.includes("\n")) return renderLines(withoutBlankStart(text), context);
  if (text.startsWith("    ")) return renderLines(text, context);
  return renderLine(text.trimStart(), context);
}

function renderLine(line: string, context: RenderContext): string {
  const lone = loneUrl(line);
  if (lone) {
    if (lone.forced) return imageOnebox(lone.url);
    // A preview replaces a link with a text (OLD), but an image does not: such a link keeps its text [OBS].
    const onebox = context.onebox?.(lone.url) ?? null;
    if (onebox !== null) return onebox;
    if (!lone.hasText && isPictureUrl(lone.url)) return imageOnebox(lone.url);
  }
  return renderInline(line, {
    siteUrl: context.siteUrl ?? "//stackoverflow.com",
    metaUrl: context.metaUrl ?? "//meta.stackoverflow.com",
  });
}

function renderLines(text: string, context: RenderContext): string {
  const lines = text.split("\n");
  const isFixed = isIndented(lines);
  const whole = isFixed ? lines.map((line) => line.replace(/^ {1,4}/, "")).join("\n") : text.trimStart();
  const shown = cutText(whole, context.partialLimit ?? PARTIAL_LIMIT);
  const name = shown.length < whole.length ? "partial" : "full";
  if (isFixed) return `<pre class='${name}'>${escapeHtml(shown)}</pre>`;
  return `<div class='${name}'>${shown.split("\n").map(linkUrls).join(" <br> ")}</div>`;
}

/** Cuts the text after the last word or line that fits. */
function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const space = /\s\S*$/.exec(text.slice(0, limit + 1));
  const atWord = space ? text.slice(0, space.index).trimEnd() : "";
  return atWord === "" ? text.slice(0, limit).replace(/[\ud800-\udbff]$/, "") : atWord;
}

/** Text of several lines has no markup, but its bare URLs are links. */
function linkUrls(line: string): string {
  let html = "";
  for (const { words, url } of cutAtUrls(line)) html += escapeHtml(words) + (url === "" ? "" : bareLink(url));
  return html;
}
