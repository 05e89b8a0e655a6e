/** Past messages: by paging back through the JSON lists, and by the days of the transcript, each alone where need be. */
import { isDate } from "node:util/types";
import { isChatError, UsageError } from "../errors/index.js";
import { roomEvents } from "../protocol/actions/live.js";
import { transcriptPage } from "../protocol/actions/pages.js";
import { idOf } from "../protocol/ids.js";
import { dayStart, type TranscriptPage } from "../protocol/pages/index.js";
import type { RawEvent } from "../protocol/raw.js";
import type { RequestOptions } from "../util/options.js";
import { checkCount, checkOptions, shown } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { Message } from "./message.js";
import { factsOfListed } from "./message-facts.js";
import { type DatedTranscript, readTranscript } from "./read-transcript.js";
import type { Room } from "./room.js";
import { fromPage, isWithoutLists, partsOfDay, walkBack } from "./transcript-pages.js";
import type { User } from "./user.js";

/** A point in a room's history: a message, its id, or a time. */
export type HistoryPoint = Message | number | Date;

/** Options of `room.history`. */
export interface HistoryOptions extends RequestOptions {
  /** Only messages before this. */
  readonly before?: HistoryPoint;
  /** Only messages after this. */
  readonly after?: HistoryPoint;
  /** Only messages of this user. The room is read all the same: 500 messages cost a request. @default everybody's */
  readonly user?: User | number;
  /** The most messages. @default all there are */
  readonly limit?: number;
}

/** A day, in UTC: `"2024-02-29"`, or any time of that day. */
export type Day = string | Date;

/** A range of days for `room.transcript`, both included. */
export interface DayRange {
  /** The first day. */
  readonly from: Day;
  /** The last day. @default the last there is */
  readonly to?: Day;
}

/** The longest list that the server gives at once (protocol.md §3.2). */
const pageSize = 500;

/** The number of lists kept while older ones are looked for; the others are read again. */
const listsKept = 20;

/** Messages, newest first, back to the first of the room or as far as the options say. */
export async function* history(
  context: ObjectContext,
  room: Room,
  options: HistoryOptions,
): AsyncGenerator<Message, void> {
  checkOptions("history", options, ["before", "after", "user", "limit", "signal"]);
  const { limit = Number.POSITIVE_INFINITY, signal } = options;
  if (limit !== Number.POSITIVE_INFINITY) checkCount("limit", limit, 0);
  const [before, after] = [pointOf(context, options.before), pointOf(context, options.after)];
  const author = options.user === undefined ? undefined : idOf(context.session.site, "user", options.user);
  const isSparse = before.seconds !== undefined || author !== undefined;
  let end = before.id;
  let left = limit;
  while (left > 0) {
    const count = Math.min(pageSize, isSparse ? pageSize : left);
    let list: Dated<readonly RawEvent[]>;
    try {
      list = await listBefore(context, room, end, { count, signal });
    } catch (error) {
      if (!isWithoutLists(error)) throw error;
      const rest = { before: end === undefined ? before : { ...before, id: end }, after, author, limit: left, signal };
      return yield* historyOfPages(context, room, rest, error);
    }
    if (list.value.length === 0) return;
    for (const raw of list.value.toReversed()) {
      if (isBeyond(raw, after)) return;
      end = raw.message_id;
      if (before.seconds !== undefined && (raw.time_stamp ?? 0) >= before.seconds) continue;
      if (author !== undefined && raw.user_id !== author) continue;
      yield listed(context, raw, list.asOf);
      left -= 1;
      if (left <= 0) return;
    }
  }
}

/** The rest of a history, where the server has no lists for us. */
interface RestOfHistory extends RequestOptions {
  readonly before: Point;
  readonly after: Point;
  readonly author: number | undefined;
  readonly limit: number;
}

/** The same from transcript pages alone. @throws the failure of the list, when there are no pages either */
async function* historyOfPages(
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
    const { done, value: passed } = await walk.next().catch((error: unknown) => {
      throw isFirst && isWithoutLists(error) ? failure : error;
    });
    if (done) return;
    isFirst = false;
    const { id, userId, minTime, maxTime } = passed.shown;
    if (isBeyond({ message_id: id, time_stamp: maxTime }, after)) return;
    if ((before.id !== undefined && id >= before.id) || (before.seconds !== undefined && minTime >= before.seconds))
      continue;
    if (author !== undefined && userId !== author) continue;
    yield fromPage(context, passed.page, passed.shown);
    left -= 1;
    if (left <= 0) return;
  }
}

