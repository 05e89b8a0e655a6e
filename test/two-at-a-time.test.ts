/** Two requests of a host at a time: the others wait, with deadlines that start when they are sent. */
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, meanwhile, type Stage, stage, turning } from "./support.js";

/** A logged-in client on a manual clock, and two rooms. */
async function ready(timeoutMs = 30_000) {
  const clock = new ManualClock();
  const whole: Stage = await stage();
  const { server, client, requests } = whole;
  const chat = client({ clock, timeoutMs, outbox: { patienceMs: 0 } });
  await chat.login();
  requests();
  const second = server.site.addRoom({ name: "Second" }).id;
  return { ...whole, clock, chat, faults: server.site.faults, rooms: [1, second] as const };
}

/** Runs pending work for longer than a deadline waits for late responses, without time passing. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

type Ready = Awaited<ReturnType<typeof ready>>;

/** This many reads of the account that hang. */
async function hangReads({ chat, faults }: Ready, count: number): Promise<Promise<unknown>[]> {
  faults.hang("/users/ignorelist", count);
  const reads = Array.from({ length: count }, () => failureOf(chat.ignoredUsers()));
  await meanwhile(() => faults.hanging === Math.min(count, 2));
  return reads;
}

describe("a request behind two that hang", () => {
  test("is sent when they time out, and answered", async () => {
    const its = await ready();
    const { clock, chat } = its;
    const hanging = await hangReads(its, 2);
    const name = chat.getRoom(1).name;
    await turns();
    await clock.advance(30_000);
    expect(await Promise.all(hanging)).toMatchObject([{ code: "TIMED_OUT" }, { code: "TIMED_OUT" }]);
    expect(await name).toBe("Sandbox");
  });

  test("has all of timeoutMs from when it is sent", async () => {
    const its = await ready();
    const { clock, chat, faults } = its;
    const hanging = await hangReads(its, 2);
    await clock.advance(20_000);
    faults.hang("/rooms/thumbs/1");
    let isOver = false;
    const asked = failureOf(chat.getRoom(1).name).finally(() => {
      isOver = true;
    });
    await turns();
    await clock.advance(10_000);
    await Promise.all(hanging);
    await meanwhile(() => faults.hanging === 1);
    await clock.advance(29_999);
    await turns();
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await asked).toMatchObject({ code: "TIMED_OUT" });
    expect(clock.pending).toBe(0);
  });

  test("times out after twice timeoutMs when it is never sent", async () => {
    const its = await ready();
    const { clock, faults, requests } = its;
    const hanging = await hangReads(its, 6);
    let over = 0;
    for (const read of hanging) void read.then(() => over++);
    await clock.advance(30_000);
    await meanwhile(() => over === 2 && faults.hanging === 2);
    await clock.advance(29_999);
    await turns();
    expect(over).toBe(2);
    await clock.advance(1);
    expect(await Promise.all(hanging)).toMatchObject(Array(6).fill({ code: "TIMED_OUT" }));
    expect(requests()).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });
});

describe("an action that has not been sent", () => {
  /** Two posts of two rooms that hang. */
  async function hangPosts(its: Ready): Promise<Promise<unknown>[]> {
    const { clock, chat, faults, rooms } = its;
    const hanging: Promise<unknown>[] = [];
    for (const [at, id] of rooms.entries()) {
      faults.hang(`/chats/${id}/messages/new`);
      hanging.push(failureOf(chat.getRoom(id).sendMessage("hangs")));
      await meanwhile(() => faults.hanging === at + 1);
      // From now on the outbox sends other actions.
      await clock.advance(5_000);
    }
    return hanging;
  }

  test("says so when its signal is aborted", async () => {
    const its = await ready();
    const { chat, server } = its;
    const hanging = await hangPosts(its);
    const ending = new AbortController();
    const message = failureOf(chat.acknowledge([1], { signal: ending.signal }));
    await turns();
    ending.abort();
    expect(await message).toMatchObject({ code: "ABORTED", context: { sent: "no" } });
    await chat.logout({ drain: false });
    expect(await Promise.all(hanging)).toMatchObject([{ context: { sent: "maybe" } }, { context: { sent: "maybe" } }]);
    expect(server.requests.filter(({ path }) => path === "/messages/ack")).toHaveLength(0);
  });

  test("says so when its deadline passes", async () => {
    const its = await ready();
    const { clock, chat } = its;
    void (await hangPosts(its));
    const message = failureOf(chat.acknowledge([1], { deadlineMs: 1_000 }));
    await turns();
    await clock.advance(1_000);
    expect(await message).toMatchObject({ code: "TIMED_OUT", context: { sent: "no" } });
  });

  test("because the login page timed out is retried without a lookup", async () => {
    const clock = new ManualClock();
    const { server, client, requests } = await stage();
    server.site.faults.hang("/users/login");
    const message = client({ clock }).getRoom(1).sendMessage("hello");
    await meanwhile(() => server.site.faults.hanging === 1);
    await clock.advance(30_000);
    await turning(clock, message);
    expect(server.site.room(1).messages).toHaveLength(1);
    expect(requests().filter((line) => line === "POST /chats/1/events")).toEqual([]);
  });

  test("because the login page hangs ends at once with its signal, and says so", async () => {
    const { server, client } = await stage();
    const chat = client({ clock: new ManualClock() });
    server.site.faults.hang("/users/login");
    const ending = new AbortController();
    const message = failureOf(chat.getRoom(1).sendMessage("hello", { signal: ending.signal }));
    await meanwhile(() => server.site.faults.hanging === 1);
    ending.abort();
    expect(await message).toMatchObject({ code: "ABORTED", context: { sent: "no" } });
  });
});

describe("reads and posts", () => {
  test("share the two places: a post goes before a read that has waited longer when a read has the other place", async () => {
    const its = await ready();
    const { chat, faults, requests } = its;
    void (await hangReads(its, 1));
    faults.slow("/rooms/thumbs/1", 200, { times: 1 });
    const name = chat.getRoom(1).name;
    await meanwhile(() => faults.underWay === 1);
    const behind = chat.getRoom(its.rooms[1]).name;
    await turns();
    const acknowledged = chat.acknowledge([1]);
    await Promise.all([name, acknowledged, behind]);
    expect(requests().filter((line) => !line.includes("ignorelist"))).toEqual([
      "GET /rooms/thumbs/1",
      "POST /messages/ack",
      `GET /rooms/thumbs/${its.rooms[1]}`,
    ]);
  });

  test("compete: two hanging reads delay a post by at most 5 s, and the displaced read is sent again", async () => {
    const its = await ready();
    const { clock, chat, faults, server } = its;
    faults.hang("/rooms/thumbs/", 2);
    const names = its.rooms.map((id) => chat.getRoom(id).name);
    await meanwhile(() => faults.hanging === 2);
    const message = chat.getRoom(1).sendMessage("hello");
    await turns();
    await clock.advance(4_999);
    await turns();
    expect(server.site.room(1).messages).toHaveLength(0);
    await clock.advance(1);
    await message;
    expect(await names[1]).toBe("Second");
    await clock.advance(25_000);
    expect(await failureOf(names[0] ?? Promise.resolve())).toMatchObject({ code: "TIMED_OUT" });
  });
});
