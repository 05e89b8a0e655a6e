/** The sources of a message's facts: events and JSON lists first, pages when those lack a fact. */

import { NotFoundError } from "../errors/index.js";
import { roomEvents } from "../protocol/actions/live.js";
import { messageHtml, messageSource } from "../protocol/actions/messages.js";
import { historyPage, messagePage } from "../protocol/actions/pages.js";
import { withoutOwnMentions } from "../protocol/markup/describe.js";
import type { HistoryPage, PageAuthor, PageMessage, TranscriptMessage } from "../protocol/pages/index.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import { LazyFields, type Source } from "./lazy-fields.js";
import type { Message } from "./message.js";
import { readTranscript } from "./read-transcript.js";
import type { Room } from "./room.js";

import type { User } from "./user.js";

/** The facts about a message. */
export interface MessageFacts {
  /** The room it is in. */
  room: Room;
  /** HTML; null when the message is deleted. */
  content: string | null;
  /** The markdown source. */
  contentSource: string;
  /** The author; null when the account was deleted. */
  owner: User | null;
  /** The number of stars. */
  stars: number;
  /** Whether you starred it. */
  starredByYou: boolean;
  /** Whether a room owner pinned it. */
  pinned: boolean;
  /** Whether you pinned it. */
  pinnedByYou: boolean;
  /** The number of room owners who pinned it. */
  pins: number;
  /**
   * When it was posted, in Unix seconds. If only pages told the time, the earliest possible one, to the minute at best.
   */
  timeStamp: number;
  /**
   * How many seconds after `timeStamp` it may have been posted: 0 unless only pages told the time. Available only in
   * `peek`.
   */
  timeSpan: number;
  /** Whether it was ever edited. */
  edited: boolean;
  /** The number of edits. */
  edits: number;
  /** Whether it was deleted. */
  deleted: boolean;
  /** The message this one explicitly replies to; null when it is not a reply. */
  parent: Message | null;
  /** The user who last edited it; null when nobody did. */
  editor: User | null;
  /** The room owners who pinned it. */
  pinners: User[];
}

/** The lazy fields of one message. */
export function messageFields(context: ObjectContext, id: number): LazyFields<MessageFacts> {
  type Facts = Promise<Partial<MessageFacts>>;
  const list: Source<MessageFacts> = {
    isAvailable: () => fields.peek("room") !== undefined,
    fetch: async (): Facts => readFromList(context, id, await fields.get("room")),
  };
  const listOnceRoomIsKnown: Source<MessageFacts> = { fetch: list.fetch };
  const html: Source<MessageFacts> = {
    fetch: async (): Facts => ({ content: await context.session.call(messageHtml(id)) }),
  };
  const page: Source<MessageFacts> = { fetch: async (): Facts => (await readFromTranscript(context, id)).facts };
  // A separate source, because lists know the time better: pages are asked for it last.
  const pageTime: Source<MessageFacts> = {
    fetch: async (): Facts => {
      const { facts, shown } = await readFromTranscript(context, id);
      return { ...facts, ...timeOfShown(shown) };
    },
  };
  const history: Source<MessageFacts> = { fetch: () => readFromHistory(context, id) };
  const source: Source<MessageFacts> = {
    fetch: async (): Facts => ({ contentSource: await context.session.call(messageSource(id)) }),
  };
  const marks = [list, page, history];
  const sources = {
    room: marks,
    content: [list, html, page],
    contentSource: [source],
    owner: marks,
    stars: marks,
    starredByYou: marks,
    pinned: marks,
    pinnedByYou: marks,
    pins: [list, listOnceRoomIsKnown, history],
    timeStamp: [list, listOnceRoomIsKnown, pageTime],
    timeSpan: [list, listOnceRoomIsKnown, pageTime],
    edited: [list, page],
    edits: [list, listOnceRoomIsKnown, history],
    deleted: marks,
    parent: [list, page],
    editor: [history],
    pinners: [history],
  };
  const fields: LazyFields<MessageFacts> = new LazyFields<MessageFacts>("message", sources, context.identity);
  return fields;
}

