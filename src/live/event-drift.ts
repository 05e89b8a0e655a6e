/**
 * Looks at live events for what nobody knows: at the first of each type all, later at one in a hundred, so that it costs
 * next to nothing. A type that nobody knows is always noted.
 */
import type { DriftSink } from "../protocol/drift.js";
import { isKnownType, noteEvent } from "../protocol/event-drift.js";
import type { RawEvent } from "../protocol/raw.js";

const FIRST = 50;
const EVERY = 100;

export class EventDrift {
  readonly #sink: DriftSink;
  /** How many there were of each known type. */
  readonly #counts = new Map<number, number>();

  constructor(sink: DriftSink) {
    this.#sink = sink;
  }

  /** Notes what the event has that nobody knows, if this one is looked at. */
  look(event: RawEvent): void {
    const type = event.event_type;
    const count = (this.#counts.get(type) ?? 0) + 1;
    if (count > FIRST && count % EVERY !== 0) {
      this.#counts.set(type, count);
      return;
    }
    if (isKnownType(type)) this.#counts.set(type, count);
    noteEvent(this.#sink, event);
  }
}
