/** Posts a message, or a text as several messages. */
import { ChatError, PartlySentError } from "../errors/index.js";
import type { ObjectContext } from "../objects/context.js";
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import { postMessage, type ReplyForm, type ReplyTo, replyPrefix } from "../protocol/actions/messages.js";
import { resolveId } from "../protocol/ids.js";
import { sentText, splitMessage } from "../protocol/markup/index.js";
import { checkText } from "../protocol/text-rules.js";
import { sleep } from "../util/clock.js";
import { checkChoice } from "../util/options.js";
import { type DurableTask, durableTask } from "./durable-task.js";
import { type FoundPost, findPost } from "./find-post.js";
import type { KeyOutcome } from "./idempotency-keys.js";
import type { JobSpec, Task } from "./job.js";
import { roomLane } from "./lanes.js";
import { type ActionOptions, checkActionOptions, checkKey } from "./options.js";
import type { StoredAction } from "./store.js";

/** The parts of the client that sending uses. */
export type SendContext = Pick<ObjectContext, "actions" | "identity" | "live" | "membership" | "services" | "session">;

/** Options of `sendMessage` and `sendParts`. */
export interface SendOptions extends ActionOptions {
  /** The message to reply to, or its id. */
  readonly replyTo?: Message | number;
  /**
   * How to split a text that is too long for one message: between words or between lines, never in a link or a code
   * span. Without this, a text that is too long is an error. @default none
   */
  readonly split?: "words" | "lines";
  /** How a reply refers to the message it replies to. @default the client's `replyForm` */
  readonly replyForm?: ReplyForm;
  /**
   * An idempotency key of 1 to 200 characters, such as `"answer to 4711"`. A message with a known key is not sent
   * again: the call resolves to the message sent before, even if the text differs. With a `stateFile` this also holds
   * after a restart.
   * @default none
   */
  readonly key?: string;
}

/** How long a message waits until listening to its room has found its start, in milliseconds. */
const MAX_START_WAIT_MS = 2_000;

const OPTION_NAMES = ["replyTo", "split", "replyForm", "key"] as const satisfies readonly (keyof SendOptions)[];

/** A part of a text: to be sent by this call, or already sent by an earlier one with its key. */
type Part = { readonly task: DurableTask } | { readonly known: KeyOutcome };

/** Posts a text as one or more consecutive messages; after one fails, the rest is not sent. */
export function sendParts(context: SendContext, room: Room, text: string, options: SendOptions): Promise<Message[]> {
  return context.actions.track(async () => {
    const about = { tried: `post in room ${room.id}`, roomId: room.id };
    checkActionOptions("sendMessage", options, OPTION_NAMES);
    if (options.key !== undefined) checkKey(options.key);
    const replyTo = replyOf(context, options);
    const texts = partsOf(text, options, replyTo);
    for (const [at, part] of texts.entries()) checkText(part, about, at === 0 ? replyPrefix(part, replyTo).length : 0);
    context.actions.checkCanAct(about.tried);
    const parts = planParts(context, room, texts, replyTo, options);
    return deliver(context, parts, about, {
      lane: roomLane(room.id),
      isReply: replyTo !== undefined,
      priority: options.priority,
      deadlineMs: options.deadlineMs,
      signal: options.signal,
    });
  });
}

/** Plans the parts of a text, which are stored atomically. */
function planParts(
  context: SendContext,
  room: Room,
  texts: readonly string[],
  replyTo: ReplyTo | undefined,
  { key, split }: SendOptions,
): Part[] {
  const { actions } = context;
  const parts: Part[] = [];
  const plan = (): void => {
    for (const [at, text] of texts.entries()) {
      const partKey = key === undefined || split === undefined ? key : `${key}#${at}`;
      const known = partKey === undefined ? undefined : actions.keys.outcome(partKey);
      const { messageId, form } = (at === 0 ? replyTo : undefined) ?? {};
      const wanted = {
        kind: "post",
        roomId: room.id,
        text,
        ...(partKey === undefined ? {} : { key: partKey }),
        ...(messageId === undefined ? {} : { replyTo: messageId }),
        ...(form === undefined ? {} : { replyForm: form }),
      } as const;
      parts.push(known ? { known } : { task: durableTask(context, wanted, (action) => postTask(context, action)) });
    }
  };
  if (actions.store) actions.store.together(plan);
  else plan();
  return parts;
}

