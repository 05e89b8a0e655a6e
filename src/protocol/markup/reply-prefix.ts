/**
 * The `:{id} ` prefix that makes a message a reply (protocol.md §5.1, §7.1). The server removes it before rendering;
 * clients since 2025 send `parentId` instead.
 */
import { WORD_JOINER } from "./escape.js";

/** A message text split from its reply prefix. */
export interface ReplyPrefix {
  /** The id of the parent message; null if the text is not a reply. */
  readonly replyTo: number | null;
  readonly text: string;
}

const PREFIX = /^\s*:(\d{1,15})\s+(?=\S)/;

/** Splits off a leading `:{id} `. White space after it is removed too, so such a reply is never fixed-width. */
export function splitReplyPrefix(text: string): ReplyPrefix {
  const match = PREFIX.exec(text);
  const replyTo = Number(match?.[1]);
  return match && replyTo > 0 ? { replyTo, text: text.slice(match[0].length) } : { replyTo: null, text };
}

/** Inserts U+2060 before what the server would take for a reply prefix, which it also finds behind indentation. */
export function guardReplyPrefix(text: string): string {
  return text.replace(/^\s*(?=:\d{1,15}\s)/, `$&${WORD_JOINER}`);
}