/**
 * Reads the message from a list, which is exact where pages are vague: seconds, counts, deletions (protocol.md §3.2).
 */
async function readFromList(context: ObjectContext, id: number, room: Room): Promise<Partial<MessageFacts>> {
  const { events } = await context.session.call(roomEvents(room.id, { before: id + 1, count: 1 }));
  const raw = events.find((event) => event.message_id === id);
  if (!raw)
    throw new NotFoundError({
      tried: `read message ${id}`,
      host: context.session.chatHost,
      messageId: id,
      roomId: room.id,
    });
  return factsOfListed(context, raw);
}

/** The facts in a `mode=Messages` record, in which a missing counter means zero. */
export function factsOfListed(context: ObjectContext, raw: RawEvent): Partial<MessageFacts> {
  const deleted = raw.content === undefined;
  const pins = numberOf(raw.message_owner_stars) ?? 0;
  return {
    ...baseFacts(context, raw),
    content: deleted ? null : (stringOf(raw.content) ?? ""),
    deleted,
    owner: authorOf(context, raw.user_id, raw.user_name),
    stars: numberOf(raw.message_stars) ?? 0,
    starredByYou: raw.message_starred === true,
    pins,
    pinned: pins > 0,
    pinnedByYou: raw.message_owner_starred === true,
  };
}

/** The facts in an event. Missing counters are unknown, unless the event type means that they are zero. */
export function factsOfEvent(context: ObjectContext, raw: RawEvent): Partial<MessageFacts> {
  switch (raw.event_type) {
    case EventType.MessagePosted:
      return factsOfListed(context, raw);
    case EventType.MessageStarred:
      return { ...baseFacts(context, raw), ...markFacts(raw), ...ownMarkFacts(context, raw), ...contentFacts(raw) };
    case EventType.MessageDeleted:
      return { ...baseFacts(context, raw), ...authorFacts(context, raw), content: null, deleted: true };
    case EventType.MessageFlagged:
      return {};
    // The user of a move event moved the message but need not be its author; the first event has the old room.
    case EventType.MessageMovedOut:
      return { ...contentFacts(raw), ...timeFacts(raw) };
    case EventType.MessageMovedIn:
      return { ...baseFacts(context, raw), ...contentFacts(raw) };
    default:
      return { ...baseFacts(context, raw), ...authorFacts(context, raw), ...contentFacts(raw) };
  }
}

function baseFacts(context: ObjectContext, raw: RawEvent): Partial<MessageFacts> {
  const roomId = numberOf(raw.room_id);
  const edits = numberOf(raw.message_edits) ?? 0;
  const parentId = raw.show_parent === true ? numberOf(raw.parent_id) : undefined;
  return {
    ...(roomId ? { room: context.identity.room(roomId) } : {}),
    ...timeFacts(raw),
    edits,
    edited: edits > 0,
    // Star events have no parent, so they do not say that there is none.
    ...(raw.event_type === EventType.MessageStarred
      ? {}
      : { parent: parentId ? context.identity.message(parentId) : null }),
  };
}

/** Every event about a message has the time of the original post. */
function timeFacts(raw: RawEvent): Partial<MessageFacts> {
  const timeStamp = numberOf(raw.time_stamp);
  return timeStamp === undefined ? {} : { timeStamp, timeSpan: 0 };
}

function contentFacts(raw: RawEvent): Partial<MessageFacts> {
  return raw.content === undefined ? {} : { content: stringOf(raw.content) ?? "", deleted: false };
}

/** A star event without a counter means the counter is 0 (protocol.md §4.1). */
function markFacts(raw: RawEvent): Partial<MessageFacts> {
  const pins = numberOf(raw.message_owner_stars) ?? 0;
  return {
    stars: numberOf(raw.message_stars) ?? 0,
    pins,
    pinned: pins > 0,
    ...(pins === 0 ? { pinnedByYou: false } : {}),
    ...(raw.message_starred === true ? { starredByYou: true } : {}),
    ...(numberOf(raw.message_stars) === undefined ? { starredByYou: false } : {}),
  };
}