/** A page of the list, oldest first: the newest messages, or those before one. */
async function listBefore(
  context: ObjectContext,
  room: Room,
  before: number | undefined,
  { count = pageSize, signal }: RequestOptions & { readonly count?: number },
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
  if (!isDate(point)) return { id: idOf(context.session.site, "message", point) };
  const seconds = point.getTime() / 1000;
  if (Number.isNaN(seconds)) throw new UsageError("that is no date");
  return { seconds };
}

function isBeyond(raw: Pick<RawEvent, "message_id" | "time_stamp">, after: Point): boolean {
  if (after.id !== undefined && (raw.message_id ?? 0) <= after.id) return true;
  return after.seconds !== undefined && (raw.time_stamp ?? 0) <= after.seconds;
}

function listed(context: ObjectContext, raw: RawEvent, asOf: number): Message {
  const message = context.identity.message(raw.message_id ?? 0);
  message.merge(factsOfListed(context, raw), asOf);
  return message;
}

/** The messages of a day or of several, oldest first. Days without messages are passed over. */
export async function* transcript(
  context: ObjectContext,
  room: Room,
  range: Day | DayRange,
  options: RequestOptions,
): AsyncGenerator<Message, void> {
  const { from, to } = rangeOf(range);
  const lists: Lists = { areThere: true };
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
      for await (const part of partsOfDay(context, page, options)) yield* exact(context, part, lists, options);
    }
    day = nextDay(shown, day);
  }
}

/** Whether the server has lists for us; when it has none, it is asked once. */
interface Lists {
  areThere: boolean;
}

/** The day after a page; a server that shows an earlier day than requested has none later. */
function nextDay(page: TranscriptPage, asked: string): string | null {
  const next = page.nextDay ?? (page.lastDay !== null && page.lastDay > page.day ? page.lastDay : null);
  return next !== null && next > page.day && (page.day >= asked || next > asked) ? next : null;
}

/** The start of a range whose first day the server does not know. */
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

/** Messages of a page, with the facts that only the lists have, if there are lists: times to the second, deletions. */
async function* exact(
  context: ObjectContext,
  page: DatedTranscript,
  lists: Lists,
  options: RequestOptions,
): AsyncGenerator<Message, void> {
  const shown = page.value.messages;
  const known = lists.areThere ? await listedOf(context, page, options) : null;
  lists.areThere = known !== null;
  for (const entry of shown) {
    const raw = known?.get(entry.id);
    yield raw ? listed(context, raw.value, raw.asOf) : fromPage(context, page, entry);
  }
}

/** The lists that cover a page, by message id; null when the server has none for us. */
async function listedOf(
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
      if (isWithoutLists(error)) return null;
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
 * Days by the lists alone, for a server that hides its transcript from us (peers.md: since 2025). Lists go back from
 * the newest, so those of a long range are read twice: memory has room for a few of them only.
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
    // The first list has no end of its own: messages posted meanwhile are not part of it.
    if ((oldest.time_stamp ?? 0) < end) lists.push({ before: before ?? (newest.message_id ?? 0) + 1, list });
    const tooMany = lists.at(-1 - listsKept);
    if (tooMany) tooMany.list = null;
    if ((oldest.time_stamp ?? 0) < start) break;
    before = oldest.message_id;
  }
  for (let kept = lists.pop(); kept; kept = lists.pop()) {
    const { value: messages, asOf } = kept.list ?? (await read(kept.before));
    for (const raw of messages) {
      const seconds = raw.time_stamp ?? 0;
      if (seconds >= start && seconds < end) yield listed(context, raw, asOf);
    }
  }
}

/** Callers without types may leave the range out. */
function rangeOf(range: Day | DayRange | undefined): { from: string; to: string } {
  if (typeof range === "string" || isDate(range)) return { from: dayOf(range), to: dayOf(range) };
  checkOptions("transcript", range, ["from", "to"]);
  const [from, to] = [dayOf(range?.from), range?.to === undefined ? "9999-12-31" : dayOf(range.to)];
  if (from > to) throw new UsageError(`a range of days goes forward, not from ${from} to ${to}`);
  return { from, to };
}

function dayOf(day: Day | undefined): string {
  const text = isDate(day) && !Number.isNaN(day.getTime()) ? day.toISOString().slice(0, 10) : day;
  if (typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && dayStart(text) !== null) return text;
  throw new UsageError(`a day is a text such as "2024-02-29" or a Date, not ${shown(day)}`);
}

function secondsOf(day: string): number {
  return dayStart(day) ?? 0;
}
