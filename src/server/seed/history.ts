/**
 * Generates days of messages, the same for the same seed: busy and quiet hours, questions, replies, mentions, edits,
 * deletions, stars. They are added as past messages, without events.
 */
import { UsageError } from "../../errors/index.js";
import { mentionName } from "../../protocol/markup/mentions.js";
import { renderMarkdown } from "../../protocol/markup/render.js";
import { splitReplyPrefix } from "../../protocol/markup/reply-prefix.js";
import type { SiteState } from "../site-state.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { HistoryMessage, type RenderLine } from "./history-message.js";
import { Talk } from "./history-talk.js";
import { timesOf } from "./history-times.js";

/** The authors, most active first. */
export type HistoryPeople = readonly [UserRecord, ...UserRecord[]];

/** The validated options of a history. */
export interface HistoryPlan {
  readonly room: RoomRecord;
  /** Finds or creates the authors. */
  readonly people: () => HistoryPeople;
  readonly messages: number;
  readonly days: number;
  /** Unix seconds; undefined means as late as possible. */
  readonly until: number | undefined;
  readonly seed: number;
}

/** The result of adding a history. */
export interface HistoryRange {
  readonly firstId: number;
  readonly lastId: number;
  /** Unix seconds. */
  readonly from: number;
  readonly until: number;
  readonly people: HistoryPeople;
}

/**
 * Adds a history to a room, before or after all existing messages of the site.
 * @throws {BAD_ARGUMENT} if it would overlap with existing messages, because ids ascend with time, or if the room cannot
 * hold it
 */
export function addHistory({ world }: SiteState, plan: HistoryPlan): HistoryRange {
  const { room, messages, days } = plan;
  const { maxMessagesPerRoom } = world.rules;
  if (room.messages.length + messages > maxMessagesPerRoom) {
    throw new UsageError(
      `a room holds at most ${maxMessagesPerRoom} messages, and this history would make it ${room.messages.length + messages}; raise the option maxMessagesPerRoom`,
    );
  }
  const { oldest, newest } = rangeOf(world);
  const until = Math.min(plan.until ?? oldest, world.now());
  const from = until - days * 86_400;
  const isBefore = until <= oldest;
  if (!isBefore && from <= newest) {
    throw new UsageError(
      `a history must be before or after all messages of the site, which are from ${time(oldest)} to ${time(newest)}; this one would be from ${time(from)} to ${time(until)}`,
    );
  }
  const firstId = isBefore ? world.messageIdsBefore(messages) : world.messageIdsAfter(messages);
  const people = world.at(from - 30 * 86_400, plan.people);
  const talk = new Talk(plan, people, firstId);
  const render = renderer(world);
  const said: MessageRecord[] = [];
  for (const timeStamp of timesOf(from, until, messages, plan.seed)) {
    const message = new HistoryMessage(talk.next(timeStamp), render);
    world.messages.set(message.id, message);
    world.changes.message(message);
    said.push(message);
  }
  room.messages = isBefore ? said.concat(room.messages) : room.messages.concat(said);
  room.messageCount += messages;
  remember(world, room, said);
  return { firstId, lastId: firstId + messages - 1, from, until, people };
}

/** The times of the first and the last message of the site in memory. */
function rangeOf(world: World): { oldest: number; newest: number } {
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { messages } of world.rooms.values()) {
    oldest = Math.min(oldest, messages[0]?.timeStamp ?? oldest);
    newest = Math.max(newest, messages.at(-1)?.timeStamp ?? newest);
  }
  return { oldest, newest };
}

function renderer(world: World): RenderLine {
  return (source, parentId) => {
    const parent = parentId === null ? undefined : world.messages.get(parentId);
    const author = world.rules.replyPrefixInContent && parent && world.users.get(parent.userId);
    const { replyTo, text } = splitReplyPrefix(source);
    const prefix = author && replyTo !== null ? `@${mentionName(author.name)} ` : "";
    return renderMarkdown(`${prefix}${text}`, { siteUrl: world.siteUrl });
  };
}

/** Updates the visits of the room and the last activity of the authors. */
function remember(world: World, room: RoomRecord, said: readonly MessageRecord[]): void {
  for (const { id, userId, timeStamp } of said) {
    const visit = world.at(timeStamp, () => world.visit(room, userId));
    const user = world.users.get(userId);
    visit.messageCount++;
    if ((visit.lastMessageId ?? 0) < id) visit.lastMessageId = id;
    visit.lastPost = Math.max(visit.lastPost, timeStamp);
    visit.lastSeen = Math.max(visit.lastSeen, timeStamp);
    world.changes.visit(room, userId);
    if (!user) continue;
    user.lastPost = Math.max(user.lastPost ?? 0, timeStamp);
    user.lastSeen = Math.max(user.lastSeen ?? 0, timeStamp);
  }
}

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);