/** Sends the parts of this call and awaits those that other calls send; returns all of them in order. */
async function deliver(
  context: SendContext,
  parts: readonly Part[],
  about: { readonly tried: string; readonly roomId: number },
  how: Omit<JobSpec<Message>, "tried" | "tasks" | "onDone">,
): Promise<Message[]> {
  const tasks = parts.flatMap((part) => ("task" in part ? [part.task] : []));
  const sent: Message[] = [];
  try {
    // All parts are one job, so that nothing comes between them.
    const onDone = (message: Message): void => void sent.push(message);
    if (tasks.length > 0) await context.actions.submit({ ...how, tried: about.tried, tasks, onDone });
  } catch (error) {
    for (const [at, task] of tasks.slice(sent.length).entries()) task.failed(error, at === 0);
    if (sent.length === 0 || !(error instanceof ChatError)) throw error;
    const ids = sent.map(({ id }) => id);
    throw new PartlySentError(ids, parts.length, { ...about, sent: error.context.sent, cause: error });
  }
  const messages: Message[] = [];
  for (const part of parts) {
    if ("known" in part) messages.push(context.identity.message(await messageIdOf(part.known)));
    else messages.push(...sent.splice(0, 1));
  }
  return messages;
}

/** The message of a key; null if no action with it is known. */
export async function messageWith({ actions, identity }: SendContext, key: string): Promise<Message | null> {
  checkKey(key);
  actions.checkResumed("look up a key");
  const known = actions.keys.outcome(key);
  return known ? identity.message(await messageIdOf(known)) : null;
}

/** The id of a key's message, which is posted or being posted. */
export async function messageIdOf(known: KeyOutcome): Promise<number> {
  return "messageId" in known ? known.messageId : known.running;
}

function partsOf(text: string, { split }: SendOptions, replyTo: ReplyTo | undefined): string[] {
  if (split === undefined) return [text];
  checkChoice("split", split, ["words", "lines"]);
  if (typeof text !== "string" || text.trim() === "") return [text];
  return distinct(splitMessage(text, { mode: split, replyPrefixLength: replyPrefix(text, replyTo).length }));
}

/** The server refuses duplicates, so a part that equals the one before it gets an invisible word joiner. */
function distinct(parts: readonly string[]): string[] {
  const result: string[] = [];
  for (const part of parts) result.push(part === result.at(-1) ? `${part}\u2060` : part);
  return result;
}

/** The message to reply to, from the options. */
function replyOf(context: SendContext, { replyTo, replyForm }: SendOptions): ReplyTo | undefined {
  if (replyTo === undefined) return undefined;
  return {
    messageId: resolveId(context.session.site, "message", replyTo),
    form: replyForm ?? context.actions.replyForm,
  };
}

/** The task that posts the text of an action. */
export function postTask(context: SendContext, action: StoredAction): Task<Message> {
  const { roomId, text } = action;
  const replyTo =
    action.replyTo === undefined ? undefined : { messageId: action.replyTo, form: action.replyForm ?? undefined };
  const after = context.actions.posted.since(action);
  return {
    async attempt(signal) {
      // A message posted after the call that started listening must be delivered as an event.
      await listeningStarted(context, roomId);
      const asOf = context.identity.moment;
      const { id, time } = await context.session.call(postMessage(roomId, text, replyTo), { signal });
      return ownMessage(context, action, { id, time, isChanged: false }, replyTo, asOf);
    },
    async lookUp(startedAt, signal) {
      const asOf = context.identity.moment;
      const found = await findPost(context, { roomId, text, replyTo, after, startedAt, signal });
      return found && { result: ownMessage(context, action, found, replyTo, asOf) };
    },
  };
}

/** Waits briefly for listening to find its start. */
async function listeningStarted({ live, services }: SendContext, roomId: number): Promise<void> {
  const placing = live.starting(roomId);
  if (!placing) return;
  const limit = new AbortController();
  await Promise.race([placing, sleep(services.clock, MAX_START_WAIT_MS, limit.signal).catch(() => {})]);
  limit.abort();
}

function ownMessage(
  context: SendContext,
  { roomId, text }: StoredAction,
  { id, time, isChanged }: FoundPost,
  replyTo: ReplyTo | undefined,
  asOf: number,
): Message {
  const { actions, identity, membership, session } = context;
  // Posting enters the room.
  membership.enter(roomId);
  actions.posted.note(roomId, id);
  const message = identity.message(id);
  const { me } = session;
  const facts = {
    room: identity.room(roomId),
    timeStamp: time,
    parent: replyTo ? identity.message(replyTo.messageId) : null,
    ...(me ? { owner: identity.user(me.id) } : {}),
    ...(isChanged ? {} : { ...UNTOUCHED, ...sentText(text, replyTo ? replyPrefix(text, replyTo) : null) }),
  };
  // The event of this message may have arrived before the answer, and is newer.
  message.merge(facts, asOf);
  return message;
}

const UNTOUCHED = {
  stars: 0,
  starredByYou: false,
  pins: 0,
  pinned: false,
  pinnedByYou: false,
  deleted: false,
  edits: 0,
  edited: false,
} as const;
