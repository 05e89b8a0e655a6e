/**
 * How chat lays a list of messages out in time (protocol.md §6.5): whose messages stand together, which groups carry a
 * time label, where "6 hours later…" goes. Pure.
 */
import type { MessageView } from "./views.js";

/** A new monologue starts after this many silent seconds. */
const MONOLOGUE_GAP = 600;
/** A label comes when the last one is this many seconds ago. */
const LABEL_GAP = 900;
/** "N hours later…" comes after this many silent seconds. */
const LATER_GAP = 3600;
/** At most this many monologues in a row go without a label. */
const UNLABELLED_LIMIT = 5;

/** Messages of one person without a long pause. */
export interface Monologue {
  readonly messages: MessageView[];
  /** The time to show in front, in unix seconds. */
  readonly label: number | null;
  /** Full hours of silence before, when worth a line. */
  readonly hoursLater: number | null;
}

/** The monologues of messages in ascending order. */
export function monologuesOf(messages: readonly MessageView[]): Monologue[] {
  const groups: Monologue[] = [];
  let previous: MessageView | null = null;
  let lastLabel: number | null = null;
  let unlabelled = 0;
  for (const message of messages) {
    const gap: number = previous === null ? 0 : message.timeStamp - previous.timeStamp;
    const last = groups.at(-1);
    if (last && previous && sameAuthor(previous, message) && gap <= MONOLOGUE_GAP) {
      last.messages.push(message);
    } else {
      const labelled: boolean =
        lastLabel === null || message.timeStamp - lastLabel > LABEL_GAP || unlabelled >= UNLABELLED_LIMIT;
      if (labelled) lastLabel = message.timeStamp;
      unlabelled = labelled ? 0 : unlabelled + 1;
      groups.push({
        messages: [message],
        label: labelled ? message.timeStamp : null,
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
