/** The view of a transcript page: a UTC day, or hours of a day with too many messages (protocol.md §6.5). */
import type { MessageView, TranscriptPageView } from "../pages/views.js";
import { canModerate } from "../world/access.js";
import { markMentions } from "../world/mentions.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { dayOf, type RoomIndex } from "../world/room-index.js";
import { frameView, messageView, roomView } from "./frame-view.js";
import type { ViewContext } from "./view-context.js";

const DAY_SECONDS = 86_400;

/** A range of hours; `to` is exclusive. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** The requested part of a transcript. */
export interface TranscriptRequest {
  /** Days since the epoch; null for the latest day that has messages. */
  readonly day: number | null;
  readonly hours?: Hours;
  /** The message of a permalink; its day and hours override the others. */
  readonly message?: MessageRecord;
}

export function transcriptView(context: ViewContext, room: RoomRecord, request: TranscriptRequest): TranscriptPageView {
  const { state, world, viewer } = context;
  const index = world.index(room);
  const { days } = index;
  const latest = days[days.length - 1];
  const day = (request.message && dayOf(request.message.timeStamp)) ?? request.day ?? latest ?? dayOf(world.now());
  const all = index.onDay(day);
  const hourPages = splitByHours(all, state.options.transcriptPageSize);
  const hours = request.hours ?? pageFor(hourPages, request);
  const messages = hours ? all.filter((message) => isWithin(message, hours)) : all;
  const isWhole = !hours || (hours.from === 0 && hours.to === 24);
  return {
    frame: frameView(context),
    room: roomView(state, room, viewer),
    day: dayText(day),
    firstDay: optionalDay(days.find((other) => other < day)),
    previousDay: optionalDay(days.findLast((other) => other < day)),
    nextDay: optionalDay(days.find((other) => other > day)),
    lastDay: optionalDay(latest !== undefined && latest > day ? latest : undefined),
    hours: isWhole ? null : hours,
    hourPages,
    messages: messages.map((message) => withOwnMentions(messageView(state, message, viewer), viewer)),
    highlight: request.message?.id ?? null,
    isOwner: canModerate(room, viewer),
    recentMessageCount: countSince(index, world.now() - 7200, world.now()),
  };
}

/** Marks mentions of the viewer, as transcripts do [OBS]. */
function withOwnMentions(view: MessageView, viewer: UserRecord | null): MessageView {
  if (!viewer || !view.content?.includes("@")) return view;
  return { ...view, content: markMentions(view.content, viewer) };
}

/** Converts a date to days since the epoch; null if there is no such date. */
export function dayNumber(year: number, month: number, date: number): number | null {
  const at = new Date(Date.UTC(year, month - 1, date));
  const isReal = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  return isReal ? at.getTime() / 1000 / DAY_SECONDS : null;
}

/** Splits a day into as few ranges of hours as fit the page size; none if the day fits on one page. */
function splitByHours(messages: readonly MessageRecord[], pageSize: number): Hours[] {
  if (messages.length <= pageSize) return [];
  const counts = new Array<number>(24).fill(0);
  for (const message of messages) counts[hourOf(message)] = (counts[hourOf(message)] ?? 0) + 1;
  const pages: Hours[] = [];
  let from = 0;
  let held = 0;
  counts.forEach((count, hour) => {
    // An hour without messages ends no page: the last page would be empty.
    if (held > 0 && count > 0 && held + count > pageSize) {
      pages.push({ from, to: hour });
      from = hour;
      held = 0;
    }
    held += count;
  });
  pages.push({ from, to: 24 });
  return pages.length > 1 ? pages : [];
}

/** Picks the range with the message, else the last range of the latest day, else the first. */
function pageFor(pages: readonly Hours[], { message, day }: TranscriptRequest): Hours | null {
  if (message) return pages.find((hours) => isWithin(message, hours)) ?? null;
  return (day === null ? pages[pages.length - 1] : pages[0]) ?? null;
}

function isWithin(message: MessageRecord, hours: Hours): boolean {
  return hourOf(message) >= hours.from && hourOf(message) < hours.to;
}

function hourOf(message: MessageRecord): number {
  return Math.floor((message.timeStamp % DAY_SECONDS) / 3600);
}

/** Counts the messages between two times that are at most a day apart. */
function countSince(index: RoomIndex, since: number, now: number): number {
  const days = new Set([dayOf(since), dayOf(now)]);
  return [...days].flatMap((day) => index.onDay(day)).filter((message) => message.timeStamp > since).length;
}

function dayText(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

function optionalDay(day: number | undefined): string | null {
  return day === undefined ? null : dayText(day);
}
