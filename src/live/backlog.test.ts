import { describe, expect, it } from "vitest";
import { Backlog, type Overflow } from "./backlog.js";
import type { RoomMark } from "./cursors.js";
import type { ChatEvent } from "./events.js";
import { RoomProgress } from "./progress.js";
import { type Delivery, Subscription } from "./subscription.js";

const DROPS: number[] = [];

function backlogOf(limit: number, overflow: Overflow): Backlog<string> {
  DROPS.length = 0;
  return new Backlog({ limit, overflow, onDrop: (dropped) => DROPS.push(dropped) });
}

/** Deliveries of events with these ids, as a room with a state makes them. */
function deliveries(...ids: number[]): Delivery[] {
  const store = { together: (act: () => void) => act(), noteCursor: () => {}, noteDone: () => {} };
  const mark: RoomMark = { cursor: 0, done: [] };
  const progress = new RoomProgress(1, store, mark);
  const made: Delivery[] = [];
  const subscription = new Subscription({
    onEvent: (_event, delivery) => {
      if (delivery) made.push(delivery);
    },
    onEnd: () => {},
  });
  const event = {} as ChatEvent;
  for (const id of ids) subscription.deliver(event, progress.begin(id, 1), progress);
  return made;
}

function drain(backlog: Backlog<string>): unknown[] {
  const all: unknown[] = [];
  for (let next = backlog.shift(); next; next = backlog.shift()) all.push(next.lost ?? next.value);
  return all;
}

describe("the backlog", () => {
  it("gives values in the order in which they arrived", () => {
    const backlog = backlogOf(3, "fail");
    expect(backlog.isEmpty).toBe(true);
    expect(["a", "b", "c"].map((value) => backlog.push(value, undefined))).toEqual([true, true, true]);
    expect([backlog.size, backlog.isEmpty, backlog.values]).toEqual([3, false, ["a", "b", "c"]]);
    expect(drain(backlog)).toEqual(["a", "b", "c"]);
    expect([backlog.size, backlog.isEmpty, backlog.values]).toEqual([0, true, []]);
    expect(backlog.shift()).toBeUndefined();
  });

  it("refuses a value beyond its limit under the policy fail, and keeps the others", () => {
    const backlog = backlogOf(2, "fail");
    expect(["a", "b", "c"].map((value) => backlog.push(value, undefined))).toEqual([true, true, false]);
    expect([drain(backlog), backlog.dropped, DROPS]).toEqual([["a", "b"], 0, []]);
  });

  it("loses the oldest value under the policy drop-oldest, and counts", () => {
    const backlog = backlogOf(2, "drop-oldest");
    for (const value of ["a", "b", "c", "d"]) expect(backlog.push(value, undefined)).toBe(true);
    expect([backlog.size, backlog.dropped, DROPS]).toEqual([2, 2, [1, 2]]);
    expect(drain(backlog)).toEqual(["c", "d"]);
  });

  it("loses the newest value under the policy drop-newest, and counts", () => {
    const backlog = backlogOf(2, "drop-newest");
    for (const value of ["a", "b", "c", "d"]) expect(backlog.push(value, undefined)).toBe(true);
    expect([backlog.size, backlog.dropped, DROPS]).toEqual([2, 2, [1, 2]]);
    expect(drain(backlog)).toEqual(["a", "b"]);
  });

  it("has room again after a value was taken", () => {
    const backlog = backlogOf(1, "fail");
    backlog.push("a", undefined);
    backlog.shift();
    expect(backlog.push("b", undefined)).toBe(true);
  });

  it("marks the range of the oldest ids that were lost, before the values that wait", () => {
    const backlog = backlogOf(2, "drop-oldest");
    for (const [index, delivery] of deliveries(11, 12, 13, 14, 15).entries()) backlog.push(`v${index}`, delivery);
    expect(backlog.values).toEqual(["v3", "v4"]);
    expect(drain(backlog)).toEqual([{ from: 11, to: 13 }, "v3", "v4"]);
  });

  it("marks the oldest ids that were lost also after values were taken", () => {
    const backlog = backlogOf(2, "drop-oldest");
    const [a, b, c, d] = deliveries(11, 12, 13, 14);
    backlog.push("a", a);
    backlog.push("b", b);
    backlog.shift();
    backlog.push("c", c);
    backlog.push("d", d);
    expect(drain(backlog)).toEqual([{ from: 12, to: 12 }, "c", "d"]);
  });

  it("marks the range of the newest ids that were lost, after the values that wait", () => {
    const backlog = backlogOf(2, "drop-newest");
    for (const [index, delivery] of deliveries(11, 12, 13, 14, 15).entries()) backlog.push(`v${index}`, delivery);
    expect(drain(backlog)).toEqual(["v0", "v1", { from: 13, to: 15 }]);
  });

  it("marks the oldest ids that were lost also after a thousand values were taken", () => {
    const backlog = backlogOf(1_000, "drop-oldest");
    for (let n = 0; n < 1_024; n++) {
      backlog.push("before", undefined);
      backlog.shift();
    }
    const waiting = deliveries(...Array.from({ length: 1_001 }, (_, n) => 11 + n));
    for (const delivery of waiting) backlog.push(`v${delivery.event.id}`, delivery);
    const [mark, first, ...rest] = drain(backlog);
    expect([mark, first, rest.length, rest.at(-1)]).toEqual([{ from: 11, to: 11 }, "v12", 999, "v1011"]);
  });

  it("starts a new mark when values arrived between two losses", () => {
    const backlog = backlogOf(1, "drop-newest");
    const [a, b, c, d] = deliveries(11, 12, 13, 14);
    backlog.push("a", a);
    backlog.push("b", b);
    backlog.shift();
    backlog.push("c", c);
    backlog.push("d", d);
    expect(drain(backlog)).toEqual([{ from: 12, to: 12 }, "c", { from: 14, to: 14 }]);
  });

  it("does not count a mark as a value that waits", () => {
    const backlog = backlogOf(1, "drop-oldest");
    const [a, b] = deliveries(11, 12);
    backlog.push("a", a);
    backlog.push("b", b);
    expect([backlog.size, backlog.isEmpty]).toEqual([1, false]);
    backlog.shift();
    expect([backlog.size, backlog.isEmpty]).toEqual([1, false]);
  });

  it("counts a lost value as done, so that the cursor moves on", () => {
    const backlog = backlogOf(1, "drop-oldest");
    const [a, b] = deliveries(11, 12);
    backlog.push("a", a);
    backlog.push("b", b);
    expect(a?.progress.mark).toEqual({ cursor: 11, done: [] });
  });

  it("is empty after clear", () => {
    const backlog = backlogOf(2, "fail");
    backlog.push("a", undefined);
    backlog.push("b", undefined);
    backlog.shift();
    backlog.clear();
    expect([backlog.size, backlog.isEmpty, backlog.shift()]).toEqual([0, true, undefined]);
    expect(backlog.push("c", undefined)).toBe(true);
    expect(drain(backlog)).toEqual(["c"]);
  });

  it("gives 5,000 values in order while others arrive", () => {
    const backlog = backlogOf(10_000, "fail");
    const taken: unknown[] = [];
    for (let n = 0; n < 5_000; n++) {
      backlog.push(`v${n}`, undefined);
      if (n % 3 > 0) taken.push(backlog.shift()?.value);
    }
    expect(backlog.size).toBe(5_000 - taken.length);
    taken.push(...drain(backlog));
    expect(taken).toEqual(Array.from({ length: 5_000 }, (_, n) => `v${n}`));
  });
});
