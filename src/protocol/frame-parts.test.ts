import { describe, expect, it } from "vitest";
import { ParseError } from "../errors/index.js";
import { parseFrame, readFrame } from "./frames.js";

const EVENT = { event_type: 1, id: 5, room_id: 1, message_id: 9 };

/** The first room of a frame with this part. */
const roomOf = (part: unknown): unknown => readFrame({ r1: part }).rooms[0];

describe("the room of a frame", () => {
  it("has the events, the newest id and the distance that the server wrote", () => {
    expect(roomOf({ e: [EVENT], t: 5, d: 1 })).toEqual({
      roomId: 1,
      events: [EVENT],
      t: 5,
      d: 1,
      exit: false,
      reset: false,
      timeout: undefined,
      isDamaged: false,
    });
  });

  it("is empty without any of them", () => {
    expect(roomOf({})).toMatchObject({ events: [], t: undefined, d: undefined, isDamaged: false });
  });

  it("leaves and resets only for true itself", () => {
    expect(roomOf({ exit: true, reset: true })).toMatchObject({ exit: true, reset: true });
    expect(roomOf({ exit: 1, reset: "true" })).toMatchObject({ exit: false, reset: false });
  });

  it.each([
    ["events that are no list", { e: "none" }],
    ["an event without a type", { e: [{ id: 5 }] }],
    ["an event whose type is no integer", { e: [{ ...EVENT, event_type: 1.5 }] }],
    ["an impossible id", { e: [{ ...EVENT, id: -1 }] }],
    ["an impossible message id", { e: [{ ...EVENT, message_id: 1e300 }] }],
    ["an impossible room id", { e: [{ ...EVENT, room_id: 0.5 }] }],
    ["an impossible newest id", { t: -5 }],
    ["an impossible distance", { t: 5, d: 0.5 }],
    ["a distance greater than the newest id", { t: 5, d: 6 }],
  ])("is damaged by %s", (_what, part) => {
    expect(roomOf(part)).toMatchObject({ isDamaged: true, events: [] });
  });

  it.each([
    ["a distance as large as the newest id", { t: 5, d: 5 }],
    ["counters that are no numbers", { t: "5", d: null }],
    ["a distance alone", { d: 7 }],
  ])("is not damaged by %s", (_what, part) => {
    expect(roomOf(part)).toMatchObject({ isDamaged: false });
  });

  it("keeps the good events beside a malformed one, which is set aside", () => {
    const { rooms, malformed } = readFrame({ r1: { e: [EVENT, 7, { ...EVENT, id: 6 }] } });
    expect(rooms[0]).toMatchObject({ events: [EVENT, { ...EVENT, id: 6 }], isDamaged: true });
    expect(malformed).toEqual([7]);
  });

  it("keeps an event without ids, and one whose ids are no numbers", () => {
    const events = [{ event_type: 1 }, { ...EVENT, id: "5", room_id: null }];
    expect(roomOf({ e: events })).toMatchObject({ events, isDamaged: false });
  });

  it.each(["5 seconds", "about 5", "1234567890123456"])("has no timeout of %j", (timeout) => {
    expect(roomOf({ timeout })).toMatchObject({ timeout: undefined });
  });

  it("is set aside when it is no object, and the other rooms are read", () => {
    const { rooms, malformed } = readFrame({ r1: 7, r2: {}, r3: [], r4: { e: [1] } });
    expect(rooms.map(({ roomId }) => roomId)).toEqual([2, 4]);
    expect(malformed).toEqual([7, [], 1]);
  });
});

describe("the keys of a frame", () => {
  it("are known: those of the host, and those of a room", () => {
    const room = { e: [], t: 1, d: 1, timeout: 3, reset: false, exit: false, ms: 4 };
    expect(readFrame({ r1: room, sync: 1, reset: true, ms: 2, action: "x" })).toMatchObject({
      unknownKeys: [],
      malformed: [],
    });
  });

  it("are noted when nobody knows them, in the frame and in a room", () => {
    expect(readFrame({ news: 1, r1: { more: 2 } }).unknownKeys).toEqual(["news", "more"]);
  });

  it("are noted up to ten", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key${n}`, n]));
    expect(readFrame(many).unknownKeys).toEqual(Array.from({ length: 10 }, (_, n) => `key${n}`));
  });
});

describe("a frame that is no object", () => {
  it.each(["7", "null", "[]", '"text"', "{", ""])("is not understood: %j", (text) => {
    expect(() => parseFrame(text)).toThrow(ParseError);
  });

  it("says what it lacks", () => {
    expect(() => parseFrame("{")).toThrow(/frame.*JSON/);
    expect(() => parseFrame("7")).toThrow(/frame.*an object with room keys/);
  });
});
