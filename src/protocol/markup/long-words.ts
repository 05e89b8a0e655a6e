/**
 * The invisible pair U+200C U+200B, which the servers put into long words so that pages can break them, and which nobody
 * typed (protocol.md §7.1.11). Only this pair, in this order, is the servers': either character alone is somebody's own.
 */

const pair = "\u200c\u200b";
/** One pair comes after each of so many characters without white space, when more of them follow. */
const WORD_LIMIT = 80;
const longWord = /\S{81}/;
const block = /^\s*<(?:div|pre)\b/;
const token = /<(\/?)([a-z]+)[^<>]*>|&#?\w+;|\s+|[^\s<&]+|[<&]/g;
const writtenPair = /(?:\u200c|&zwnj;|&#8204;|&#x200c;)(?:\u200b|&#8203;|&#x200b;)/i;
const tagOrPair = /<[^<>]*>|(?:\u200c|&zwnj;|&#8204;|&#x200c;)(?:\u200b|&#8203;|&#x200b;)/gi;

/** Puts the pairs into the rendered HTML of one line: not into code, links and blocks (unknown, and seen without). */
export function breakLongWords(html: string): string {
  if (!longWord.test(html) || block.test(html)) return html;
  let broken = "";
  let length = 0;
  let isApart = false;
  for (const [part, isEnd, name] of html.matchAll(token)) {
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
          broken += pair;
          length = 0;
        }
        broken += character;
        length += part.startsWith("&") ? 1 : character.length;
      }
    }
  }
  return broken;
}

/** Takes the pairs out of plain text. */
export function joinLongWords(text: string): string {
  return text.replaceAll(pair, "");
}

/** Takes the pairs out of HTML, but not out of addresses. */
export function joinLongWordsIn(html: string): string {
  if (!writtenPair.test(html)) return html;
  return html.replace(tagOrPair, (part) => (part.startsWith("<") ? part : ""));
}
