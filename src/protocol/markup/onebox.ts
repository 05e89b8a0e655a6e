/**
 * Image oneboxes: a message that is only the URL of an image shows the image (protocol.md §7.2). Other oneboxes need
 * outside knowledge and are supplied by the caller.
 */
import { escapeHtml } from "./escape.js";
import { isNetworkUrl, readLinkTarget } from "./links.js";

const PICTURE = /\.(?:jpe?g|png|gif|bmp)$/i;
/** Sites outside the network that the servers make previews of (protocol.md §7.2). */
const PREVIEWED =
  /^(?:https?:)?\/\/(?:[a-z0-9-]+\.)*(?:amazon\.[a-z.]+|amzn\.(?:to|com)|gist\.github\.com|identi\.ca|launchpad\.net|manpages\.ubuntu\.com|twitpic\.com|twitter\.com|x\.com|wikipedia\.org|xkcd\.com|youtube\.com|youtu\.be)(?:[/?#:]|$)/i;
const WHOLE_URL = /^(!)?((?:(?:https?|ftp):)?\/\/[\p{L}\p{N}][^\s<>"]*)$/iu;

/** A message that is a single URL. */
interface LoneUrl {
  readonly url: string;
  /** Whether it was typed as `!URL`, which shows any URL as an image. */
  readonly forced: boolean;
  /** Whether it was typed as `[text](URL)`. */
  readonly hasText: boolean;
}

/** The URL that makes up the whole message, even as `[text](URL)`; else null. */
export function loneUrl(source: string): LoneUrl | null {
  const bare = WHOLE_URL.exec(source);
  if (bare?.[2] !== undefined) return { url: bare[2], forced: bare[1] !== undefined, hasText: false };
  const link = /^\[[^[\]]+\]\(/.exec(source);
  const target = link ? readLinkTarget(source, link[0].length) : null;
  return target !== null && target.end === source.length ? { url: target.url, forced: false, hasText: true } : null;
}

/** Whether a URL ends like that of an image. */
export function isPictureUrl(url: string): boolean {
  return PICTURE.test(url);
}

/** Whether a message that is only this URL may show a preview instead of a link: of an image, a post, a video. */
export function mayBecomeOnebox(url: string): boolean {
  return isPictureUrl(url.replace(/[?#].*$/s, "")) || isNetworkUrl(url) || PREVIEWED.test(url);
}

/** The recorded markup of an image onebox; the URL stays as typed. */
export function imageOnebox(url: string): string {
  const address = escapeHtml(url);
  return (
    `<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="${address}">` +
    `<img src="${address}" class="user-image" alt="user image" /></a></div>`
  );
}
