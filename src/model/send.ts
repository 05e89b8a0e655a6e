/** Saying something: one message, or one text in several. */
import { ChatError, type FailureContext, PartlySentError, UsageError } from "../errors/index.js";
import { postMessage, type ReplyForm, type ReplyTo, replyPrefix } from "../protocol/actions/messages.js";
import { splitMessage } from "../protocol/markup/index.js";
import { checkText } from "../protocol/text-rules.js";
import { checkOptions } from "../util/options.js";
import type { ClientCore, RequestOptions } from "./core.js";
import { idOf } from "./ids.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";

/** Options of `sendMessage` and `sendParts`. */
export interface SendOptions extends RequestOptions {
  /** The message to reply to, or its id. */
  readonly replyTo?: Message | number;
  /**
   * What becomes of a text that is too long for one message: cut between words, or between lines; never inside a link
   * or a code span. Without this it is an error.
   */
  readonly split?: "words" | "lines";
  /** How a reply names its parent. @default the client's `replyForm` */
  readonly replyForm?: ReplyForm;
}

const optionNames = ["replyTo", "split", "replyForm", "signal"] as const satisfies readonly (keyof SendOptions)[];

/** Says a text in as many messages as it needs; they stand together, and after one that fails none follows. */
export function sendParts(core: ClientCore, room: Room, text: string, options: SendOptions): Promise<Message[]> {
  return core.tend(async () => {
    const about = { tried: `post in room ${room.id}`, roomId: room.id };
    checkOptions("sendMessage", options, optionNames);
    const replyTo = replyOf(core, options);
    const parts = partsOf(text, options, replyTo, about);
    for (const [at, part] of parts.entries()) checkText(part, about, at === 0 ? replyPrefix(part, replyTo).length : 0);
    const sent: Message[] = [];
    // All parts take one place in the queue, so that nothing comes between them.
    const actions = parts.map((part, at) => () => post(core, room, part, at === 0 ? replyTo : undefined, options));
    try {
      await core.actAll(about.tried, actions, (message) => void sent.push(message), options);
    } catch (error) {
      if (sent.length === 0 || !(error instanceof ChatError)) throw error;
      throw new PartlySentError(
        sent.map(({ id }) => id),
        parts.length,
        { ...about, cause: error },
      );
    }
    return sent;
  });
}

function partsOf(text: string, { split }: SendOptions, replyTo: ReplyTo | undefined, about: FailureContext): string[] {
  if (split === undefined) return [text];
  if (split !== "words" && split !== "lines") {
    throw new UsageError(`split is "words" or "lines", not ${JSON.stringify(split)}`, about);
  }
  if (typeof text !== "string" || text.trim() === "") return [text];
  return distinct(splitMessage(text, { mode: split, replyPrefixLength: replyPrefix(text, replyTo).length }));
}

/** The server drops what was just said: a part that is the same as the one before gets an invisible word joiner. */
function distinct(parts: readonly string[]): string[] {
  const result: string[] = [];
  for (const part of parts) result.push(part === result.at(-1) ? `${part}\u2060` : part);
  return result;
}

/** What a message replies to, as the options have it. */
export function replyOf(core: ClientCore, { replyTo, replyForm }: SendOptions): ReplyTo | undefined {
  if (replyTo === undefined) return undefined;
  return { messageId: idOf(core.session.site, "message", replyTo), form: replyForm ?? core.replyForm };
}

async function post(
  core: ClientCore,
  room: Room,
  text: string,
  replyTo: ReplyTo | undefined,
  options: RequestOptions,
): Promise<Message> {
  const posted = await core.session.call(postMessage(room.id, text, replyTo), options);
  // Who talks is in the room from then on.
  core.joined.add(room.id);
  const message = core.message(posted.id);
  const { me } = core.session;
  message.learn({
    room,
    timeStamp: posted.time,
    parent: replyTo ? core.message(replyTo.messageId) : null,
    ...(me ? { owner: core.user(me.id) } : {}),
    // The event of this message may have been faster than the answer, and knows better.
    ...(message.peek.stars === undefined
      ? {
          stars: 0,
          starredByYou: false,
          pins: 0,
          pinned: false,
          pinnedByYou: false,
          deleted: false,
          edits: 0,
          edited: false,
        }
      : {}),
  });
  return message;
}
