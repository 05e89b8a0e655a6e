import { describe, expect, it } from "vitest";
import { RoomProgress } from "./progress.js";

/** The progress of room 1 from a mark on, with the changes that were stored. */
function progressFrom(cursor: number, done: readonly number[] = []): { progress: RoomProgress; stored: string[] } {
  const stored: string[] = [];
  const store = {
    together: (act: () => void) => act(),
    noteCursor: (roomId: number, to: number) => stored.push(`room ${roomId}: cursor ${to}`),
    noteDone: (roomId: number, id: number) => stored.push(`room ${roomId}: done ${id}`),
  };
  return { progress: new RoomProgress(1, store, { cursor, done }), stored };
}

describe("the progress of a room", () => {
  it("moves its cursor past events that are acknowledged in order", () => {
    const { progress, stored } = progressFrom(100);
    for (const id of [101, 105]) progress.finish(progress.begin(id, 1));
    expect([progress.mark, stored]).toEqual([{ cursor: 105, done: [] }, ["room 1: cursor 101", "room 1: cursor 105"]]);
  });

  it("stays before an open event, and remembers the events acknowledged beyond it", () => {
    const { progress, stored } = progressFrom(100);
    const [first, second, third] = [101, 103, 104].map((id) => progress.begin(id, 1));
    if (!first || !second || !third) throw new Error("three events are open");
    progress.finish(third);
    progress.finish(second);
    expect([progress.mark, progress.newestOpen]).toEqual([{ cursor: 100, done: [103, 104] }, 101]);
    progress.finish(first);
    expect([progress.mark, progress.newestOpen]).toEqual([{ cursor: 104, done: [] }, undefined]);
    expect(stored).toEqual(["room 1: done 104", "room 1: done 103", "room 1: cursor 104"]);
  });

  it("moves up to the event before the oldest one that is still open", () => {
    const { progress } = progressFrom(100);
    const [first, second, third] = [101, 103, 107].map((id) => progress.begin(id, 1));
    if (!first || !second || !third) throw new Error("three events are open");
    progress.finish(first);
    expect(progress.mark).toEqual({ cursor: 101, done: [] });
    progress.finish(third);
    expect(progress.mark).toEqual({ cursor: 101, done: [107] });
    progress.finish(second);
    expect(progress.mark).toEqual({ cursor: 107, done: [] });
  });

  it("waits until every listener has acknowledged an event", () => {
    const { progress } = progressFrom(100);
    const event = progress.begin(101, 2);
    progress.finish(event);
    expect(progress.mark.cursor).toBe(100);
    progress.finish(event);
    expect(progress.mark.cursor).toBe(101);
  });

  it("skips events that are acknowledged or open, and no others", () => {
    const { progress } = progressFrom(100, [103]);
    progress.begin(101, 1);
    expect([101, 102, 103, 104].map((id) => progress.skip(id))).toEqual([true, false, true, false]);
  });

  it("covers a skipped event, so that the next one follows on", () => {
    const { progress } = progressFrom(100, [102]);
    progress.finish(progress.begin(101, 1));
    expect(progress.skip(102)).toBe(true);
    const next = progress.begin(103, 1);
    expect(next.before).toBe(102);
    progress.finish(next);
    expect(progress.mark).toEqual({ cursor: 103, done: [] });
  });

  it("keeps its cursor before abandoned events, which are delivered again", () => {
    const { progress } = progressFrom(100);
    const [first, second] = [101, 102].map((id) => progress.begin(id, 1));
    if (!first || !second) throw new Error("two events are open");
    progress.abandon([first, second]);
    expect([progress.mark, progress.newestOpen, progress.skip(101)]).toEqual([
      { cursor: 100, done: [] },
      undefined,
      false,
    ]);
    const again = progress.begin(101, 1);
    expect(again.before).toBe(100);
    progress.finish(again);
    expect(progress.mark.cursor).toBe(101);
  });

  it("takes no acknowledgment of an event that was abandoned", () => {
    const { progress, stored } = progressFrom(100);
    const event = progress.begin(101, 1);
    progress.abandon([event]);
    progress.finish(event);
    expect([progress.mark.cursor, stored]).toEqual([100, []]);
  });

  it("does not abandon an event that was acknowledged or delivered again since", () => {
    const { progress } = progressFrom(100);
    const first = progress.begin(101, 1);
    progress.finish(first);
    progress.abandon([first]);
    expect(progress.begin(102, 1).before).toBe(101);
  });

  it("covers ids without events only while none is open", () => {
    const { progress, stored } = progressFrom(100);
    progress.skipTo(110);
    progress.skipTo(105);
    expect([progress.mark.cursor, stored]).toEqual([110, ["room 1: cursor 110"]]);
    const event = progress.begin(111, 1);
    progress.skipTo(120);
    expect(progress.mark.cursor).toBe(110);
    progress.abandon([event]);
    expect(progress.mark.cursor).toBe(110);
  });

  it("does not cover ids while an earlier event must be delivered again", () => {
    const { progress } = progressFrom(100, [103]);
    progress.skip(103);
    progress.skipTo(110);
    expect(progress.mark).toEqual({ cursor: 100, done: [103] });
  });

  it("delivers everything after its cursor again after a rewind", () => {
    const { progress } = progressFrom(100, [103]);
    progress.skip(103);
    progress.rewind();
    expect(progress.begin(101, 1).before).toBe(100);
  });

  it("begins again after an event with a lower id, because the server counts anew", () => {
    const { progress, stored } = progressFrom(100, [105]);
    const old = progress.begin(101, 1);
    progress.begin(107, 1);
    const event = progress.begin(7, 1);
    expect([progress.mark, progress.newestOpen, event.before]).toEqual([{ cursor: 6, done: [] }, 7, 6]);
    progress.finish(old);
    progress.finish(event);
    expect([progress.mark, stored]).toEqual([{ cursor: 7, done: [] }, ["room 1: cursor 6", "room 1: cursor 7"]]);
  });

  it("remembers 10,000 acknowledged events beyond its cursor, and no more", () => {
    const { progress } = progressFrom(100);
    progress.begin(101, 1);
    for (let id = 102; id < 102 + 10_001; id++) progress.finish(progress.begin(id, 1));
    const { cursor, done } = progress.mark;
    expect([cursor, done.length, done.at(-1)]).toEqual([100, 10_000, 10_101]);
  });
});
