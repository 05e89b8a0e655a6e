/**
 * What kind of message some HTML is, told from its outermost element. A person cannot type a raw `<`, so the markup
 * is always the server's own.
 */
import { decodeText } from "./escape.js";

const block = /^\s*<(div|pre)\s+class=(['"])(full|partial)\2>/i;
const onebox = /<div class=["']onebox\b/i;
const wholeQuote = /^\s*<div class=["']quote["']>/i;
const timedLink = /<a [^<>]{0,200}?\bhref="([^"<>]{1,1000})"[^<>]{0,200}><span [^<>]{0,200}?\bclass="relativetime"/gi;
/** No notice is longer, in characters. */
const NOTICE_LIMIT = 2000;
const moved =
  /^\s*(&[rl]arr;|[→←])\s*<i>(?:<a [^>]*>)?(\d{1,9}) messages?(?:<\/a>)? moved (to|from) <a [^>]*?href="([^"]*)"[^>]*>([^<]*)<\/a><\/i>\s*$/i;

/** The class names in a `class` attribute. */
export function classNames(value: string | undefined): readonly string[] {
  return value?.split(/\s+/) ?? [];
}

/** True for the element that wraps a onebox. */
export function isOneboxClass(tagName: string, classes: readonly string[]): boolean {
  return tagName === "div" && classes.includes("onebox");
}

/** True when the message was written over several lines. */
export function isMultiline(html: string): boolean {
  const name = block.exec(html)?.[1]?.toLowerCase();
  return name === "div" || (name === "pre" && html.trim().includes("\n"));
}

/** True when the whole message is in fixed font. */
export function isFixedFont(html: string): boolean {
  return block.exec(html)?.[1]?.toLowerCase() === "pre";
}

/** True when the server sent only the beginning; the full text is at `/messages/{room}/{id}`. */
export function isPartial(html: string): boolean {
  return block.exec(html)?.[3]?.toLowerCase() === "partial";
}

/** True when the message shows a preview of a picture, a post, a comment, another message and the like. */
export function isOnebox(html: string): boolean {
  return onebox.test(html) || commentAddress(html) !== null;
}

/**
 * The address that a preview of a comment stands for, as HTML has it; null for any other message. Its element is that of a
 * quote, but a quote that somebody typed comes as `&gt; …` (protocol.md §7.1.6, §7.2).
 */
export function commentAddress(html: string): string | null {
  if (!wholeQuote.test(html)) return null;
  return [...html.matchAll(timedLink)].at(-1)?.[1] ?? null;
}

/** What a room is told when messages are moved (protocol.md §4.2). */
export interface MoveNotice {
  /** `out` in the room they left, `in` in the room they came to. */
  readonly direction: "out" | "in";
  /** How many messages were moved. */
  readonly count: number;
  /** The other room. */
  readonly roomId: number;
  /** The other room's name, plain text. */
  readonly roomName: string;
}

/** Reads the notice `→ 3 messages moved to Trash` or `← 3 messages moved from Jaba`; null for any other message. */
export function moveNotice(html: string): MoveNotice | null {
  const match = html.length > NOTICE_LIMIT ? null : moved.exec(html);
  const room = /\/rooms\/(\d{1,15})(?:[/?#]|$)/.exec(match?.[4] ?? "");
  if (!match || !room) return null;
  const isOut = match[3]?.toLowerCase() === "to";
  if (isOut !== /^(?:&rarr;|→)$/i.test(match[1] ?? "")) return null;
  return {
    direction: isOut ? "out" : "in",
    count: Number(match[2]),
    roomId: Number(room[1]),
    roomName: decodeText(match[5] ?? "").trim(),
  };
}

/** The content as it is for everybody: a page for somebody marks their own name in it (protocol.md §7.1). */
export function withoutOwnMentions(html: string): string {
  return html.replace(/<span class="mention">([^<]*)<\/span>/g, "$1");
}
