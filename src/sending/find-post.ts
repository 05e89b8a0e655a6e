/** Looks up whether a message was posted when no answer came: among our messages newer than those we know. */
import { roomEvents } from "../protocol/actions/live.js";
import { messageSource, type ReplyTo, replyPrefix } from "../protocol/actions/messages.js";
import { historyPage } from "../protocol/actions/pages.js";
import { joinLongWords } from "../protocol/markup/long-words.js";
import type { RawEvent } from "../protocol/raw.js";
import type { SendContext } from "./post.js";

/** A text that may have been posted. */
export interface SoughtPost {
  readonly roomId: number;
  readonly text: string;
  readonly replyTo: ReplyTo | undefined;
  /** When it was first sent, in milliseconds since the epoch, by our clock. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** A message that was found. */
export interface FoundPost {
  readonly id: number;
  /** Unix seconds. */
  readonly time: number;
  /** It was edited or deleted since. */
  readonly isChanged: boolean;
}

/** Seconds by which times of the server and of this machine may differ while one request is under way. */
const slackSeconds = 10;

/** Finds the message with this text in the lists of the room: as it was posted, edited since, or deleted since. */
export async function findPost(context: SendContext, sought: SoughtPost): Promise<FoundPost | undefined> {
  const { session, services, actions } = context;
  const { roomId, startedAt, signal } = sought;
  const newestKnown = actions.posted.get(roomId) ?? 0;
  // Without a login no message is ours, and the lookup would find nothing.
  const { id: myId } = await session.login();
  let before: number | undefined;
  for (;;) {
    const list = roomEvents(roomId, { count: 500, ...(before === undefined ? {} : { before }) });
    const { events, sync } = await session.call(list, { signal, retry: false });
    const now = services.clock.now();
    const earliest = (sync ?? now / 1000) - Math.ceil((now - startedAt) / 1000) - slackSeconds;
    for (const event of events) {
      const { message_id: id = 0, user_id, time_stamp: time = 0 } = event;
      const isCandidate = user_id === myId && id > newestKnown && time >= earliest;
      if (isCandidate && (await wasPosted(context, event, sought))) return { id, time, isChanged: isChanged(event) };
    }
    const [oldest] = events;
    const next = oldest?.message_id;
    // A busy room has more than one page since then.
    const isOver = next === undefined || next <= newestKnown || (oldest?.time_stamp ?? 0) < earliest;
    if (isOver || next >= (before ?? Number.POSITIVE_INFINITY)) return undefined;
    before = next;
  }
}

/** Whether a message had the text when it was posted. */
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

/** Whether a message of a list was changed since it was posted. */
function isChanged({ content, message_edits: edits = 0 }: RawEvent): boolean {
  return content === undefined || edits > 0;
}

/** Whether two texts are the same to the server, which changes line ends, trailing space and, where it shows them, long words. */
export function isSameText(source: string, text: string): boolean {
  const plain = (value: string): string => joinLongWords(value.replace(/\r\n?/g, "\n")).trimEnd();
  return plain(source) === plain(text);
}
