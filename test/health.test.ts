/** The counters of a client's health, and its behavior when the site asks for a CAPTCHA. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, onTestFinished, test } from "vitest";
import { refuseSecrets } from "./secrets.js";
import { failureOf, stage, turning, until } from "./support.js";

test("requests, retries, reconnects and logins are counted, and published as they happen", async () => {
  const set = await stage({ throttle: true });
  const clock = new ManualClock();
  const chat = set.client({ clock });
  const published: unknown[] = [];
  const listen = (message: unknown, name: string | symbol): void => void published.push([name, message]);
  for (const name of ["stream:drop", "stream:recovered", "outbox:throttled"]) {
    subscribe(`chatexchange:${name}`, listen);
    onTestFinished(() => void unsubscribe(`chatexchange:${name}`, listen));
  }
  const texts: string[] = [];
  const watch = chat.getRoom(1).watch((event) => void texts.push(event.textContent ?? ""));
  await watch.ready;
  set.server.site.faults.loseFrames(1);
  for (const text of ["lost", "seen"]) set.alice.in(1).says(text);
  await until(clock, () => texts.includes("seen"));
  set.server.site.faults.dropSockets();
  await until(clock, () => chat.state === "live" && chat.counts["stream:connect"] === 2);
  set.server.site.faults.fail("/chats/1/messages/new", {
    status: 409,
    body: "You can perform this action again in 1 second.",
  });
  set.server.site.faults.cut("/chats/1/messages/new");
  await turning(clock, chat.getRoom(1).sendMessage("said once"));
  expect(chat.counts).toMatchObject({
    "stream:connect": 2,
    "stream:drop": 1,
    "stream:gap": 0,
    "outbox:sent": 1,
    "outbox:throttled": 1,
    "outbox:found": 1,
    "session:login": 1,
  });
  expect(chat.counts["stream:recovered"]).toBeGreaterThanOrEqual(1);
  expect(published.map((entry) => Array.isArray(entry) && entry[0])).toEqual(
    expect.arrayContaining([
      "chatexchange:stream:drop",
      "chatexchange:stream:recovered",
      "chatexchange:outbox:throttled",
    ]),
  );
  expect(published[0]).toMatchObject([expect.any(String), { host: "stackexchange.com" }]);
  refuseSecrets([published, chat.counts]);
});

test("a CAPTCHA at an automatic login is reported, and not retried at once", async () => {
  const set = await stage();
  const clock = new ManualClock();
  const chat = set.client({ clock });
  const room = chat.getRoom(1);
  await room.join();
  const { faults } = set.server.site;
  faults.expireSessions();
  faults.captcha();
  set.requests();
  for (let n = 0; n < 5; n++)
    expect(await failureOf(room.sendMessage(`hello ${n}`))).toMatchObject({ code: "CAPTCHA_REQUIRED" });
  expect(set.requests().filter((line) => line === "POST /users/login")).toHaveLength(1);
  expect(await failureOf(chat.login())).toMatchObject({ code: "CAPTCHA_REQUIRED" });
  expect(set.requests().filter((line) => line === "POST /users/login")).toHaveLength(1);
  faults.captcha(false);
  expect(await failureOf(room.sendMessage("still too early"))).toMatchObject({ code: "CAPTCHA_REQUIRED" });
  await clock.advance(11 * 60_000);
  await turning(clock, room.sendMessage("back again"));
  expect(set.server.site.room(1).messages.map(({ source }) => source)).toEqual(["back again"]);
});
