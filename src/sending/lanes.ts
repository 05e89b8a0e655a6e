/** The order of actions. Actions in one lane run one at a time; among lanes the more urgent action runs first. Pure. */
import type { Priority } from "./options.js";

/** A lane: its actions run one at a time, and their failures do not delay other lanes. */
export interface Lane {
  readonly kind: "room" | "message" | "settings" | "user";
  readonly id: number;
}

/** The lane of messages to a room. */
export const roomLane = (id: number): Lane => ({ kind: "room", id });

/** The lane of actions on a message, which are urgent because they have a time limit. */
export const messageLane = (id: number): Lane => ({ kind: "message", id });

/** The lane of changes to a room's settings: the last change wins. */
export const settingsLane = (roomId: number): Lane => ({ kind: "settings", id: roomId });

/** The lane of actions on a user. */
export const userLane = (id: number): Lane => ({ kind: "user", id });

/** The properties that determine the order of an action. */
export interface Queued {
  readonly lane: Lane | undefined;
  readonly priority: Priority;
  readonly isReply: boolean;
  /** Whether it is running, partly done, or possibly done. Nothing in its lane overtakes it. */
  readonly isStarted: boolean;
}

const LOWEST_RANK = 4;

const PRIORITY_RANKS: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

/** The next action of a lane: the most urgent one for messages to a room, the first one for other lanes. */
export function headOf<T extends Queued>(lane: readonly T[]): T | undefined {
  const started = lane.find(({ isStarted }) => isStarted);
  const [first] = lane;
  if (started || first?.lane?.kind !== "room") return started ?? first;
  return lane.reduce(
    (best, next) => (PRIORITY_RANKS[next.priority] < PRIORITY_RANKS[best.priority] ? next : best),
    first,
  );
}

/** The rank of the next action of a lane: lower runs first. */
export function rankOf<T extends Queued>(head: T, lane: readonly T[]): number {
  // An urgent action on a message makes the actions before it urgent, too.
  const all = head.lane?.kind === "message" ? lane : [head];
  return all.reduce((least, queued) => Math.min(least, ownRank(queued, queued === lane[0])), LOWEST_RANK);
}

function ownRank({ priority, lane, isReply }: Queued, isFirst: boolean): number {
  if (priority === "high") return 0;
  if (priority === "low") return LOWEST_RANK;
  if (lane?.kind === "message") return 1;
  return isReply && isFirst ? 2 : 3;
}

/** The actions of a lane in execution order. */
export function inOrder<T extends Queued>(lane: readonly T[]): T[] {
  const rest = [...lane];
  const ordered: T[] = [];
  for (let next = headOf(rest); next; next = headOf(rest)) {
    ordered.push(next);
    rest.splice(rest.indexOf(next), 1);
  }
  return ordered;
}
