/**
 * Reads the history from transcript pages alone, when the server refuses us its JSON lists: busy days in parts, and the
 * walk back from day to day. Times are to the minute at best.
 */
import { isChatError } from "../errors/index.js";
import { messagePage, transcriptPage } from "../protocol/actions/pages.js";
import type { HourPage, TranscriptMessage, TranscriptPage } from "../protocol/pages/index.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import type { Message } from "./message.js";
import { factsOfShown, timeOfShown } from "./message-facts.js";
import { type DatedTranscript, readTranscript } from "./read-transcript.js";
import type { Room } from "./room.js";

/** The parts of a busy day, in order; the page itself when the day has only one part. */
export async function* partsOfDay(
  context: ObjectContext,
  page: DatedTranscript,
  options: RequestOptions,
): AsyncGenerator<DatedTranscript, void> {
  yield* parts(context, page, page.value.hourPages, options);
}

async function* parts(
  context: ObjectContext,
  page: DatedTranscript,
  hourPages: readonly HourPage[],
  options: RequestOptions,
): AsyncGenerator<DatedTranscript, void> {
  if (hourPages.length < 2) return yield page;
  const { day, roomId } = page.value;
  for (const hours of hourPages) {
    yield hours.path === null ? page : await readTranscript(context, transcriptPage(roomId, day, hours), options);
  }
}

/** Merges a message from a page. A time that is known to the second is kept. */
export function messageFromPage(context: ObjectContext, page: DatedTranscript, shown: TranscriptMessage): Message {
  const message = context.identity.message(shown.id);
  const time = message.peek.timeSpan === 0 ? {} : timeOfShown(shown);
  message.merge({ ...factsOfShown(context, page.room, shown), ...time }, page.asOf);
  return message;
}

/** Whether a failed list may mean that the server refuses us its lists, so that pages must be read instead. */
export function meansNoLists(error: unknown): boolean {
  return isChatError(error, "NOT_FOUND", "FORBIDDEN");
}

/** A message on a page of the walk, before it becomes an object. */
export interface WalkedMessage {
  readonly page: DatedTranscript;
  readonly shown: TranscriptMessage;
}

/** The start of a walk back: before a message, on a day (`YYYY-MM-DD`), or with the newest message. */
export interface WalkStart {
  readonly messageId?: number | undefined;
  readonly day?: string | undefined;
}

/** Iterates over all messages of a room, newest first, following the links between days and the pagers of busy days. */
export async function* walkBack(
  context: ObjectContext,
  room: Room,
  start: WalkStart,
  options: RequestOptions,
): AsyncGenerator<WalkedMessage, void> {
  let page: DatedTranscript | null = await firstPage(context, room, start, options);
  // The page of a message shows one part of its day; later parts are not wanted.
  let isFromHere = start.messageId !== undefined;
  while (page !== null) {
    const latestFirst = page.value.hourPages.toReversed();
    const here = isFromHere ? latestFirst.findIndex(({ path }) => path === null) : 0;
    isFromHere = false;
    for await (const part of parts(context, page, latestFirst.slice(Math.max(0, here)), options)) {
      for (const shown of part.value.messages.toReversed()) yield { page: part, shown };
    }
    const earlier = earlierDay(page.value);
    page = earlier === null ? null : await readTranscript(context, transcriptPage(room.id, earlier), options);
  }
}

function earlierDay({ day, previousDay }: TranscriptPage): string | null {
  return previousDay !== null && previousDay < day ? previousDay : null;
}

async function firstPage(
  context: ObjectContext,
  room: Room,
  { messageId, day }: WalkStart,
  options: RequestOptions,
): Promise<DatedTranscript> {
  const wanted = messageId === undefined ? transcriptPage(room.id, day) : messagePage(messageId);
  try {
    const page = await readTranscript(context, wanted, options);
    if (page.value.roomId === room.id) return page;
  } catch (error) {
    // For a message or day that does not exist, start at the newest day.
    if (!isChatError(error, "NOT_FOUND") || (messageId === undefined && day === undefined)) throw error;
  }
  return readTranscript(context, transcriptPage(room.id), options);
}
