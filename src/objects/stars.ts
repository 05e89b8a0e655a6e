/**
 * The starred messages of a room: the list of the sidebar, which has times to the second and shortened texts, and the
 * pages of the stars tab, which have whole texts and times to the minute.
 */
import { isChatError } from "../errors/index.js";
import { starredMessages as starsList, starsPage } from "../protocol/actions/pages.js";
import type { StarredMessage, StarsPageMessage } from "../protocol/pages/index.js";
import { checkChoice, checkCount, checkOptions, type RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import type { Message } from "./message.js";
import { factsOfShown } from "./message-facts.js";
import type { Room } from "./room.js";

/** Options of `room.starredMessages`. */
export interface StarredOptions extends RequestOptions {
  /** Everybody's stars, yours, or those on your messages; the last two need a login. @default "all" */
  readonly filter?: "all" | "yours" | "on-yours";
  /** The most messages. @default all there are */
  readonly limit?: number;
}

/** The last second of a minute: what a label leaves open. */
const minuteSpan = 59;

/** The starred messages, those pinned first: from the list, or from the pages where the list is not to be had. */
export async function starred(
  context: ObjectContext,
  room: Room,
  options: RequestOptions & { readonly count?: number },
): Promise<Message[]> {
  checkOptions("starred", options, ["count", "signal"]);
  const { count = 0, signal } = options;
  checkCount("count", count, 0);
  return (
    (await fromList(context, room, count, { signal })) ??
    collect(starredMessages(context, room, { signal, ...(count === 0 ? {} : { limit: count }) }), () => true)
  );
}

/** The pinned messages. They come first, so that pages are read only as far as they go. */
export async function pinned(context: ObjectContext, room: Room, options: RequestOptions): Promise<Message[]> {
  checkOptions("pinned", options, ["signal"]);
  const isPinned = (message: Message): boolean => message.peek.pinned === true;
  const list = await fromList(context, room, 0, options);
  return list ? list.filter(isPinned) : collect(starredMessages(context, room, options), isPinned);
}

/** Every starred message, page by page as they are asked for. */
export async function* starredMessages(
  context: ObjectContext,
  room: Room,
  options: StarredOptions,
): AsyncGenerator<Message, void> {
  checkOptions("starredMessages", options, ["filter", "limit", "signal"]);
  const { filter = "all", limit = Number.POSITIVE_INFINITY, signal } = options;
  checkChoice("filter", filter, ["all", "yours", "on-yours"]);
  if (limit !== Number.POSITIVE_INFINITY) checkCount("limit", limit, 0);
  const seen = new Set<number>();
  for (let number = 1; seen.size < limit; number++) {
    const { value: page, asOf } = await dated(context, starsPage(room.id, number, filter), { signal });
    // A star between two requests moves messages to the next page.
    for (const shown of page.messages.filter(({ id }) => !seen.has(id))) {
      if (seen.size >= limit) return;
      seen.add(shown.id);
      yield fromStarsPage(context, room, shown, asOf);
    }
    if (page.isLast || page.messages.length === 0) return;
  }
}

async function collect(messages: AsyncIterable<Message>, isWanted: (message: Message) => boolean): Promise<Message[]> {
  const all: Message[] = [];
  for await (const message of messages) {
    if (!isWanted(message)) break;
    all.push(message);
  }
  return all;
}

/** The list of the sidebar; null when the server does not give it to us, or in a form that we do not know. */
async function fromList(
  context: ObjectContext,
  room: Room,
  count: number,
  options: RequestOptions,
): Promise<Message[] | null> {
  try {
    const { value: list, asOf } = await dated(context, starsList(room.id, count), options);
    return list.map((entry) => fromEntry(context, room, entry, asOf));
  } catch (error) {
    if (isChatError(error, "NOT_FOUND", "FORBIDDEN", "NOT_UNDERSTOOD")) return null;
    throw error;
  }
}

function fromEntry(context: ObjectContext, room: Room, entry: StarredMessage, asOf: number): Message {
  const { messageId, timeStamp, userId, userName, stars, starredByMe, pinned, pinnedByMe } = entry;
  const message = context.identity.message(messageId);
  // The content is shortened here, so it is not merged.
  const facts = {
    room,
    stars,
    starredByYou: starredByMe,
    pinned,
    pinnedByYou: pinnedByMe,
    owner: userId === null ? null : context.identity.named(userId, userName, asOf),
    ...(timeStamp === null ? {} : { timeStamp, timeSpan: 0 }),
  };
  message.merge(facts, asOf);
  return message;
}

function fromStarsPage(context: ObjectContext, room: Room, shown: StarsPageMessage, asOf: number): Message {
  const message = context.identity.message(shown.id);
  const { timeStamp } = shown;
  const isExact = message.peek.timeSpan === 0;
  const time = timeStamp === null || isExact ? {} : { timeStamp, timeSpan: minuteSpan };
  message.merge({ ...factsOfShown(context, room, shown), ...time }, asOf);
  return message;
}
