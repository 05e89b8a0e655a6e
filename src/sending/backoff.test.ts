import { expect, test } from "vitest";
import { backoffMs } from "./backoff.js";

test("the wait doubles with each failure in a row, from 1 s up to 60 s", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 100, 10_000].map((failures) => backoffMs(failures, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
});

test("jitter shortens the wait by up to a half", () => {
  expect(backoffMs(1, () => 0)).toBe(500);
  expect(backoffMs(2, () => 0.5)).toBe(1_500);
  expect(backoffMs(1, () => 0.0011)).toBe(501);
});
