/**
 * URLs in chat messages: which become links, how the links look, and how bare URLs are shortened (protocol.md §7.1).
 * Only http, https, ftp and protocol-relative URLs become links.
 */
import { escapeHtml, isBoundaryBefore, isEscapable } from "./escape.js";

/**
 * The servers shorten a bare URL with more characters than this, without scheme and `www.`. Between 62 and 64 [OBS].
 */
const SHOWN_URL_LIMIT = 62;

/** The longest address parsed in `[text](address)`, in characters, to keep hostile input cheap. */
const ADDRESS_LIMIT = 1000;
const REL = "nofollow noopener noreferrer";
const NETWORK_HOST =
  /^(?:https?:)?\/\/(?:[a-z0-9-]+\.)*(?:stackexchange\.com|stackoverflow\.com|superuser\.com|serverfault\.com|askubuntu\.com|stackapps\.com|mathoverflow\.net)(?:[/?#:]|$)/i;
const QUESTION_SLUG = /^[^/]*\/\/[^/]+\/questions\/\d+\/([^/?#]+)/i;
const BARE_URL = /(?:https?|ftp):\/\/[\p{L}\p{N}][^\s<>"`\\[\]]*/iuy;
const ADDRESS_START = /(?:(?:https?|ftp):)?\/\/[^\s/?#()<>"\\]/iuy;
const ADDRESS_END = /\s*(?:\s"([^"]{1,500})"\s*)?\)/y;

/** Whether a URL leads to a Stack Exchange site: typed links to them have no `rel` [OBS]. */
export function isNetworkUrl(url: string): boolean {
  return NETWORK_HOST.test(url);
}

/**
 * Shortens a bare URL as the servers do: no scheme, `www.` or final slash, and a long one is cut after its last slash.
 */
function shortenUrl(url: string): string {
  const shown = plainUrl(url);
  if (shown.length <= SHOWN_URL_LIMIT) return shown;
  const slash = shown.lastIndexOf("/");
  return `${slash > 0 ? shown.slice(0, slash + 1) : shown.slice(0, SHOWN_URL_LIMIT).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Whether `text` is how a server may show the bare URL `url`, wherever it cuts. */
export function isShownUrl(text: string, url: string): boolean {
  const shown = plainUrl(url);
  if (text === shown) return true;
  return text.length > 1 && text.endsWith("…") && shown.startsWith(text.slice(0, -1));
}

function plainUrl(url: string): string {
  return url.replace(/^(?:https?|ftp):\/\/(?:www\.)?/i, "").replace(/\/$/, "");
}

/** The bare URL that starts at `start`, without trailing punctuation; null if there is none. */
export function matchBareUrl(source: string, start: number): string | null {
  BARE_URL.lastIndex = start;
  const match = BARE_URL.exec(source)?.[0];
  if (match === undefined) return null;
  const shortest = match.indexOf("//") + 3;
  let surplus = count(match, ")") - count(match, "(");
  let end = match.length;
  while (end > shortest) {
    const last = match[end - 1] ?? "";
    if (last === ")" && surplus > 0) surplus -= 1;
    else if (!"?!.;:,'*_".includes(last)) break;
    end -= 1;
  }
  const url = match.slice(0, end);
  return url.endsWith("---") && end - 3 >= shortest ? url.slice(0, -3) : url;
}

/** A stretch of text and the bare URL after it; "" at the end. */
interface Stretch {
  readonly from: number;
  readonly words: string;
  readonly url: string;
}

/** Splits a text around every bare URL that the server would link. */
export function* cutAtUrls(text: string): Generator<Stretch> {
  const start = /(?:https?|ftp):\/\//gi;
  let from = 0;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const url = isBoundaryBefore(text[match.index - 1]) ? matchBareUrl(text, match.index) : null;
    if (url === null) continue;
    yield { from, words: text.slice(from, match.index), url };
    from = match.index + url.length;
    start.lastIndex = from;
  }
  yield { from, words: text.slice(from), url: "" };
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** Renders a bare URL. It has a `rel` even within the network, and a title for questions with a slug [OBS]. */
export function bareLink(url: string): string {
  const slug = isNetworkUrl(url) ? QUESTION_SLUG.exec(url)?.[1] : undefined;
  const title = slug === undefined ? "" : ` title="${escapeHtml(slug.replaceAll("-", " "))}"`;
  const shown = escapeHtml(shortenUrl(url)).replace(/…$/, "&hellip;");
  return `<a href="${escapeHtml(url)}" rel="${REL}"${title}>${shown}</a>`;
}

/** Renders `[text](url "title")`; `inner` is HTML. */
export function textLink(inner: string, url: string, title: string | undefined): string {
  const rel = isNetworkUrl(url) ? "" : ` rel="${REL}"`;
  const titled = title === undefined ? "" : ` title="${escapeHtml(title)}"`;
  return `<a href="${escapeHtml(url)}"${rel}${titled}>${inner}</a>`;
}

/** The part of a link after its text. */
interface LinkTarget {
  readonly url: string;
  readonly title: string | undefined;
  /** The offset after the closing parenthesis. */
  readonly end: number;
}

/** Parses `url "title")` at `start`. Parentheses in the URL must be balanced or escaped with a backslash. */
export function readLinkTarget(source: string, start: number): LinkTarget | null {
  ADDRESS_START.lastIndex = start;
  if (!ADDRESS_START.test(source)) return null;
  const limit = Math.min(source.length, start + ADDRESS_LIMIT);
  let url = "";
  let depth = 0;
  let at = start;
  for (; at < limit; at += 1) {
    let character = source[at] ?? "";
    if (/[\s<>"]/.test(character) || (character === ")" && depth === 0)) break;
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "\\" && isEscapable(source[at + 1])) {
      at += 1;
      character = source[at] ?? "";
    }
    url += character;
  }
  ADDRESS_END.lastIndex = at;
  const end = ADDRESS_END.exec(source);
  return end ? { url, title: end[1], end: ADDRESS_END.lastIndex } : null;
}

/** Resolves a path such as `/transcript/message/1#1` against the chat site; other URLs stay unchanged. */
export function resolveUrl(url: string, origin: string | undefined): string {
  return origin !== undefined && /^\/(?!\/)/.test(url) ? origin + url : url;
}
