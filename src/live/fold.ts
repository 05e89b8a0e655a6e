/** Combines a mention or reply with its message, which arrive as two events. */

import type { Message } from "../objects/message.js";
import type { ChatEvent } from "./events.js";
import { MessageEdited, MessagePosted, MessageReply, UserMentioned } from "./events.js";

/** A posted or edited message, with the mention or reply that came with it. */
export interface FoldedMessage {
  /** The message itself. */
  readonly message: Message;
  /** The event that brought it: the post or the edit. */
  readonly event: MessagePosted | MessageEdited;
  /** The mention event if the message mentions you, else null. */
  readonly mention: UserMentioned | null;
  /** The reply event if the message replies to you, else null. */
  readonly reply: MessageReply | null;
  /** Whether somebody else mentions you or replies to you; false for your replies to yourself. */
  readonly isForYou: boolean;
}

/**
 * The most pings that wait for their message, which is in the same frame; that of a ping in another room never comes.
 */
const MAX_WAITING_PINGS = 100;

/**
 * Iterates over the posts and edits in a stream of events, each once, combined with the mention or reply for you.
 * @example for await (const { message, isForYou } of foldPings(room.newEvents())) if (isForYou) await
 *   message.reply("Yes?");
 */
export async function* foldPings(events: AsyncIterable<ChatEvent>): AsyncGenerator<FoldedMessage, void> {
  const waiting = new Map<number, { mention: UserMentioned | null; reply: MessageReply | null }>();
  for await (const event of events) {
    if (event instanceof UserMentioned || event instanceof MessageReply) {
      const pings = waiting.get(event.messageId) ?? { mention: null, reply: null };
      if (event instanceof UserMentioned) pings.mention = event;
      else pings.reply = event;
      waiting.set(event.messageId, pings);
      const [oldest] = waiting.keys();
      if (waiting.size > MAX_WAITING_PINGS && oldest !== undefined) waiting.delete(oldest);
    }
    if (!(event instanceof MessagePosted || event instanceof MessageEdited)) continue;
    const { mention = null, reply = null } = waiting.get(event.messageId) ?? {};
    waiting.delete(event.messageId);
    const isForYou = [mention, reply].some((ping) => ping !== null && !ping.byYou);
    yield { message: event.message, event, mention, reply, isForYou };
  }
}
