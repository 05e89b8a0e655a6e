/** A request that takes long is ended by the client's deadline, and by nothing else. */
import { ManualClock } from "chatexchange-ts/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { failureOf, meanwhile, stage } from "./support.js";

test("a request may take longer than the limits of the pool of connections: its deadline is on the clock", async () => {
  // From before the first request on: the pool keeps one timer for all of them.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = new ManualClock();
  const { server, client } = await stage();
  const chat = client({ clock, timeoutMs: 900_000 });
  await chat.login();
  server.site.faults.hang("/users/ignorelist");
  let isOver = false;
  const asked = failureOf(chat.ignoredUsers()).finally(() => {
    isOver = true;
  });
  await meanwhile(() => server.site.faults.hanging === 1);
  await vi.advanceTimersByTimeAsync(400_000);
  expect(isOver).toBe(false);
  await clock.advance(900_000);
  expect(await asked).toMatchObject({ code: "TIMED_OUT" });
});
