/**
 * Sequences the events of a room: passes every event once, in order, and notices when one must be missing. Knows which
 * have been delivered, and which wait. Pure: no clock, no requests.
 */
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";

/** The limit of events that wait for a recovery; one frame is always held, and the others are fetched again. */
const HELD_LIMIT = 5_000;

export class Sequencer {
  /** Every event up to this id has been delivered, or is known not to be for this room. */
  #covered: number;
  readonly #deliver: (event: RawEvent) => void;
  readonly #onHole: () => void;
  readonly #onRepeat: (events: number) => void;
  #held: RoomFrame[] | null = null;
  #heldEvents = 0;
  /** Frames came that did not fit: their events must be fetched. */
  #hasDiscarded = false;

  /** @param onHole - asks for a recovery; frames wait until {@link Sequencer.release}. */
  constructor(
    covered: number,
    deliver: (event: RawEvent) => void,
    onHole: () => void,
    onRepeat: (events: number) => void,
  ) {
    this.#onRepeat = onRepeat;
    this.#covered = covered;
    this.#deliver = deliver;
    this.#onHole = onHole;
  }

  get covered(): number {
    return this.#covered;
  }

  /** Whether frames wait for a recovery. */
  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Holds frames back from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** A frame of the socket: delivered if nothing before it is missing (protocol.md §3.4: it covers the ids (t - d, t]). */
  accept(frame: RoomFrame): void {
    if (this.#held) {
      this.#keep(frame);
      return;
    }
    if (startsAfter(frame, this.#covered)) {
      this.hold();
      this.#keep(frame);
      this.#onHole();
      return;
    }
    this.#pass(frame);
  }

  /** Takes the events of a recovery, complete from {@link Sequencer.covered} on; then the frames that waited. */
  release(recovered: RoomFrame | null): void {
    if (recovered) this.#pass(recovered);
    const held = this.#held ?? [];
    this.#held = null;
    this.#heldEvents = 0;
    // A late frame may be older than the recovered events; its events are known by then.
    for (const frame of held.sort((a, b) => (a.t ?? 0) - (b.t ?? 0))) this.accept(frame);
    if (!this.#hasDiscarded) return;
    this.#hasDiscarded = false;
    this.hold();
    this.#onHole();
  }

  /** Gives up the ids before the waiting frames: returns the first and the last, or null when there are none. */
  skipHole(): { readonly from: number; readonly to: number } | null {
    let to = Number.POSITIVE_INFINITY;
    for (const { t, d } of this.#held ?? []) if (t !== undefined && d !== undefined) to = Math.min(to, t - d);
    if (!Number.isFinite(to) || to <= this.#covered) return null;
    const from = this.#covered + 1;
    this.#covered = to;
    return { from, to };
  }

  /** Starts over at another cursor: the ids in between are lost, and the caller has announced that. */
  jump(to: number): void {
    this.#covered = to;
  }

  #keep(frame: RoomFrame): void {
    if (frame.events.length === 0 && frame.t === undefined) return;
    // A tick without events takes room as well: an outage of the recovery may last for days.
    const size = Math.max(1, frame.events.length);
    if (this.#heldEvents > 0 && this.#heldEvents + size > HELD_LIMIT) {
      this.#hasDiscarded = true;
      return;
    }
    this.#heldEvents += size;
    this.#held?.push(frame);
  }

  #pass(frame: RoomFrame): void {
    let newest = Math.max(this.#covered, frame.t ?? 0);
    let repeats = 0;
    for (const event of inOrder(frame.events)) {
      const id = numberOf(event.id);
      if (id !== undefined && id <= this.#covered) {
        repeats += 1;
        continue;
      }
      if (id !== undefined) this.#covered = id;
      newest = Math.max(newest, id ?? 0);
      this.#deliver(event);
    }
    this.#covered = newest;
    if (repeats > 0) this.#onRepeat(repeats);
  }
}

/** Most frames have one event. */
function inOrder(events: readonly RawEvent[]): readonly RawEvent[] {
  return events.length < 2 ? events : events.toSorted(byId);
}

function byId(a: RawEvent, b: RawEvent): number {
  return (numberOf(a.id) ?? 0) - (numberOf(b.id) ?? 0);
}

/** Whether events may lie between what is covered and where a frame begins. */
function startsAfter({ t, d }: RoomFrame, covered: number): boolean {
  return t !== undefined && d !== undefined && t - d > covered;
}
