/**
 * The starred messages of a room: from the sidebar list, which has times to the second and shortened texts, or from the
 * stars tab, which has full texts and times to the minute.
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
  /** Which stars: everybody's, yours, or those on your messages. The last two need a login. @default "all" */
  readonly filter?: "all" | "yours" | "on-yours";
  /** The maximum number of messages. @default no limit */
  readonly limit?: number;
}

/** A label to the minute leaves this many seconds open. */
const MINUTE_SPAN = 59;

/** The starred messages, pinned ones first: from the list, or from the pages when the server refuses the list. */
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
    collect(walkStars(context, room, { signal, ...(count === 0 ? {} : { limit: count }) }), () => true)
  );
}

/** The pinned messages. They come first, so only as many pages are read as have some. */
export async function pinned(context: ObjectContext, room: Room, options: RequestOptions): Promise<Message[]> {
  checkOptions("pinned", options, ["signal"]);
  const isPinned = (message: Message): boolean => message.peek.pinned === true;
  const list = await fromList(context, room, 0, options);
  return list ? list.filter(isPinned) : collect(walkStars(context, room, options), isPinned);
}

/** Iterates over all starred messages, one page per request. */
export async function* walkStars(
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
    // A new star between two requests shifts messages to the next page.
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

/** The messages of the sidebar list; null when the server refuses it, or answers in an unknown format. */
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
  const time = timeStamp === null || isExact ? {} : { timeStamp, timeSpan: MINUTE_SPAN };
  message.merge({ ...factsOfShown(context, room, shown), ...time }, asOf);
  return message;
}
