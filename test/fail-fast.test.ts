/** The option outbox.failFast: a bot with a wrong host name fails at once. */
import type { Endpoint } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { failureOf, meanwhile, stage, turning } from "./support.js";

const nobody: Endpoint = { hostname: "127.0.0.1", port: 1 };

test("a send fails at the first lost connection when none has ever worked", async () => {
  const { client } = await stage();
  const chat = client({ clock: new ManualClock(), outbox: { failFast: true }, resolve: () => nobody });
  for (const failed of [chat.getRoom(1).sendMessage("hello"), chat.getRoom(1).sendMessage("hello again")])
    expect(await failureOf(failed)).toMatchObject({ code: "CONNECTION_LOST", context: { sent: "no" } });
  expect(chat.outbox.pending).toEqual([]);
});

test("a send is retried by default", async () => {
  const { client, server } = await stage();
  const clock = new ManualClock();
  let isDown = true;
  const resolve = (origin: string): Endpoint | undefined => (isDown ? nobody : server.site.resolve(origin));
  const chat = client({ clock, resolve });
  const sent = chat.getRoom(1).sendMessage("started before the network");
  await meanwhile(() => chat.counts["outbox:retried"] > 0);
  isDown = false;
  expect(await (await turning(clock, sent)).textContent).toBe("started before the network");
});

test("a send is retried with failFast, too, when a connection has worked before", async () => {
  const { client, server } = await stage();
  const clock = new ManualClock();
  const chat = client({ clock, outbox: { failFast: true } });
  await chat.login();
  server.site.faults.hangUp("/chats/1/messages/new");
  const sent = await turning(clock, chat.getRoom(1).sendMessage("hello"));
  expect(await sent.textContent).toBe("hello");
  expect(chat.counts["outbox:retried"]).toBe(1);
});

test("outbox.failFast is true or false", async () => {
  const { client } = await stage();
  expect(() => client({ outbox: { failFast: 1 as never } })).toThrow(/outbox.failFast must be true or false, not 1/);
});
