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
  ])("takes %s as a timeout of %s seconds", (timeout, seconds) => {
    expect(parseFrame(`{"r1":{"timeout":${timeout}}}`).rooms[0]?.timeout).toBe(seconds);
  });
});
