/**
 * Addresses in chat messages: which ones become links, how the links look, and how a bare URL is shortened
 * (protocol.md §7.1). Only http, https, ftp and protocol-relative addresses ever become a link.
 */
import { escapeHtml, isBoundaryBefore, isEscapable } from "./escape.js";

/** A bare URL longer than this many characters, without scheme and `www.`, is shown shortened. Between 62 and 64 [OBS]. */
const SHOWN_URL_LIMIT = 62;

/** The longest address read in `[text](address)`, in characters: keeps hostile input cheap. */
const ADDRESS_LIMIT = 1000;
const REL = "nofollow noopener noreferrer";
const networkHost =
  /^(?:https?:)?\/\/(?:[a-z0-9-]+\.)*(?:stackexchange\.com|stackoverflow\.com|superuser\.com|serverfault\.com|askubuntu\.com|stackapps\.com|mathoverflow\.net)(?:[/?#:]|$)/i;
const questionSlug = /^[^/]*\/\/[^/]+\/questions\/\d+\/([^/?#]+)/i;
const bareUrl = /(?:https?|ftp):\/\/[\p{L}\p{N}][^\s<>"`\\[\]]*/iuy;
const addressStart = /(?:(?:https?|ftp):)?\/\/[^\s/?#()<>"\\]/iuy;
const addressEnd = /\s*(?:\s"([^"]{1,500})"\s*)?\)/y;

/** True for addresses of Stack Exchange sites: links typed to them carry no `rel` [OBS]. */
export function isNetworkUrl(url: string): boolean {
  return networkHost.test(url);
}

/** A bare URL as it is shown: no scheme, no `www.`, no final slash, and when long with `…` for all behind its last slash. */
function shortenUrl(url: string): string {
  const shown = plainUrl(url);
  if (shown.length <= SHOWN_URL_LIMIT) return shown;
  const slash = shown.lastIndexOf("/");
  return `${slash > 0 ? shown.slice(0, slash + 1) : shown.slice(0, SHOWN_URL_LIMIT).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** True when `text` is what some server would show for the bare URL `url`, wherever that server cuts. */
export function isShownUrl(text: string, url: string): boolean {
  const shown = plainUrl(url);
  if (text === shown) return true;
  return text.length > 1 && text.endsWith("…") && shown.startsWith(text.slice(0, -1));
}

function plainUrl(url: string): string {
  return url.replace(/^(?:https?|ftp):\/\/(?:www\.)?/i, "").replace(/\/$/, "");
}

/** The bare URL that starts at `start`, without the punctuation that ends its sentence; null when there is none. */
export function matchBareUrl(source: string, start: number): string | null {
  bareUrl.lastIndex = start;
  const match = bareUrl.exec(source)?.[0];
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

/** A stretch of text, and the bare URL after it; "" at the end. */
interface Stretch {
  readonly from: number;
  readonly words: string;
  readonly url: string;
}

/** Cuts a text before and after every bare URL that the server would link. */
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

/** The link for a bare URL. It has a `rel` even inside the network, and a title for questions with a slug [OBS]. */
export function bareLink(url: string): string {
  const slug = isNetworkUrl(url) ? questionSlug.exec(url)?.[1] : undefined;
  const title = slug === undefined ? "" : ` title="${escapeHtml(slug.replaceAll("-", " "))}"`;
  const shown = escapeHtml(shortenUrl(url)).replace(/…$/, "&hellip;");
  return `<a href="${escapeHtml(url)}" rel="${REL}"${title}>${shown}</a>`;
}

/** The link for `[text](url "title")`; `inner` is HTML already. */
export function textLink(inner: string, url: string, title: string | undefined): string {
  const rel = isNetworkUrl(url) ? "" : ` rel="${REL}"`;
  const titled = title === undefined ? "" : ` title="${escapeHtml(title)}"`;
  return `<a href="${escapeHtml(url)}"${rel}${titled}>${inner}</a>`;
}

/** The part of a link after its text. */
interface LinkTarget {
  readonly url: string;
  readonly title: string | undefined;
  /** Where the source goes on after the closing parenthesis. */
  readonly end: number;
}

/** Reads `url "title")` at `start`. Parentheses inside the URL must be balanced or escaped with a backslash. */
export function readLinkTarget(source: string, start: number): LinkTarget | null {
  addressStart.lastIndex = start;
  if (!addressStart.test(source)) return null;
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
  addressEnd.lastIndex = at;
  const end = addressEnd.exec(source);
  return end ? { url, title: end[1], end: addressEnd.lastIndex } : null;
}

/** Puts the chat site's root before a path such as `/transcript/message/1#1`; other addresses stay as they are. */
export function absoluteUrl(url: string, origin: string | undefined): string {
  return origin !== undefined && /^\/(?!\/)/.test(url) ? origin + url : url;
}
