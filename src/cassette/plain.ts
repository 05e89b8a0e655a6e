/** Scrubs plain text: user text, and the site's labels with user text in them. Pure. */

import type { Pseudonyms, ReplacedKind } from "./pseudonyms.js";
import { scrubUrl, URLS_IN_TEXT } from "./url.js";
import { userTextIn } from "./vocabulary.js";

/** Replaces every word of a user's text; URLs keep their shape. */
export function scrubText(text: string, pseudonyms: Pseudonyms, kind: ReplacedKind = "text"): string {
  let result = "";
  let last = 0;
  for (const { 0: address, index } of text.matchAll(URLS_IN_TEXT)) {
    result += replaceWords(text.slice(last, index), pseudonyms, kind) + scrubUrl(address, pseudonyms);
    last = index + address.length;
  }
  return result + replaceWords(text.slice(last), pseudonyms, kind);
}

/** Scrubs typed markdown, but keeps the id of the message it replies to. */
export function scrubMarkdown(text: string, pseudonyms: Pseudonyms): string {
  const reply = /^\s*:\d+(?=\s)/.exec(text)?.[0] ?? "";
  return reply + scrubText(text.slice(reply.length), pseudonyms);
}

/** Scrubs a text that may be the site's: known labels stay, except for user text inside them. */
export function scrubLabel(text: string, pseudonyms: Pseudonyms, kind: ReplacedKind = "text"): string {
  let result = "";
  let last = 0;
  for (const [start, end] of userTextIn(text)) {
    result += text.slice(last, start) + scrubText(text.slice(start, end), pseudonyms, kind);
    last = end;
  }
  return result + text.slice(last);
}

function replaceWords(text: string, pseudonyms: Pseudonyms, kind: ReplacedKind): string {
  return text === "" ? "" : pseudonyms.text(text, kind);
}
