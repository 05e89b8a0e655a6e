/** Looks up whether an unanswered message was posted, among our messages that belong to no other action. */
import { roomEvents } from "../protocol/actions/live.js";
import { messageSource, type ReplyTo, replyPrefix } from "../protocol/actions/messages.js";
import { historyPage } from "../protocol/actions/pages.js";
import { joinLongWords } from "../protocol/markup/long-words.js";
import type { RawEvent } from "../protocol/raw.js";
import type { SendContext } from "./post.js";

/** A message that may have been posted. */
export interface SoughtPost {
  readonly roomId: number;
  readonly text: string;
  readonly replyTo: ReplyTo | undefined;
  /** A message that is older. */
  readonly after: number;
  /** When it was first sent, in milliseconds since the epoch by our clock. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** A message that was found. */
export interface FoundPost {
  readonly id: number;
  /** When it was posted, in Unix seconds. */
  readonly time: number;
  /** Whether it was edited or deleted since. */
  readonly isChanged: boolean;
}

/** The clock skew in seconds to allow between the server and this machine during one request. */
const CLOCK_SLACK_SECONDS = 10;

/** Finds the message with this text in the room's lists: unchanged, edited or deleted. */
export async function findPost(context: SendContext, sought: SoughtPost): Promise<FoundPost | undefined> {
  const { session, services, actions } = context;
  const { roomId, after, startedAt, signal } = sought;
  // Without a login no message would be ours, and the lookup would find nothing.
  const { id: myId } = await session.login();
  let before: number | undefined;
  for (;;) {
    const list = roomEvents(roomId, { count: 500, ...(before === undefined ? {} : { before }) });
    const { events, sync } = await session.call(list, { signal, retry: false });
    const now = services.clock.now();
    const earliest = (sync ?? now / 1000) - Math.ceil((now - startedAt) / 1000) - CLOCK_SLACK_SECONDS;
    for (const event of events) {
      const { message_id: id = 0, user_id, time_stamp: time = 0 } = event;
      const isCandidate = user_id === myId && id > after && !actions.posted.isKnown(id) && time >= earliest;
      if (isCandidate && (await wasPosted(context, event, sought))) return { id, time, isChanged: isChanged(event) };
    }
    const [oldest] = events;
    const next = oldest?.message_id;
    // A busy room may need more than one page.
    const isOver = next === undefined || next <= after || (oldest?.time_stamp ?? 0) < earliest;
    if (isOver || next >= (before ?? Number.POSITIVE_INFINITY)) return undefined;
    before = next;
  }
}

/** Whether a message had this text when it was posted. */
async function wasPosted({ session }: SendContext, event: RawEvent, sought: SoughtPost): Promise<boolean> {
  const { text, replyTo, signal } = sought;
  const id = event.message_id ?? 0;
  const source = isChanged(event)
    ? (await session.call(historyPage(id), { signal, retry: false })).revisions.find(({ kind }) => kind === "said")
        ?.source
    : await session.call(messageSource(id), { signal, retry: false });
  if (source === undefined || source === null) return false;
  return isSameText(source, text) || isSameText(source, replyPrefix(text, replyTo) + text);
}

/** Whether a listed message was changed since it was posted. */
function isChanged({ content, message_edits: edits = 0 }: RawEvent): boolean {
  return content === undefined || edits > 0;
}

/**
 * Whether the server treats two texts as equal: it normalizes line ends and trailing space, and breaks long words where
 * it shows them.
 */
export function isSameText(source: string, text: string): boolean {
  const plain = (value: string): string => joinLongWords(value.replace(/\r\n?/g, "\n")).trimEnd();
  return plain(source) === plain(text);
}
