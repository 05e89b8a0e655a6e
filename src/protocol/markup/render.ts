/**
 * Markdown to HTML as the chat servers do it when a message is posted or edited (protocol.md §7.1, §7.2). What comes
 * out is safe to put on a page: every character a person typed is escaped, and only web addresses become links.
 */
import { escapeHtml } from "./escape.js";
import { renderInline } from "./inline.js";
import { isIndented, unixLines, withoutBlankStart } from "./lines.js";
import { bareLink, cutAtUrls } from "./links.js";
import { imageOnebox, isPictureUrl, loneUrl } from "./onebox.js";

/** A text over several lines that is longer than this many characters (UTF-16) is sent cut, as `partial` [OBS]. */
export const PARTIAL_LIMIT = 600;

/** What rendering may know about the room. */
export interface RenderContext {
  /** The root of the room's site, for `[tag:x]`. @default "//stackoverflow.com" */
  readonly siteUrl?: string;
  /** The root of that site's meta, for `[meta-tag:x]`. @default "//meta.stackoverflow.com" */
  readonly metaUrl?: string;
  /** Gives the HTML for a message that is only this URL, or null for none; asked before the image rule. */
  readonly onebox?: (url: string) => string | null;
  /** Where long texts are cut, in characters; `Infinity` for the full text. @default 600 */
  readonly partialLimit?: number;
}

/**
 * Renders the source of a message, without its reply prefix, to the `content` the servers send, but for the invisible
 * characters that they put into long words.
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
    // A preview takes the place of a text (OLD), but not that of a picture: such a link keeps its text [OBS].
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

/** The text up to the last word or line that ends within the limit. */
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
