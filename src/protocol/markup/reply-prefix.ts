/**
 * The `:{id} ` that makes a message a reply (protocol.md §5.1, §7.1). The server takes it off before it renders;
 * clients since 2025 send `parentId` instead.
 */
import { wordJoiner } from "./escape.js";

/** A message text without its reply prefix. */
export interface ReplyPrefix {
  /** The message replied to; null when the text is no reply. */
  readonly replyTo: number | null;
  readonly text: string;
}

const prefix = /^\s*:(\d{1,15})\s+(?=\S)/;

/** Takes a leading `:{id} ` off a text. White space after it goes too, so such a reply is never fixed font. */
export function splitReplyPrefix(text: string): ReplyPrefix {
  const match = prefix.exec(text);
  const replyTo = Number(match?.[1]);
  return match && replyTo > 0 ? { replyTo, text: text.slice(match[0].length) } : { replyTo: null, text };
}

/** Puts U+2060 before what the server would take for a reply prefix; it finds one behind the spaces of fixed font too. */
export function guardReplyPrefix(text: string): string {
  return text.replace(/^\s*(?=:\d{1,15}\s)/, `$&${wordJoiner}`);
}
