/**
 * Past messages, read by paging back through the JSON lists or by the days of the transcript. Each works alone when the
 * server refuses the other.
 */
import { isDate } from "node:util/types";
import { isChatError, UsageError } from "../errors/index.js";
import { roomEvents } from "../protocol/actions/live.js";
import { transcriptPage } from "../protocol/actions/pages.js";
import { resolveId } from "../protocol/ids.js";
import { dayStart, type TranscriptPage } from "../protocol/pages/index.js";
import type { RawEvent } from "../protocol/raw.js";
import type { RequestOptions } from "../util/options.js";
import { checkCount, checkOptions, previewValue } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { Message } from "./message.js";
import { factsOfListed } from "./message-facts.js";
import { type DatedTranscript, readTranscript } from "./read-transcript.js";
import type { Room } from "./room.js";
import { meansNoLists, messageFromPage, partsOfDay, walkBack } from "./transcript-pages.js";
import type { User } from "./user.js";

/** A point in a room's history: a message, its id, or a time. */
export type HistoryPoint = Message | number | Date;

/** Options of `room.history`. */
export interface HistoryOptions extends RequestOptions {
  /** Only messages before this. */
  readonly before?: HistoryPoint;
  /** Only messages after this. */
  readonly after?: HistoryPoint;
  /** Only messages by this user. Every message is still read, at 500 per request. @default everybody's */
  readonly user?: User | number;
  /** The maximum number of messages. @default no limit */
  readonly limit?: number;
}

/** A day, in UTC: `"2024-02-29"`, or any time of that day. */
export type Day = string | Date;

/** A range of days for `room.transcript`, both ends included. */
export interface DayRange {
  /** The first day. */
  readonly from: Day;
  /** The last day. @default the latest */
  readonly to?: Day;
}

/** The longest list that the server returns (protocol.md §3.2). */
const PAGE_SIZE = 500;

/** The number of lists kept in memory while older ones are fetched; the rest are fetched again. */
const MAX_LISTS_KEPT = 20;

/** Iterates over messages, newest first, back to the first one or as far as the options allow. */
export async function* history(
  context: ObjectContext,
  room: Room,
  options: HistoryOptions,
): AsyncGenerator<Message, void> {
  checkOptions("history", options, ["before", "after", "user", "limit", "signal"]);
  const { limit = Number.POSITIVE_INFINITY, signal } = options;
  if (limit !== Number.POSITIVE_INFINITY) checkCount("limit", limit, 0);
  const [before, after] = [pointOf(context, options.before), pointOf(context, options.after)];
  const author = options.user === undefined ? undefined : resolveId(context.session.site, "user", options.user);
  const isSparse = before.seconds !== undefined || author !== undefined;
  let end = before.id;
  let left = limit;
  while (left > 0) {
    const count = Math.min(PAGE_SIZE, isSparse ? PAGE_SIZE : left);
    let list: Dated<readonly RawEvent[]>;
    try {
      list = await listBefore(context, room, end, { count, signal });
    } catch (error) {
      if (!meansNoLists(error)) throw error;
      const rest = { before: end === undefined ? before : { ...before, id: end }, after, author, limit: left, signal };
      return yield* historyFromPages(context, room, rest, error);
    }
    if (list.value.length === 0) return;
    for (const raw of list.value.toReversed()) {
      if (isBeyond(raw, after)) return;
      end = raw.message_id;
      if (before.seconds !== undefined && (raw.time_stamp ?? 0) >= before.seconds) continue;
      if (author !== undefined && raw.user_id !== author) continue;
      yield messageFromList(context, raw, list.asOf);
      left -= 1;
      if (left <= 0) return;
    }
  }
}

/** The rest of a history, when the server refuses us its lists. */
interface RestOfHistory extends RequestOptions {
  readonly before: Point;
  readonly after: Point;
  readonly author: number | undefined;
  readonly limit: number;
}

/**
 * Continues a history from transcript pages alone.
 * @throws the failure of the list, when there are no pages either
 */
