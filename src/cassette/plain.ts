/** Texts without markup: what people wrote, and labels of the site with places for that. Pure. */
import { ADDRESSES, scrubAddress } from "./address.js";
import type { Kind, Pseudonyms } from "./pseudonyms.js";
import { othersIn } from "./vocabulary.js";

/** A text of somebody: every word is replaced, addresses keep their shape. */
export function scrubText(text: string, pseudonyms: Pseudonyms, kind: Kind = "text"): string {
  let result = "";
  let last = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESSES)) {
    result += words(text.slice(last, index), pseudonyms, kind) + scrubAddress(address, pseudonyms);
    last = index + address.length;
  }
  return result + words(text.slice(last), pseudonyms, kind);
}

/** Markdown as somebody typed it: the id of a message that it replies to stays. */
export function scrubMarkdown(text: string, pseudonyms: Pseudonyms): string {
  const reply = /^\s*:\d+(?=\s)/.exec(text)?.[0] ?? "";
  return reply + scrubText(text.slice(reply.length), pseudonyms);
}

/** A text that the site may have written: it stays if it is known, but for what somebody wrote into it. */
export function scrubLabel(text: string, pseudonyms: Pseudonyms, kind: Kind = "text"): string {
  let result = "";
  let last = 0;
  for (const [start, end] of othersIn(text)) {
    result += text.slice(last, start) + scrubText(text.slice(start, end), pseudonyms, kind);
    last = end;
  }
  return result + text.slice(last);
}

function words(text: string, pseudonyms: Pseudonyms, kind: Kind): string {
  return text === "" ? "" : pseudonyms.text(text, kind);
}