/** A star event names the user only to that user, with all their own marks (protocol.md §4.1). */
function ownMarkFacts(context: ObjectContext, raw: RawEvent): Partial<MessageFacts> {
  const actor = numberOf(raw.user_id);
  if (actor === undefined || !context.identity.isMe(actor)) return {};
  return { starredByYou: raw.message_starred === true, pinnedByYou: raw.message_owner_starred === true };
}

/** When a moderator edits or deletes, `user_id` is the moderator and `target_user_id` the author (protocol.md §4.1). */
function authorFacts(context: ObjectContext, raw: RawEvent): Partial<MessageFacts> {
  const changed = raw.event_type === EventType.MessageEdited || raw.event_type === EventType.MessageDeleted;
  const other = changed ? numberOf(raw.target_user_id) : undefined;
  if (other !== undefined && other !== raw.user_id) return { owner: context.identity.user(other) };
  return raw.user_id === undefined ? {} : { owner: authorOf(context, raw.user_id, raw.user_name) };
}

function authorOf(context: ObjectContext, id: unknown, name: unknown): User | null {
  const known = numberOf(id);
  if (!known) return null;
  return context.identity.userOf(known, stringOf(name));
}

async function readFromTranscript(
  context: ObjectContext,
  id: number,
): Promise<{ readonly facts: Partial<MessageFacts>; readonly shown: TranscriptMessage }> {
  const { value: page, room } = await readTranscript(context, messagePage(id));
  const shown = page.messages.find((candidate) => candidate.id === id);
  if (!shown) throw new NotFoundError({ tried: `read message ${id}`, host: context.session.chatHost, messageId: id });
  return { facts: factsOfShown(context, room, shown), shown };
}

/** The facts of a message on a page, except its time. */
export function factsOfShown(
  context: ObjectContext,
  room: Room,
  shown: PageMessage & PageAuthor,
): Partial<MessageFacts> {
  return {
    room,
    content: shown.contentHtml === null ? null : withoutOwnMentions(shown.contentHtml),
    deleted: shown.deleted,
    owner: authorOf(context, shown.userId, shown.userName),
    stars: shown.stars,
    starredByYou: shown.starredByMe,
    pinned: shown.pinned,
    pinnedByYou: shown.pinnedByMe,
    edited: shown.edited,
    parent: shown.replyTo === null ? null : context.identity.message(shown.replyTo),
  };
}

/** The time of a message, as precisely as a transcript page tells it. */
export function timeOfShown({ minTime, maxTime }: TranscriptMessage): Pick<MessageFacts, "timeStamp" | "timeSpan"> {
  return { timeStamp: minTime, timeSpan: maxTime - minTime };
}

async function readFromHistory(context: ObjectContext, id: number): Promise<Partial<MessageFacts>> {
  const { value: page, asOf } = await dated(context, historyPage(id));
  return factsOfHistory(context, page, asOf);
}

/** The facts on a history page. It also shows the content of deleted messages, so the content is not merged. */
export function factsOfHistory(context: ObjectContext, page: HistoryPage, asOf: number): Partial<MessageFacts> {
  const edits = page.revisions.filter(({ kind }) => kind === "edited");
  const last = edits.at(-1);
  return {
    ...(page.roomId === null ? {} : { room: context.identity.room(page.roomId) }),
    owner: authorOf(context, page.userId, page.userName),
    stars: page.stars,
    pinned: page.pinned,
    pins: page.pinners.length,
    edits: edits.length,
    edited: edits.length > 0,
    deleted: page.deleted || page.revisions.at(-1)?.kind === "deleted",
    editor: last ? authorOf(context, last.userId, last.userName) : null,
    pinners: page.pinners.map(({ id, name }) => context.identity.named(id, name, asOf)),
  };
}
