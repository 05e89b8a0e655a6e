/** Passes every event of a room on once and in order, and detects missing events. Pure: no clock, no requests. */
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";

/** The most events held during a recovery; one frame is always held, and discarded ones are fetched again. */
const MAX_HELD = 5_000;

export class Sequencer {
  /** Every event up to this id has been delivered, or is known not to belong to this room. */
  #covered: number;
  readonly #deliver: (event: RawEvent) => void;
  readonly #onHole: () => void;
  readonly #onRepeat: (events: number) => void;
  #held: RoomFrame[] | null = null;
  #heldEvents = 0;
  /** Whether frames were discarded because too many were held: their events must be fetched. */
  #hasDiscarded = false;

  /** @param onHole - requests a recovery; frames are held until {@link Sequencer.release} */
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

  /** Whether frames are held for a recovery. */
  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Holds frames from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /**
   * Accepts a frame from the socket, and delivers it if nothing before it is missing: it covers the ids (t - d, t]
   * (protocol.md §3.4).
   */
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

  /** Accepts the events of a recovery, complete from {@link Sequencer.covered} on, then the held frames. */
  release(recovered: RoomFrame | null): void {
    if (recovered) this.#pass(recovered);
    const held = this.#held ?? [];
    this.#held = null;
    this.#heldEvents = 0;
    // A late frame may be older than the recovered events; then its events are already known.
    for (const frame of held.sort((a, b) => (a.t ?? 0) - (b.t ?? 0))) this.accept(frame);
    if (!this.#hasDiscarded) return;
    this.#hasDiscarded = false;
    this.hold();
    this.#onHole();
  }

  /** Gives up the ids before the held frames; returns the first and last of them, or null when there are none. */
  skipHole(): { readonly from: number; readonly to: number } | null {
    let to = Number.POSITIVE_INFINITY;
    for (const { t, d } of this.#held ?? []) if (t !== undefined && d !== undefined) to = Math.min(to, t - d);
    if (!Number.isFinite(to) || to <= this.#covered) return null;
    const from = this.#covered + 1;
    this.#covered = to;
    return { from, to };
  }

  /** Jumps to another cursor; the caller has announced the ids in between as lost. */
  jump(to: number): void {
    this.#covered = to;
  }

  #keep(frame: RoomFrame): void {
    if (frame.events.length === 0 && frame.t === undefined) return;
    // A frame without events also counts: a recovery may be out for days.
    const size = Math.max(1, frame.events.length);
    if (this.#heldEvents > 0 && this.#heldEvents + size > MAX_HELD) {
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

/** Sorts events by id; most frames have only one. */
function inOrder(events: readonly RawEvent[]): readonly RawEvent[] {
  return events.length < 2 ? events : events.toSorted(byId);
}

function byId(a: RawEvent, b: RawEvent): number {
  return (numberOf(a.id) ?? 0) - (numberOf(b.id) ?? 0);
}

/** Whether there may be events between the covered ids and the beginning of the frame. */
function startsAfter({ t, d }: RoomFrame, covered: number): boolean {
  return t !== undefined && d !== undefined && t - d > covered;
}
