/**
 * Image oneboxes: a message that is nothing but the address of a picture shows the picture (protocol.md §7.2).
 * Other oneboxes need knowledge of the world and come from the caller.
 */
import { escapeHtml } from "./escape.js";
import { isNetworkUrl, readLinkTarget } from "./links.js";

const picture = /\.(?:jpe?g|png|gif|bmp)$/i;
/** The sites beside the network's own of which the servers make previews (protocol.md §7.2). */
const previewed =
  /^(?:https?:)?\/\/(?:[a-z0-9-]+\.)*(?:amazon\.[a-z.]+|amzn\.(?:to|com)|gist\.github\.com|identi\.ca|launchpad\.net|manpages\.ubuntu\.com|twitpic\.com|twitter\.com|x\.com|wikipedia\.org|xkcd\.com|youtube\.com|youtu\.be)(?:[/?#:]|$)/i;
const wholeUrl = /^(!)?((?:(?:https?|ftp):)?\/\/[\p{L}\p{N}][^\s<>"]*)$/iu;

/** A message that is a single address. */
interface LoneUrl {
  readonly url: string;
  /** Whether it was typed as `!URL`, which shows any address as a picture. */
  readonly forced: boolean;
  /** Whether it was typed as `[text](URL)`. */
  readonly hasText: boolean;
}

/** The one address that is the whole message, also as `[text](URL)`; else null. */
export function loneUrl(source: string): LoneUrl | null {
  const bare = wholeUrl.exec(source);
  if (bare?.[2] !== undefined) return { url: bare[2], forced: bare[1] !== undefined, hasText: false };
  const link = /^\[[^[\]]+\]\(/.exec(source);
  const target = link ? readLinkTarget(source, link[0].length) : null;
  return target !== null && target.end === source.length ? { url: target.url, forced: false, hasText: true } : null;
}

/** True when the address ends like that of a picture. */
export function isPictureUrl(url: string): boolean {
  return picture.test(url);
}

/** True when a message that is only this address may show a preview instead of a link: of a picture, a post, a video. */
export function mayBecomeOnebox(url: string): boolean {
  return isPictureUrl(url.replace(/[?#].*$/s, "")) || isNetworkUrl(url) || previewed.test(url);
}

/** The recorded markup of an image onebox; the address stays as typed. */
export function imageOnebox(url: string): string {
  const address = escapeHtml(url);
  return (
    `<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="${address}">` +
    `<img src="${address}" class="user-image" alt="user image" /></a></div>`
  );
}
