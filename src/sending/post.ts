/** Saying something: one message, or one text in several. */
import { randomUUID } from "node:crypto";
import { ChatError, isChatError, PartlySentError } from "../errors/index.js";
import type { ObjectContext } from "../objects/context.js";
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import { roomEvents } from "../protocol/actions/live.js";
import { messageSource, postMessage, type ReplyForm, type ReplyTo, replyPrefix } from "../protocol/actions/messages.js";
import { idOf } from "../protocol/ids.js";
import { splitMessage } from "../protocol/markup/index.js";
import { checkText } from "../protocol/text-rules.js";
import type { RequestOptions } from "../util/options.js";
import { checkChoice, checkCount, checkOptions } from "../util/options.js";
import type { Task } from "./outbox.js";
import type { StoredAction } from "./store.js";

/** What sending needs of a client. */
export type SendContext = Pick<ObjectContext, "actions" | "identity" | "membership" | "services" | "session">;

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
  /** `"high"` goes before everything that waits. @default in turn; replies go before what is said in other rooms */
  readonly priority?: "high";
  /** Milliseconds after which the message is not wanted any more. @default none */
  readonly deadlineMs?: number;
}

const optionNames = [
  "replyTo",
  "split",
  "replyForm",
  "priority",
  "deadlineMs",
  "signal",
] as const satisfies readonly (keyof SendOptions)[];

