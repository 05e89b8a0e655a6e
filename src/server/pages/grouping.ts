/**
 * Groups messages into monologues as chat does (protocol.md §6.5), and decides which groups get a time label and where
 * "6 hours later…" goes. Pure.
 */
import type { MessageView } from "./views.js";

/** A new monologue starts after this many silent seconds. */
const MONOLOGUE_GAP = 600;
/** A monologue gets a label if the last one is more than this many seconds ago. */
const LABEL_GAP = 900;
/** "N hours later…" appears after this many silent seconds. */
const LATER_GAP = 3600;
/** The most monologues in a row without a label. */
const UNLABELED_LIMIT = 5;

/** Consecutive messages of one user without a long pause. */
export interface Monologue {
  readonly messages: MessageView[];
  /** The time label in unix seconds; null for none. */
  readonly label: number | null;
  /** The full hours of silence before it, if they get a line. */
  readonly hoursLater: number | null;
}

/** Groups messages, which must be in ascending order. */
export function monologuesOf(messages: readonly MessageView[]): Monologue[] {
  const groups: Monologue[] = [];
  let previous: MessageView | null = null;
  let lastLabel: number | null = null;
  let unlabeled = 0;
  for (const message of messages) {
    const gap: number = previous === null ? 0 : message.timeStamp - previous.timeStamp;
    const last = groups.at(-1);
    if (last && previous && sameAuthor(previous, message) && gap <= MONOLOGUE_GAP) {
      last.messages.push(message);
    } else {
      const isLabeled: boolean =
        lastLabel === null || message.timeStamp - lastLabel > LABEL_GAP || unlabeled >= UNLABELED_LIMIT;
      if (isLabeled) lastLabel = message.timeStamp;
      unlabeled = isLabeled ? 0 : unlabeled + 1;
      groups.push({
        messages: [message],
        label: isLabeled ? message.timeStamp : null,
        hoursLater: gap > LATER_GAP ? Math.floor(gap / 3600) : null,
      });
    }
    previous = message;
  }
  return groups;
}

function sameAuthor(one: MessageView, other: MessageView): boolean {
  return one.userId === other.userId && (one.userId !== null || one.userName === other.userName);
}
