import { describe, expect, it } from "vitest";
import { parseFrame } from "./frames.js";

describe("a frame", () => {
  it.each([
    ["30", 30],
    ['"58"', 58],
    ["true", undefined],
    ['""', undefined],
    ['"soon"', undefined],
    ["null", undefined],
    ["[7]", undefined],
    ["1e999", undefined],
    ['{"toString":1,"valueOf":1}', undefined],
  ])("reads %s as a timeout of %s seconds", (timeout, seconds) => {
    expect(parseFrame(`{"r1":{"timeout":${timeout}}}`).rooms[0]?.timeout).toBe(seconds);
  });

  it.each([
    ["r1", 1],
    ["h12", 12],
    ["r007", 7],
    ["r123456789012345", 123_456_789_012_345],
    ["r1234567890123456", undefined],
    ["r", undefined],
    ["r1x", undefined],
    ["r-1", undefined],
    ["r1.5", undefined],
    ["R1", undefined],
    ["x1", undefined],
    ["1", undefined],
  ])("reads the key %s as room %s", (key, roomId) => {
    expect(parseFrame(`{"${key}":{}}`).rooms.map((room) => room.roomId)).toEqual(roomId === undefined ? [] : [roomId]);
  });

  it("sets aside half a million malformed events without throwing", () => {
    const { rooms, malformed } = parseFrame(`{"r1":{"e":[${"1,".repeat(499_999)}1],"t":5,"d":1}}`);
    expect(malformed).toHaveLength(500_000);
    expect(rooms[0]).toMatchObject({ events: [], isDamaged: true, t: 5 });
  });
});
