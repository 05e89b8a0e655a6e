/**
 * The invisible pair U+200C U+200B, which the servers insert into long words so that browsers can break them
 * (protocol.md
 * §7.1.11). Only this pair in this order is the servers'; either character alone is user text.
 */

const PAIR = "\u200c\u200b";
/** A pair follows this many characters without white space, if there are more. */
const WORD_LIMIT = 80;
const LONG_WORD = /\S{81}/;
const BLOCK = /^\s*<(?:div|pre)\b/;
const TOKEN = /<(\/?)([a-z]+)[^<>]*>|&#?\w+;|\s+|[^\s<&]+|[<&]/g;
const WRITTEN_PAIR = /(?:\u200c|&zwnj;|&#8204;|&#x200c;)(?:\u200b|&#8203;|&#x200b;)/i;
const TAG_OR_PAIR = /<[^<>]*>|(?:\u200c|&zwnj;|&#8204;|&#x200c;)(?:\u200b|&#8203;|&#x200b;)/gi;

/** Inserts the pairs into the rendered HTML of one line, except in code, links and blocks (none seen there). */
export function breakLongWords(html: string): string {
  if (!LONG_WORD.test(html) || BLOCK.test(html)) return html;
  let broken = "";
  let length = 0;
  let isApart = false;
  for (const [part, isEnd, name] of html.matchAll(TOKEN)) {
    if (name === "a" || name === "code") isApart = isEnd === "";
    if (name !== undefined || isApart) {
      broken += part;
      if (name === undefined || name === "a" || name === "code") length = 0;
    } else if (part.trim() === "") {
      broken += part;
      length = 0;
    } else {
      for (const character of part.startsWith("&") ? [part] : part) {
        if (length >= WORD_LIMIT) {
          broken += PAIR;
          length = 0;
        }
        broken += character;
        length += part.startsWith("&") ? 1 : character.length;
      }
    }
  }
  return broken;
}

/** Removes the pairs from plain text. */
export function joinLongWords(text: string): string {
  return text.replaceAll(PAIR, "");
}

/** Removes the pairs from HTML, but not from URLs. */
export function joinLongWordsIn(html: string): string {
  if (!WRITTEN_PAIR.test(html)) return html;
  return html.replace(TAG_OR_PAIR, (part) => (part.startsWith("<") ? part : ""));
}
