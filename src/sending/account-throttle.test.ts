import { describe, expect, it } from "vitest";
import { AccountThrottle, type ThrottleHistory } from "./account-throttle.js";

const MARGIN_MS = 100;

/** A throttle whose server refused the action after the first one, and accepted it 1,000 ms later. */
function pacedThrottle(): AccountThrottle {
  const throttle = new AccountThrottle(MARGIN_MS);
  throttle.accepted(10_000, undefined);
  const refusals = throttle.refused(10_000, 1_000, undefined);
  throttle.accepted(11_100, refusals);
  return throttle;
}

describe("the throttle", () => {
  it("lets the first action go at once", () => {
    expect(new AccountThrottle(MARGIN_MS).readyAt(10_000)).toBe(0);
  });

  it("lets the next action go at once while the server has refused none", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    throttle.accepted(10_000, undefined);
    expect(throttle.readyAt(10_000)).toBe(0);
  });

  it("waits as long as the server asks, plus the margin", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    throttle.refused(10_000, 2_000, undefined);
    expect(throttle.readyAt(10_000)).toBe(12_100);
  });

  it("multiplies the margin by four after each wait that was too short, up to 64 times", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    let refusals: ThrottleHistory | undefined;
    const margins: number[] = [];
    for (let count = 0; count < 6; count++) {
      refusals = throttle.refused(10_000, 2_000, refusals);
      margins.push(throttle.readyAt(10_000) - 12_000);
    }
    expect(margins).toEqual([100, 400, 1_600, 6_400, 6_400, 6_400]);
  });

  it("counts the refusals of one action and keeps the longest wait it was asked for", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    const first = throttle.refused(10_000, 3_000, undefined);
    const second = throttle.refused(13_100, 1_000, first);
    expect(first).toEqual({ baseMs: 0, askedMs: 3_000, count: 1 });
    expect(second).toEqual({ baseMs: 0, askedMs: 3_000, count: 2 });
    expect(throttle.refused(14_500, 5_000, second)).toEqual({ baseMs: 0, askedMs: 5_000, count: 3 });
  });

  it("keeps the pause that the server accepted", () => {
    expect(pacedThrottle().readyAt(11_100)).toBe(12_100);
  });

  it("adds the next wait to the pause when an action after that pause is refused", () => {
    const throttle = pacedThrottle();
    expect(throttle.refused(12_100, 500, undefined)).toEqual({ baseMs: 1_000, askedMs: 500, count: 1 });
  });

  it("takes the shorter of the quiet and the pause as proven when an action is refused early or late", () => {
    expect(pacedThrottle().refused(11_500, 500, undefined).baseMs).toBe(400);
    expect(pacedThrottle().refused(12_900, 500, undefined).baseMs).toBe(1_000);
  });

  it("tries three quarters of the pause once the server has accepted an action after it", () => {
    const throttle = pacedThrottle();
    throttle.accepted(12_100, undefined);
    expect(throttle.readyAt(12_100)).toBe(12_850);
  });

  it("needs twice as many acceptances for a shorter pause after each refused one, up to 32", () => {
    const throttle = pacedThrottle();
    let now = 11_100;
    const acceptancesBeforeShorter: number[] = [];
    for (let round = 0; round < 6; round++) {
      now += 1_000;
      throttle.accepted(now, throttle.refused(now, 0, undefined));
      const pause = throttle.readyAt(now) - now;
      let count = 0;
      while (throttle.readyAt(now) - now === pause) {
        now += pause;
        throttle.accepted(now, undefined);
        count += 1;
      }
      throttle.accepted(now, { baseMs: 1_000, askedMs: 0, count: 1 });
      acceptancesBeforeShorter.push(count);
    }
    expect(acceptancesBeforeShorter).toEqual([2, 4, 8, 16, 32, 32]);
  });

  it("needs two acceptances for a shorter pause when the very first action was refused", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    throttle.accepted(12_100, throttle.refused(10_000, 2_000, undefined));
    throttle.accepted(14_100, undefined);
    expect(throttle.readyAt(14_100)).toBe(16_100);
    throttle.accepted(16_100, undefined);
    expect(throttle.readyAt(16_100)).toBe(17_600);
  });

  it("forgets the pause after a quiet of more than twice its length", () => {
    expect(pacedThrottle().readyAt(13_100)).toBe(12_100);
    expect(pacedThrottle().readyAt(13_101)).toBeLessThan(13_101);
    const throttle = pacedThrottle();
    throttle.accepted(13_101, undefined);
    expect(throttle.readyAt(13_101)).toBeLessThanOrEqual(13_101);
  });

  it("needs one acceptance again for a shorter pause once it has forgotten", () => {
    const throttle = pacedThrottle();
    throttle.accepted(12_100, throttle.refused(12_100, 0, undefined));
    throttle.accepted(13_100, undefined);
    expect(throttle.readyAt(13_100)).toBe(14_100);
    throttle.accepted(20_000, undefined);
    throttle.accepted(21_100, throttle.refused(20_000, 1_000, undefined));
    throttle.accepted(22_100, undefined);
    expect(throttle.readyAt(22_100)).toBe(22_850);
  });

  it("stays paused until the latest time anybody asked for", () => {
    const throttle = new AccountThrottle(MARGIN_MS);
    expect(throttle.pausedUntil).toBe(0);
    throttle.pauseUntil(20_000);
    throttle.pauseUntil(15_000);
    expect(throttle.pausedUntil).toBe(20_000);
    expect(throttle.readyAt(10_000)).toBe(20_000);
  });

  it("is ready at the latest of spacing, refusal and pause", () => {
    const throttle = pacedThrottle();
    throttle.pauseUntil(12_050);
    expect(throttle.readyAt(11_500)).toBe(12_100);
    throttle.refused(11_500, 5_000, undefined);
    expect(throttle.readyAt(11_500)).toBe(16_600);
    throttle.pauseUntil(30_000);
    expect(throttle.readyAt(11_500)).toBe(30_000);
  });
});
