/**
 * Classifies message HTML by its outermost element. Users cannot type a raw `<`, so the markup is always the server's.
 */
import { decodeText } from "./escape.js";

const BLOCK = /^\s*<(div|pre)\s+class=(['"])(full|partial)\2>/i;
const ONEBOX = /<div class=["']onebox\b/i;
const WHOLE_QUOTE = /^\s*<div class=["']quote["']>/i;
const TIMED_LINK = /<a [^<>]{0,200}?\bhref="([^"<>]{1,1000})"[^<>]{0,200}><span [^<>]{0,200}?\bclass="relativetime"/gi;
/** No move notice is longer, in characters. */
const NOTICE_LIMIT = 2000;
const MOVED =
  /^\s*(&[rl]arr;|[→←])\s*<i>(?:<a [^>]*>)?(\d{1,9}) messages?(?:<\/a>)? moved (to|from) <a [^>]*?href="([^"]*)"[^>]*>([^<]*)<\/a><\/i>\s*$/i;

/** The class names in a `class` attribute. */
export function classNames(value: string | undefined): readonly string[] {
  return value?.split(/\s+/) ?? [];
}

/** Whether an element wraps a onebox. */
export function isOneboxClass(tagName: string, classes: readonly string[]): boolean {
  return tagName === "div" && classes.includes("onebox");
}

/** True when the message has several lines. */
export function isMultiline(html: string): boolean {
  const name = BLOCK.exec(html)?.[1]?.toLowerCase();
  return name === "div" || (name === "pre" && html.trim().includes("\n"));
}

/** True when the whole message is in fixed-width font. */
export function isFixedFont(html: string): boolean {
  return BLOCK.exec(html)?.[1]?.toLowerCase() === "pre";
}

/** True when the server sent only the beginning; the full text is at `/messages/{room}/{id}`. */
export function isPartial(html: string): boolean {
  return BLOCK.exec(html)?.[3]?.toLowerCase() === "partial";
}

/** True when the message is a preview of an image, a post, a comment, another message or the like. */
export function isOnebox(html: string): boolean {
  return ONEBOX.test(html) || commentAddress(html) !== null;
}

/**
 * The URL behind the preview of a comment, HTML-encoded; null for any other message. Its element is that of a quote,
 * but a
 * typed quote is sent as `&gt; …` (protocol.md §7.1.6, §7.2).
 */
export function commentAddress(html: string): string | null {
  if (!WHOLE_QUOTE.test(html)) return null;
  return [...html.matchAll(TIMED_LINK)].at(-1)?.[1] ?? null;
}

/** A notice that messages were moved (protocol.md §4.2). */
export interface MoveNotice {
  /** `out` in the room the messages left, `in` in the room they were moved to. */
  readonly direction: "out" | "in";
  /** How many messages were moved. */
  readonly count: number;
  /** The id of the other room. */
  readonly roomId: number;
  /** The name of the other room, plain text. */
  readonly roomName: string;
}

/** Parses the notice `→ 3 messages moved to Trash` or `← 3 messages moved from Jaba`; null for any other message. */
export function moveNotice(html: string): MoveNotice | null {
  const match = html.length > NOTICE_LIMIT ? null : MOVED.exec(html);
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

/** Removes the markup around the viewer's own name, which only the viewer's pages have (protocol.md §7.1). */
export function withoutOwnMentions(html: string): string {
  return html.replace(/<span class="mention">([^<]*)<\/span>/g, "$1");
}