/** Says a text in as many messages as it needs; they stand together, and after one that fails none follows. */
export function sendParts(context: SendContext, room: Room, text: string, options: SendOptions): Promise<Message[]> {
  return context.actions.tend(async () => {
    const about = { tried: `post in room ${room.id}`, roomId: room.id };
    checkOptions("sendMessage", options, optionNames);
    if (options.priority !== undefined) checkChoice("priority", options.priority, ["high"]);
    if (options.deadlineMs !== undefined) checkCount("deadlineMs", options.deadlineMs, 1);
    const replyTo = replyOf(context, options);
    const parts = partsOf(text, options, replyTo);
    for (const [at, part] of parts.entries()) checkText(part, about, at === 0 ? replyPrefix(part, replyTo).length : 0);
    const sent: Message[] = [];
    // All parts take one place in the queue, so that nothing comes between them.
    const tasks = parts.map((part, at) => keptTask(context, room, part, at === 0 ? replyTo : undefined, options));
    try {
      const lane = options.priority === "high" ? "high" : replyTo ? "reply" : "normal";
      const { signal, deadlineMs } = options;
      await context.actions.order({
        tried: about.tried,
        tasks,
        onDone: (message) => void sent.push(message),
        roomId: room.id,
        lane,
        signal,
        deadlineMs,
      });
    } catch (error) {
      // What is only put off by the end of this process is kept for the next.
      if (!isChatError(error, "CLOSED")) for (const task of tasks.slice(sent.length)) task.drop();
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

function partsOf(text: string, { split }: SendOptions, replyTo: ReplyTo | undefined): string[] {
  if (split === undefined) return [text];
  checkChoice("split", split, ["words", "lines"]);
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
export function replyOf(context: SendContext, { replyTo, replyForm }: SendOptions): ReplyTo | undefined {
  if (replyTo === undefined) return undefined;
  return { messageId: idOf(context.session.site, "message", replyTo), form: replyForm ?? context.actions.replyForm };
}

/** A task to post that is kept in the state file, if there is one, until it is done or dropped. */
interface KeptTask extends Task<Message> {
  drop(): void;
}

function keptTask(
  context: SendContext,
  room: Room,
  text: string,
  replyTo: ReplyTo | undefined,
  options: RequestOptions,
  stored?: string,
): KeptTask {
  const task = postTask(context, room, text, replyTo, options);
  const state = context.actions.store;
  if (!state) return { ...task, drop() {} };
  const id = stored ?? randomUUID();
  const { messageId, form } = replyTo ?? {};
  if (!stored) {
    state.noteQueued({
      id,
      kind: "post",
      roomId: room.id,
      text,
      at: context.services.clock.now(),
      ...(messageId ? { replyTo: messageId } : {}),
      ...(form ? { replyForm: form } : {}),
    });
  }
  const kept = (message: Message): Message => {
    state.noteDone({ id, roomId: room.id, messageId: message.id });
    return message;
  };
  return {
    attempt: async () => kept(await task.attempt()),
    async find(startedAt) {
      const found = await task.find?.(startedAt);
      return found && { result: kept(found.result) };
    },
    drop: () => state.noteDropped(id),
  };
}

/** Takes up what an earlier process wanted to say: looks first whether it was said. */
export function sendStored(context: SendContext, sends: Iterable<StoredAction>): Promise<Message>[] {
  return [...sends].map(({ id, roomId, text, replyTo, replyForm, at }) =>
    context.actions.tend(async () => {
      const room = context.identity.room(roomId);
      const task = keptTask(
        context,
        room,
        text,
        replyTo === undefined ? undefined : { messageId: replyTo, form: replyForm },
        {},
        id,
      );
      const said: Message[] = [];
      const tried = `post in room ${roomId}, as was wanted before the restart`;
      try {
        await context.actions.order({
          tried,
          tasks: [task],
          onDone: (message) => void said.push(message),
          roomId,
          unsureSince: at,
        });
      } catch (error) {
        if (!isChatError(error, "CLOSED")) task.drop();
        throw error;
      }
      return said[0] as Message;
    }),
  );
}

function postTask(
  context: SendContext,
  room: Room,
  text: string,
  replyTo: ReplyTo | undefined,
  options: RequestOptions,
): Task<Message> {
  const request = { signal: options.signal };
  return {
    async attempt() {
      const { id, time } = await context.session.call(postMessage(room.id, text, replyTo), request);
      return ownMessage(context, room, id, time, replyTo);
    },
    async find(startedAt) {
      const message = await findPosted(context, room, text, replyTo, startedAt);
      return message && { result: message };
    },
  };
}

/** Looks whether a text that was sent, without an answer, is there: among our messages that are newer than those we know. */
async function findPosted(
  context: SendContext,
  room: Room,
  text: string,
  replyTo: ReplyTo | undefined,
  startedAt: number,
): Promise<Message | undefined> {
  const { session, actions } = context;
  const { clock } = context.services;
  let earliest = 0;
  let before: number | undefined;
  for (;;) {
    const { events, sync } = await session.call(
      roomEvents(room.id, { count: 500, ...(before === undefined ? {} : { before }) }),
    );
    if (sync !== null) earliest = sync - Math.ceil((clock.now() - startedAt) / 1000) - 10;
    for (const event of events) {
      const { message_id: id = 0, user_id, time_stamp = 0, content } = event;
      const isOurs = user_id === session.me?.id && id > (actions.posted.get(room.id) ?? 0) && time_stamp >= earliest;
      if (!isOurs || content === undefined) continue;
      const source = await session.call(messageSource(id));
      if (isSame(source, text) || isSame(source, replyPrefix(text, replyTo) + text))
        return ownMessage(context, room, id, time_stamp, replyTo);
    }
    const [oldest] = events;
    const next = oldest?.message_id;
    // A busy room has more than one page of what was said since.
    if (next === undefined || next >= (before ?? Number.POSITIVE_INFINITY) || (oldest?.time_stamp ?? 0) < earliest)
      return undefined;
    before = next;
  }
}

/** The server keeps what was typed but for line ends and trailing space. */
function isSame(source: string, text: string): boolean {
  const plain = (value: string): string => value.replace(/\r\n?/g, "\n").trimEnd();
  return plain(source) === plain(text);
}

function ownMessage(context: SendContext, room: Room, id: number, time: number, replyTo: ReplyTo | undefined): Message {
  // Who talks is in the room from then on.
  context.membership.enter(room.id);
  context.actions.posted.set(room.id, Math.max(id, context.actions.posted.get(room.id) ?? 0));
  const message = context.identity.message(id);
  const { me } = context.session;
  message.learn({
    room,
    timeStamp: time,
    parent: replyTo ? context.identity.message(replyTo.messageId) : null,
    ...(me ? { owner: context.identity.user(me.id) } : {}),
    // The event of this message may have been faster than the answer, and knows better.
    ...(message.peek.stars === undefined ? untouched : {}),
  });
  return message;
}

const untouched = {
  stars: 0,
  starredByYou: false,
  pins: 0,
  pinned: false,
  pinnedByYou: false,
  deleted: false,
  edits: 0,
  edited: false,
} as const;
