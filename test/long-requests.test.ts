/** Only the client's deadline ends a long request. */
import { ManualClock } from "chatexchange-ts/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { failureOf, meanwhile, stage } from "./support.js";

test("a request may take longer than the timeouts of the connection pool: only its deadline on the client's clock counts", async () => {
  // Set before the first request: the pool has one timer for all requests.
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