async function* historyFromPages(
  context: ObjectContext,
  room: Room,
  { before, after, author, limit, signal }: RestOfHistory,
  failure: unknown,
): AsyncGenerator<Message, void> {
  const day = before.seconds === undefined ? undefined : new Date(before.seconds * 1000).toISOString().slice(0, 10);
  const walk = walkBack(context, room, { messageId: before.id, day }, { signal });
  let left = limit;
  let isFirst = true;
  for (;;) {
    const { done, value: walked } = await walk.next().catch((error: unknown) => {
      throw isFirst && meansNoLists(error) ? failure : error;
    });
    if (done) return;
    isFirst = false;
    const { id, userId, minTime, maxTime } = walked.shown;
    if (isBeyond({ message_id: id, time_stamp: maxTime }, after)) return;
    if ((before.id !== undefined && id >= before.id) || (before.seconds !== undefined && minTime >= before.seconds))
      continue;
    if (author !== undefined && userId !== author) continue;
    yield messageFromPage(context, walked.page, walked.shown);
    left -= 1;
    if (left <= 0) return;
  }
}

/** One list of messages, oldest first: the newest, or those before a message. */
async function listBefore(
  context: ObjectContext,
  room: Room,
  before: number | undefined,
  { count = PAGE_SIZE, signal }: RequestOptions & { readonly count?: number },
): Promise<Dated<readonly RawEvent[]>> {
  const list = roomEvents(room.id, { count, ...(before === undefined ? {} : { before }) });
  const { value, asOf } = await dated(context, list, { signal });
  const isOfPage = ({ message_id: id }: RawEvent): boolean =>
    typeof id === "number" && (before === undefined || id < before);
  return { value: value.events.filter(isOfPage), asOf };
}

interface Point {
  readonly id?: number;
  readonly seconds?: number;
}

function pointOf(context: ObjectContext, point: HistoryPoint | undefined): Point {
  if (point === undefined) return {};
  if (!isDate(point)) return { id: resolveId(context.session.site, "message", point) };
  const seconds = point.getTime() / 1000;
  if (Number.isNaN(seconds)) throw new UsageError("before and after must not be invalid dates");
  return { seconds };
}

function isBeyond(raw: Pick<RawEvent, "message_id" | "time_stamp">, after: Point): boolean {
  if (after.id !== undefined && (raw.message_id ?? 0) <= after.id) return true;
  return after.seconds !== undefined && (raw.time_stamp ?? 0) <= after.seconds;
}

function messageFromList(context: ObjectContext, raw: RawEvent, asOf: number): Message {
  const message = context.identity.message(raw.message_id ?? 0);
  message.merge(factsOfListed(context, raw), asOf);
  return message;
}

/** Iterates over the messages of one or more days, oldest first. Skips days without messages. */
export async function* transcript(
  context: ObjectContext,
  room: Room,
  range: Day | DayRange,
  options: RequestOptions,
): AsyncGenerator<Message, void> {
  const { from, to } = rangeOf(range);
  const lists: ListSupport = { isAvailable: true };
  for (let day: string | null = from; day !== null && day <= to; ) {
    let page: DatedTranscript;
    try {
      page = await readTranscript(context, transcriptPage(room.id, day), options);
    } catch (error) {
      if (isChatError(error, "NOT_FOUND") && day === from) day = await firstDayFrom(context, room, from, options);
      else if (isChatError(error, "FORBIDDEN")) return yield* listedBetween(context, room, day, to, options);
      else throw error;
      if (day === null) return;
      continue;
    }
    const shown: TranscriptPage = page.value;
    if (shown.day >= from && shown.day <= to) {
      for await (const part of partsOfDay(context, page, options)) yield* withListFacts(context, part, lists, options);
    }
    day = nextDay(shown, day);
  }
}

/** Whether the server gives us lists. After the first refusal it is not asked again. */
interface ListSupport {
  isAvailable: boolean;
}

/** The next day with messages. A server that answers with an earlier day than requested has no later one. */
function nextDay(page: TranscriptPage, asked: string): string | null {
  const next = page.nextDay ?? (page.lastDay !== null && page.lastDay > page.day ? page.lastDay : null);
  return next !== null && next > page.day && (page.day >= asked || next > asked) ? next : null;
}

/** The first day of a range when the server does not know the requested one. */
async function firstDayFrom(
  context: ObjectContext,
  room: Room,
  from: string,
  options: RequestOptions,
): Promise<string | null> {
  const { value: latest } = await readTranscript(context, transcriptPage(room.id), options);
  const first = latest.firstDay ?? latest.day;
  return first > from ? first : null;
}

