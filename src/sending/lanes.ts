/**
 * The order of actions: each has a lane, and within a lane one runs after the other. Among lanes the more urgent goes
 * first. Pure.
 */
import type { Priority } from "./options.js";

/** Actions of one lane run one after the other; other lanes do not wait for their trouble. */
export interface Lane {
  readonly kind: "room" | "message" | "settings" | "user";
  readonly id: number;
}

/** The lane of messages to a room. */
export const roomLane = (id: number): Lane => ({ kind: "room", id });

/** The lane of acts on a message: they have a time limit, so they are urgent. */
export const messageLane = (id: number): Lane => ({ kind: "message", id });

/** The lane of changes to a room itself: the last change wins. */
export const settingsLane = (roomId: number): Lane => ({ kind: "settings", id: roomId });

/** The lane of acts on a user. */
export const userLane = (id: number): Lane => ({ kind: "user", id });

/** The properties that decide the order of an action. */
export interface Queued {
  readonly lane: Lane | undefined;
  readonly priority: Priority;
  readonly isReply: boolean;
  /** It is running, or some of it was done, or may have been. Nothing of its lane overtakes it. */
  readonly isBegun: boolean;
}

const LOWEST_RANK = 4;

const classes: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

/** The next action of a lane: the most urgent of messages to a room, the first of acts on a message. */
export function headOf<T extends Queued>(lane: readonly T[]): T | undefined {
  const begun = lane.find(({ isBegun }) => isBegun);
  const [first] = lane;
  if (begun || first?.lane?.kind !== "room") return begun ?? first;
  return lane.reduce((best, next) => (classes[next.priority] < classes[best.priority] ? next : best), first);
}

/** The rank of the next action of a lane: lower goes first. */
export function rankOf<T extends Queued>(head: T, lane: readonly T[]): number {
  // An urgent act makes those before it on the same message urgent, too.
  const all = head.lane?.kind === "message" ? lane : [head];
  return all.reduce((least, queued) => Math.min(least, ownRank(queued, queued === lane[0])), LOWEST_RANK);
}

function ownRank({ priority, lane, isReply }: Queued, isFirst: boolean): number {
  if (priority === "high") return 0;
  if (priority === "low") return LOWEST_RANK;
  if (lane?.kind === "message") return 1;
  return isReply && isFirst ? 2 : 3;
}

/** The actions of a lane in the order in which they run. */
export function inOrder<T extends Queued>(lane: readonly T[]): T[] {
  const rest = [...lane];
  const ordered: T[] = [];
  for (let next = headOf(rest); next; next = headOf(rest)) {
    ordered.push(next);
    rest.splice(rest.indexOf(next), 1);
  }
  return ordered;
}
