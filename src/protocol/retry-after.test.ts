import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.js";

const DATE = "Tue, 01 Jan 2030 00:00:00 GMT";

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    [" 120 ", 120_000],
    ["999999999", 86_400_000],
    ["Tue, 01 Jan 2030 00:02:00 GMT", 120_000],
    ["Mon, 31 Dec 2029 00:00:00 GMT", 0],
    ["1.5", null],
    ["-1", null],
    ["soon", null],
    ["2030", 2_030_000],
    ["Tue, 41 Jan 2030 00:00:00 GMT", null],
  ])("of %j is %j ms", (value, ms) => {
    expect(parseRetryAfter({ headers: { "retry-after": value, date: DATE } })).toBe(ms);
  });

  it("is unknown for a date without the date of the response", () => {
    expect(parseRetryAfter({ headers: { "retry-after": DATE } })).toBeNull();
    expect(parseRetryAfter({ headers: {} })).toBeNull();
  });
});
