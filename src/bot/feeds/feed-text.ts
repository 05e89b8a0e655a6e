/** Turns the bytes and texts of a feed into plain text of bounded length. */
import { Parser } from "htmlparser2";

/** The declaration of the encoding is within the first bytes. */
const HEAD_LENGTH = 1_000;
/** Longer fields are cut before they are read as HTML, whose parser is slow for many open elements. */
const MAX_LENGTH = 4_000;

const HTML_TAG =
  /<(?!\/?(?:a|abbr|b|bdi|big|blockquote|br|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|script|small|span|strike|strong|style|sub|sup|table|td|th|tr|tt|u|ul|var|wbr)\b)/gi;

/** Decodes a feed, by its byte order mark, the answer's header, or its XML declaration; else as UTF-8. */
export function decodeFeed(bytes: Uint8Array, contentType: string): string {
  const head = Buffer.from(bytes.subarray(0, HEAD_LENGTH)).toString("latin1");
  const [, declared] = /charset\s{0,9}=\s{0,9}"?([\w:.-]{1,40})/i.exec(contentType.slice(0, HEAD_LENGTH)) ?? [];
  const [, written] = /^\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w:.-]{1,40})["']/.exec(head) ?? [];
  return decoderFor(markOf(bytes) ?? declared ?? written).decode(bytes);
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : undefined;
}

function decoderFor(label: string | undefined): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}

/** Plain text of one line, without control characters and invisible ones that turn text around. */
export function oneLine(text: string, maxLength: number = MAX_LENGTH): string {
  const line = text
    .slice(0, MAX_LENGTH)
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/[\p{Cc}\s\u2028\u2029]+/gu, " ")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();
  return shorten(line, maxLength);
}

/** Cuts a text at the end of a word if there is one near, and marks the cut with an ellipsis. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, Math.max(0, maxLength - 1)).replace(/[\ud800-\udbff]$/, "");
  const end = cut.lastIndexOf(" ");
  return `${(end > cut.length / 2 ? cut.slice(0, end) : cut).trimEnd()}…`;
}

/** The text of HTML, without tags, scripts and styles. */
export function textOfHtml(html: string): string {
  let text = "";
  let hidden = 0;
  const isHidden = (name: string): boolean => name === "script" || name === "style";
  const parser = new Parser(
    {
      onopentag(name) {
        if (isHidden(name)) hidden += 1;
        else if (/^(?:br|p|div|li|td|th|tr|h[1-6])$/.test(name)) text += " ";
      },
      onclosetag(name) {
        if (isHidden(name)) hidden -= 1;
      },
      ontext(part) {
        if (hidden === 0) text += part;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html.slice(0, MAX_LENGTH));
  return text;
}

/** The text of a title that may be HTML or text: `List<T>` stays, `<b>` goes. */
export function textOfTitle(title: string): string {
  return textOfHtml(title.slice(0, MAX_LENGTH).replace(HTML_TAG, "&lt;"));
}
