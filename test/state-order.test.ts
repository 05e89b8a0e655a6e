/**
 * Kills with several messages in the queue: those of the process before are looked up and sent in the order in which it
 * would have sent them. Otherwise one that did arrive is older than one that is known, and is taken for lost.
 */
import { join } from "node:path";
import type { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { stage, turning, until } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const path = "/chats/1/messages/new";

async function scene() {
  const clock = new ManualClock(Date.now());
  const set = await stage({ clock, throttle: true });
  const stateFile = join(temporaryFolder(), "state.jsonl");
  return {
    clock,
    faults: set.server.site.faults,
    said: () => set.server.site.room(1).messages.map(({ source }) => source.slice(0, 6)),
    /** A client on the state of the one before, which is killed. */
    async restarted(before?: Client): Promise<{ client: Client; resumed: readonly Promise<unknown>[] }> {
      await before?.logout({ drain: false });
      const client = set.client({ stateFile, clock, random: () => 1, onError: () => {} });
      await client.login();
      const resumed = await client.resume();
      for (const one of resumed) one.catch(() => {});
      return { client, resumed };
    },
  };
}

test("messages of a killed process keep their order although the site throttles the first of them", async () => {
  const { clock, faults, said, restarted } = await scene();
  const first = await restarted();
  const room = first.client.getRoom(1);
  await room.sendMessage("before");
  // The throttle holds the rest back.
  const queued = ["first", "second", "third"].map((text) => room.sendMessage(text).catch(() => {}));
  const second = await restarted(first.client);
  await Promise.all(queued);
  faults.hang(path);
  // The site has accepted one of them when this process is killed, too.
  await until(clock, () => faults.hanging === 1);
  const third = await restarted(second.client);
  faults.clear();
  await turning(clock, Promise.all(third.resumed));
  expect(said()).toEqual(["before", "first", "second", "third"]);
});

test("a part that arrived before a kill is not sent again when the throttle delays the parts before it", async () => {
  const { clock, faults, said, restarted } = await scene();
  const text = ["first", "second", "third"].map((word) => `${word} ${"x".repeat(480)}`).join("\n");
  const first = await restarted();
  const room = first.client.getRoom(1);
  await room.sendMessage("before");
  const sending = room.sendParts(text, { split: "lines", key: "k" }).catch(() => {});
  const second = await restarted(first.client);
  await sending;
  // Each life gets one message through, and is killed before it knows.
  faults.cut(path);
  faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1_000 });
  let life = second;
  for (let sent = 2; sent <= 4; sent++) {
    faults.clear();
    await until(clock, () => said().length === sent);
    life = await restarted(life.client);
  }
  await turning(clock, Promise.all(life.resumed));
  expect(said()).toEqual(["before", "first ", "second", "third "]);
});

test("an urgent message that overtook others before a kill is found, and sent once", async () => {
  const { clock, faults, said, restarted } = await scene();
  faults.throttle(false);
  const first = await restarted();
  const room = first.client.getRoom(1);
  const [running, ...waiting] = [
    room.sendMessage("before"),
    room.sendMessage("normal"),
    room.sendMessage("urgent", { priority: "high" }),
  ];
  for (const one of waiting) one.catch(() => {});
  await running;
  faults.cut(path);
  faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1_000 });
  await until(clock, () => said().length === 2);
  const second = await restarted(first.client);
  faults.clear();
  await turning(clock, Promise.all(second.resumed));
  expect(said()).toEqual(["before", "urgent", "normal"]);
});
