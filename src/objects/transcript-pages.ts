/**
 * Transcript pages as the whole history, where a server has no JSON lists for us: busy days in parts, and the walk back
 * from day to day. Their times are to the minute at best.
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

/** The parts of a busy day, in order; the day itself when it has only one. */
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

/** A message as a page shows it. A time that is known to the second stays. */
export function fromPage(context: ObjectContext, page: DatedTranscript, shown: TranscriptMessage): Message {
  const message = context.identity.message(shown.id);
  const time = message.peek.timeSpan === 0 ? {} : timeOfShown(shown);
  message.merge({ ...factsOfShown(context, page.room, shown), ...time }, page.asOf);
  return message;
}

/** Whether a failed list may mean that this server has none for us, so that pages are to be read instead. */
export function isWithoutLists(error: unknown): boolean {
  return isChatError(error, "NOT_FOUND", "FORBIDDEN");
}

/** A message of a page that a walk passed, before it becomes an object. */
export interface Passed {
  readonly page: DatedTranscript;
  readonly shown: TranscriptMessage;
}

/** The start of a walk back: before a message, at a day (`YYYY-MM-DD`), or with the newest message. */
export interface WalkStart {
  readonly messageId?: number | undefined;
  readonly day?: string | undefined;
}

/** All messages of a room, newest first, by the links from day to day and the pagers of busy days. */
export async function* walkBack(
  context: ObjectContext,
  room: Room,
  start: WalkStart,
  options: RequestOptions,
): AsyncGenerator<Passed, void> {
  let page: DatedTranscript | null = await firstPage(context, room, start, options);
  // The page of a message is a part of its day, and the later parts are not wanted.
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
    // A message that is gone, or a day without messages, is no place to begin: the newest day is.
    if (!isChatError(error, "NOT_FOUND") || (messageId === undefined && day === undefined)) throw error;
  }
  return readTranscript(context, transcriptPage(room.id), options);
}
