/** Tests the measure of growth itself: it has to tell quadratic from linear. */
import { describe, expect, it } from "vitest";
import { slowdown, type Work } from "./growth.test-support.js";

/** Work that takes this many small steps. */
function steps(size: number, count: number): Work {
  let sum = 0;
  const run = (): void => {
    for (let step = 0; step < count; step++) sum = (sum * 31 + step) % 1_000_003;
  };
  return { size, run };
}

describe("slowdown", () => {
  it("is small for linear work", () => {
    expect(slowdown(steps(1_000, 100_000), steps(16_000, 1_600_000))).toBeLessThan(4);
  });

  it("is large for quadratic work", () => {
    expect(slowdown(steps(1_000, 100_000), steps(16_000, 100_000 * 256))).toBeGreaterThan(4);
  });
});
