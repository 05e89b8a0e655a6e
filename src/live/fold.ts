/** Folds a ping and its message, which arrive as two events, into one. */

import type { Message } from "../objects/message.js";
import type { ChatEvent } from "./events.js";
import { MessageEdited, MessagePosted, MessageReply, UserMentioned } from "./events.js";

/** A message that was posted or edited, with the pings that came with it. */
export interface FoldedMessage {
  /** The message itself. */
  readonly message: Message;
  /** The event that brought it: the post or an edit. */
  readonly event: MessagePosted | MessageEdited;
  /** The ping when the message mentions you, else null. */
  readonly mention: UserMentioned | null;
  /** The ping when the message replies to you, else null. */
  readonly reply: MessageReply | null;
  /** Whether somebody else mentions you or replies to you in the message; false for your reply to yourself. */
  readonly isForYou: boolean;
}

/** Pings that wait for their message, which is in the same frame; the message of a ping in another room never comes. */
const waitingLimit = 100;

/**
 * The posts and edits of a stream of events, each once, with the mention or reply it is for you.
 * @example for await (const { message, isForYou } of foldPings(room.newEvents())) if (isForYou) await message.reply("Yes?");
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
      if (waiting.size > waitingLimit && oldest !== undefined) waiting.delete(oldest);
    }
    if (!(event instanceof MessagePosted || event instanceof MessageEdited)) continue;
    const { mention = null, reply = null } = waiting.get(event.messageId) ?? {};
    waiting.delete(event.messageId);
    const isForYou = [mention, reply].some((ping) => ping !== null && !ping.byYou);
    yield { message: event.message, event, mention, reply, isForYou };
  }
}
