/** Waiting for a time that is far away. */
import { expect, test } from "vitest";
import { type Clock, callAt } from "./clock.js";
import { ManualClock } from "./manual-clock.js";

const DAY_MS = 86_400_000;

/** A clock with timers like those of platforms: one of more than 24 days fires at once. */
function shortClock(): { readonly clock: Clock; readonly manual: ManualClock } {
  const manual = new ManualClock();
  const clock: Clock = {
    now: () => manual.now(),
    setTimeout: (callback, delayMs) => manual.setTimeout(callback, delayMs > 2_147_483_647 ? 1 : delayMs),
  };
  return { clock, manual };
}

test("a callback sixty days ahead comes then, once", async () => {
  const { clock, manual } = shortClock();
  const due = manual.now() + 60 * DAY_MS;
  const called: number[] = [];
  callAt(clock, due, () => called.push(manual.now()));
  await manual.advance(60 * DAY_MS - 1);
  expect(called).toEqual([]);
  await manual.advance(2 * DAY_MS);
  expect(called).toEqual([due]);
});

test("a callback that is canceled after some days does not come", async () => {
  const { clock, manual } = shortClock();
  let calls = 0;
  const timer = callAt(clock, manual.now() + 30 * DAY_MS, () => calls++);
  await manual.advance(3 * DAY_MS);
  timer.cancel();
  await manual.advance(60 * DAY_MS);
  expect(calls).toBe(0);
});

test("a time that is past comes as soon as possible", async () => {
  const { clock, manual } = shortClock();
  let calls = 0;
  callAt(clock, manual.now() - DAY_MS, () => calls++);
  await manual.advance(1);
  expect(calls).toBe(1);
});
