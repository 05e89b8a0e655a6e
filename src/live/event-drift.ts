/**
 * Samples live events for unknown types and keys: the first of each type all, later one in a hundred, so that it costs
 * almost nothing. An unknown type is always noted.
 */
import type { DriftSink } from "../protocol/drift.js";
import { isKnownEventType, noteEvent } from "../protocol/event-drift.js";
import type { RawEvent } from "../protocol/raw.js";

const CHECKED_FIRST = 50;
const CHECKED_EVERY = 100;

export class EventDrift {
  readonly #sink: DriftSink;
  /** The number of events so far, by known type. */
  readonly #counts = new Map<number, number>();

  constructor(sink: DriftSink) {
    this.#sink = sink;
  }

  /** Notes what is unknown about the event, if it is sampled. */
  look(event: RawEvent): void {
    const type = event.event_type;
    const count = (this.#counts.get(type) ?? 0) + 1;
    if (count > CHECKED_FIRST && count % CHECKED_EVERY !== 0) {
      this.#counts.set(type, count);
      return;
    }
    if (isKnownEventType(type)) this.#counts.set(type, count);
    noteEvent(this.#sink, event);
  }
}