/** The messages of a page, completed from the lists where possible: times to the second, deleted messages. */
async function* withListFacts(
  context: ObjectContext,
  page: DatedTranscript,
  lists: ListSupport,
  options: RequestOptions,
): AsyncGenerator<Message, void> {
  const shown = page.value.messages;
  const known = lists.isAvailable ? await listFactsOf(context, page, options) : null;
  lists.isAvailable = known !== null;
  for (const entry of shown) {
    const raw = known?.get(entry.id);
    yield raw ? messageFromList(context, raw.value, raw.asOf) : messageFromPage(context, page, entry);
  }
}

/** The list entries that cover a page, by message id; null when the server refuses us its lists. */
async function listFactsOf(
  context: ObjectContext,
  { value: page, room }: DatedTranscript,
  options: RequestOptions,
): Promise<ReadonlyMap<number, Dated<RawEvent>> | null> {
  const known = new Map<number, Dated<RawEvent>>();
  const ids = page.messages.map(({ id }) => id).sort((a, b) => a - b);
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) return known;
  for (let end = last + 1; end > first; ) {
    let list: Dated<readonly RawEvent[]>;
    try {
      list = await listBefore(context, room, end, options);
    } catch (error) {
      if (meansNoLists(error)) return null;
      throw error;
    }
    for (const raw of list.value)
      if (raw.message_id !== undefined) known.set(raw.message_id, { value: raw, asOf: list.asOf });
    const lowest = list.value[0]?.message_id;
    if (lowest === undefined) break;
    end = lowest;
  }
  return known;
}

/**
 * Reads days from the lists alone, for a server that hides its transcripts from us (peers.md: since 2025). Lists run
 * backward from the newest message and only a few fit in memory, so the lists of a long range are read twice.
 */
async function* listedBetween(
  context: ObjectContext,
  room: Room,
  from: string,
  to: string,
  options: RequestOptions,
): AsyncGenerator<Message, void> {
  const [start, end] = [secondsOf(from), secondsOf(to) + 86_400];
  type List = Dated<readonly RawEvent[]>;
  const read = async (before: number | undefined): Promise<List> => listBefore(context, room, before, options);
  const lists: { readonly before: number; list: List | null }[] = [];
  for (let before: number | undefined; ; ) {
    const list = await read(before);
    const [oldest, newest] = [list.value[0], list.value.at(-1)];
    if (!oldest || !newest) break;
    // The first list has no fixed end: messages posted in the meantime are not part of it.
    if ((oldest.time_stamp ?? 0) < end) lists.push({ before: before ?? (newest.message_id ?? 0) + 1, list });
    const tooMany = lists.at(-1 - MAX_LISTS_KEPT);
    if (tooMany) tooMany.list = null;
    if ((oldest.time_stamp ?? 0) < start) break;
    before = oldest.message_id;
  }
  for (let kept = lists.pop(); kept; kept = lists.pop()) {
    const { value: messages, asOf } = kept.list ?? (await read(kept.before));
    for (const raw of messages) {
      const seconds = raw.time_stamp ?? 0;
      if (seconds >= start && seconds < end) yield messageFromList(context, raw, asOf);
    }
  }
}

/** JavaScript callers may leave the range out. */
function rangeOf(range: Day | DayRange | undefined): { from: string; to: string } {
  if (typeof range === "string" || isDate(range)) return { from: dayOf(range), to: dayOf(range) };
  checkOptions("transcript", range, ["from", "to"]);
  const [from, to] = [dayOf(range?.from), range?.to === undefined ? "9999-12-31" : dayOf(range.to)];
  if (from > to) throw new UsageError(`the range of days ends before it starts: ${from} to ${to}`);
  return { from, to };
}

function dayOf(day: Day | undefined): string {
  const text = isDate(day) && !Number.isNaN(day.getTime()) ? day.toISOString().slice(0, 10) : day;
  if (typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && dayStart(text) !== null) return text;
  throw new UsageError(`a day must be a string such as "2024-02-29" or a Date, not ${previewValue(day)}`);
}

function secondsOf(day: string): number {
  return dayStart(day) ?? 0;
}
