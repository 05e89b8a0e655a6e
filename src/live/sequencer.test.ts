import { describe, expect, it } from "vitest";
import type { RoomFrame } from "../protocol/frames.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { Sequencer } from "./sequencer.js";

const eventOf = (id: number | undefined): RawEvent => ({
  event_type: EventType.MessagePosted,
  ...(id === undefined ? {} : { id }),
});

interface FrameFacts {
  readonly t?: number;
  readonly d?: number;
}

function frameOf(ids: readonly (number | undefined)[], { t, d }: FrameFacts = {}): RoomFrame {
  const rest = { roomId: 1, exit: false, reset: false, timeout: undefined, isDamaged: false };
  return { ...rest, events: ids.map(eventOf), t, d };
}

/** A sequencer that has covered everything up to 100, with what it did. */
function sequencing(): { sequencer: Sequencer; heard: (number | undefined)[]; holes: number[]; repeats: number[] } {
  const heard: (number | undefined)[] = [];
  const holes: number[] = [];
  const repeats: number[] = [];
  const sequencer: Sequencer = new Sequencer(
    100,
    ({ id }) => heard.push(id),
    () => holes.push(sequencer.covered),
    (events) => repeats.push(events),
  );
  return { sequencer, heard, holes, repeats };
}

describe("the sequencer", () => {
  it("delivers the events of a frame that follows on, in the order of their ids", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.accept(frameOf([103, 101, 102], { t: 103, d: 3 }));
    expect([heard, holes, sequencer.covered, sequencer.isHolding]).toEqual([[101, 102, 103], [], 103, false]);
  });

  it("delivers two events of a frame in the order of their ids", () => {
    const { sequencer, heard } = sequencing();
    sequencer.accept(frameOf([102, 101], { t: 102, d: 2 }));
    expect(heard).toEqual([101, 102]);
  });

  it("delivers an event that a frame has twice only once", () => {
    const { sequencer, heard, repeats } = sequencing();
    sequencer.accept(frameOf([101, 101], { t: 101, d: 1 }));
    expect([heard, repeats]).toEqual([[101], [1]]);
  });

  it("knows replayed events also beside an event without an id", () => {
    const { sequencer, heard, repeats } = sequencing();
    sequencer.accept(frameOf([undefined, 100]));
    expect([heard, repeats]).toEqual([[undefined], [1]]);
  });

  it("delivers a replayed event only once, and reports the replay", () => {
    const { sequencer, heard, repeats } = sequencing();
    sequencer.accept(frameOf([101], { t: 101, d: 1 }));
    sequencer.accept(frameOf([100, 101, 102], { t: 102, d: 3 }));
    expect([heard, repeats]).toEqual([[101, 102], [2]]);
  });

  it("delivers an event without an id, and moves no cursor for it", () => {
    const { sequencer, heard } = sequencing();
    sequencer.accept(frameOf([undefined]));
    expect([heard, sequencer.covered]).toEqual([[undefined], 100]);
  });

  it("covers the ids of a frame without events", () => {
    const { sequencer } = sequencing();
    sequencer.accept(frameOf([], { t: 105, d: 5 }));
    expect(sequencer.covered).toBe(105);
  });

  it("never moves its cursor back", () => {
    const { sequencer, heard } = sequencing();
    sequencer.accept(frameOf([], { t: 90, d: 1 }));
    expect([sequencer.covered, heard]).toEqual([100, []]);
  });

  it("holds a frame that begins after the next id, and asks for a recovery once", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.accept(frameOf([102], { t: 102, d: 1 }));
    sequencer.accept(frameOf([103], { t: 103, d: 1 }));
    expect([heard, holes, sequencer.isHolding, sequencer.covered]).toEqual([[], [100], true, 100]);
  });

  it("takes a frame that does not say where it begins", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.accept(frameOf([109], { t: 109 }));
    sequencer.accept(frameOf([111], { d: 1 }));
    expect([heard, holes]).toEqual([[109, 111], []]);
  });

  it("delivers recovered events first, then the frames that waited, oldest first", () => {
    const { sequencer, heard, holes, repeats } = sequencing();
    sequencer.accept(frameOf([104], { t: 104, d: 1 }));
    sequencer.accept(frameOf([103], { t: 103, d: 1 }));
    sequencer.release(frameOf([101, 102, 103], { t: 103 }));
    expect([heard, holes, repeats]).toEqual([[101, 102, 103, 104], [100], [1]]);
    expect([sequencer.covered, sequencer.isHolding]).toEqual([104, false]);
  });

  it("holds again when the recovery leaves another hole", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.accept(frameOf([105], { t: 105, d: 1 }));
    sequencer.release(frameOf([101], { t: 101 }));
    expect([heard, holes, sequencer.isHolding]).toEqual([[101], [100, 101], true]);
  });

  it("holds frames from a call of hold on, and releases them without a recovery", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.hold();
    sequencer.accept(frameOf([101], { t: 101, d: 1 }));
    sequencer.hold();
    expect([heard, holes, sequencer.isHolding]).toEqual([[], [], true]);
    sequencer.release(null);
    expect([heard, sequencer.isHolding]).toEqual([[101], false]);
  });

  it("delivers a frame without counters that came while it waited", () => {
    const { sequencer, heard } = sequencing();
    sequencer.hold();
    sequencer.accept(frameOf([101]));
    sequencer.release(null);
    expect(heard).toEqual([101]);
  });

  it("takes recovered events also when no frame waits", () => {
    const { sequencer, heard } = sequencing();
    sequencer.release(frameOf([101], { t: 101 }));
    expect([heard, sequencer.isHolding]).toEqual([[101], false]);
  });

  it("gives up the ids before the earliest frame that says where it begins", () => {
    const { sequencer } = sequencing();
    sequencer.hold();
    sequencer.accept(frameOf([105], { t: 105 }));
    sequencer.accept(frameOf([106], { d: 1 }));
    sequencer.accept(frameOf([110], { t: 110, d: 1 }));
    expect(sequencer.skipHole()).toEqual({ from: 101, to: 109 });
  });

  it("gives up the ids before the earliest frame that waits", () => {
    const { sequencer, heard } = sequencing();
    sequencer.accept(frameOf([110], { t: 110, d: 1 }));
    sequencer.accept(frameOf([107], { t: 107, d: 2 }));
    expect(sequencer.skipHole()).toEqual({ from: 101, to: 105 });
    expect(sequencer.covered).toBe(105);
    sequencer.release(null);
    expect(heard).toEqual([107]);
  });

  it("has no ids to give up when nothing waits, when nothing is missing, or when no frame says where it begins", () => {
    const { sequencer } = sequencing();
    expect(sequencer.skipHole()).toBeNull();
    sequencer.hold();
    sequencer.accept(frameOf([105], { t: 105 }));
    sequencer.accept(frameOf([106], { d: 1 }));
    expect(sequencer.skipHole()).toBeNull();
    sequencer.accept(frameOf([101], { t: 101, d: 1 }));
    expect([sequencer.skipHole(), sequencer.covered]).toEqual([null, 100]);
  });

  it("starts over at another cursor after a jump, also an earlier one", () => {
    const { sequencer, heard } = sequencing();
    sequencer.jump(50);
    sequencer.accept(frameOf([51], { t: 51, d: 1 }));
    expect([heard, sequencer.covered]).toEqual([[51], 51]);
  });

  it("keeps 5,000 events at most while it waits, and recovers the others afterward", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.hold();
    for (let id = 101; id <= 5_101; id++) sequencer.accept(frameOf([id], { t: id, d: 1 }));
    sequencer.release(null);
    expect([heard.length, heard.at(-1), holes, sequencer.isHolding]).toEqual([5_000, 5_100, [5_100], true]);
    sequencer.release(frameOf([5_101], { t: 5_101 }));
    expect([heard.length, sequencer.isHolding, holes]).toEqual([5_001, false, [5_100]]);
  });

  it("keeps one frame however large it is, and counts ticks without events against the limit", () => {
    const { sequencer, heard, holes } = sequencing();
    sequencer.hold();
    const ids = Array.from({ length: 6_000 }, (_, n) => 101 + n);
    sequencer.accept(frameOf(ids, { t: 6_100, d: 6_000 }));
    sequencer.accept(frameOf([], { t: 6_101, d: 1 }));
    sequencer.release(null);
    expect([heard.length, holes]).toEqual([6_000, [6_100]]);
  });

  it("does not keep a frame that says nothing", () => {
    const { sequencer, holes } = sequencing();
    sequencer.hold();
    for (let n = 0; n < 6_000; n++) sequencer.accept(frameOf([]));
    sequencer.accept(frameOf([101], { t: 101, d: 1 }));
    sequencer.release(null);
    expect([sequencer.covered, holes, sequencer.isHolding]).toEqual([101, [], false]);
  });

  it("counts held events afresh after a release", () => {
    const { sequencer, heard, holes } = sequencing();
    for (let round = 0; round < 3; round++) {
      sequencer.hold();
      for (let n = 0; n < 2_000; n++) {
        const id = 101 + round * 2_000 + n;
        sequencer.accept(frameOf([id], { t: id, d: 1 }));
      }
      sequencer.release(null);
    }
    expect([heard.length, holes]).toEqual([6_000, []]);
  });
});
