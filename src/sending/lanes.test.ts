import { describe, expect, it } from "vitest";
import {
  headOf,
  inOrder,
  type Lane,
  messageLane,
  type Queued,
  rankOf,
  roomLane,
  settingsLane,
  userLane,
} from "./lanes.js";

interface Named extends Queued {
  readonly name: string;
}

function queued(name: string, lane: Lane | undefined, more: Partial<Queued> = {}): Named {
  return { name, lane, priority: "normal", isReply: false, isStarted: false, ...more };
}

const ROOM = roomLane(1);
const MESSAGE = messageLane(7);
const namesOf = (lane: readonly Named[]): string[] => inOrder(lane).map(({ name }) => name);
const rank = (lane: readonly Named[]): number => {
  const head = headOf(lane);
  return head ? rankOf(head, lane) : Number.NaN;
};

describe("a lane", () => {
  it("carries its kind and its id", () => {
    expect([roomLane(1), messageLane(2), settingsLane(3), userLane(4)]).toEqual([
      { kind: "room", id: 1 },
      { kind: "message", id: 2 },
      { kind: "settings", id: 3 },
      { kind: "user", id: 4 },
    ]);
  });

  it("has no next action when it is empty", () => {
    expect(headOf([])).toBeUndefined();
    expect(inOrder([])).toEqual([]);
  });

  it("sends messages of one priority in the order of the calls", () => {
    expect(namesOf([queued("a", ROOM), queued("b", ROOM), queued("c", ROOM)])).toEqual(["a", "b", "c"]);
  });

  it("sends messages to a room by priority, and by the order of the calls within one", () => {
    const lane = [
      queued("low", ROOM, { priority: "low" }),
      queued("first", ROOM),
      queued("high", ROOM, { priority: "high" }),
      queued("second", ROOM),
      queued("high again", ROOM, { priority: "high" }),
    ];
    expect(namesOf(lane)).toEqual(["high", "high again", "first", "second", "low"]);
  });

  it("finishes an action that has begun before a more urgent one", () => {
    const lane = [
      queued("a", ROOM),
      queued("begun", ROOM, { isStarted: true }),
      queued("c", ROOM, { priority: "high" }),
    ];
    expect(namesOf(lane)).toEqual(["begun", "c", "a"]);
  });

  it.each([MESSAGE, settingsLane(1), userLane(1), undefined])(
    "keeps the order of the calls in the lane %j, whatever their priority",
    (kind) => {
      expect(namesOf([queued("a", kind), queued("b", kind, { priority: "high" })])).toEqual(["a", "b"]);
    },
  );
});

describe("the rank of a lane", () => {
  it("puts high priority before acts on messages, those before replies, those before messages, and low last", () => {
    expect(rank([queued("high", ROOM, { priority: "high" })])).toBe(0);
    expect(rank([queued("edit", MESSAGE)])).toBe(1);
    expect(rank([queued("reply", ROOM, { isReply: true })])).toBe(2);
    expect(rank([queued("message", ROOM)])).toBe(3);
    expect(rank([queued("settings", settingsLane(1))])).toBe(3);
    expect(rank([queued("without a lane", undefined)])).toBe(3);
    expect(rank([queued("low", ROOM, { priority: "low" })])).toBe(4);
    expect(rank([queued("low edit", MESSAGE, { priority: "low" })])).toBe(4);
  });

  it("gives a reply no advantage when it overtakes messages of its room", () => {
    const lane = [queued("begun later", ROOM), queued("reply", ROOM, { isReply: true, isStarted: true })];
    expect(rank(lane)).toBe(3);
  });

  it("makes the acts before an urgent one on the same message urgent as well", () => {
    expect(rank([queued("low", MESSAGE, { priority: "low" }), queued("high", MESSAGE, { priority: "high" })])).toBe(0);
  });

  it("does not make a message urgent because of one behind it", () => {
    const lane = [queued("begun", ROOM, { isStarted: true }), queued("high", ROOM, { priority: "high" })];
    expect(rank(lane)).toBe(3);
  });
});
