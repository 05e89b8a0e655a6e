/** The pace of an account under the server's throttle. The clock is advanced by hand, so that moments are exact. */
import { type ChatServerOptions, requiredPauseMs } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, stage, turning } from "./support.js";

const post = "POST /chats/1/messages/new";

async function paced(options: ChatServerOptions = {}) {
  const clock = new ManualClock();
  const set = await stage({ clock, throttle: true, ...options });
  const chat = set.client({ clock, random: () => 1 });
  await chat.login();
  const start = clock.now();
  const room = chat.getRoom(1);
  set.requests();
  let asked = 0;
  return {
    ...set,
    clock,
    chat,
    room,
    /** Sends this many messages at once; returns their send times in milliseconds after the start, and the attempts. */
    async burst(count: number): Promise<{ moments: number[]; tries: number }> {
      const moments: number[] = [];
      const sends = Array.from({ length: count }, () =>
        room.sendMessage(`message ${asked++}`).then(() => moments.push(clock.now() - start)),
      );
      await turning(clock, Promise.all(sends), 60_000);
      return { moments, tries: set.requests().filter((request) => request === post).length };
    },
    quiet: (ms: number) => clock.advance(ms),
    faults: set.server.site.faults,
  };
}

/** The shortest time in which the server accepts this many messages. */
const earliest = (count: number): number =>
  Array.from({ length: count - 1 }, (_, n) => requiredPauseMs(n + 2)).reduce((sum, pause) => sum + pause, 0);

const gaps = (moments: readonly number[]): number[] => moments.slice(1).map((at, n) => at - (moments[n] ?? 0));

describe("a burst", () => {
  test.each([
    [12, 1.08, 20],
    [40, 1.05, 53],
  ])("of %i messages takes at most %f times the earliest schedule, and %i requests", async (count, bar, requests) => {
    const { burst } = await paced();
    const { moments, tries } = await burst(count);
    const ratio = (moments.at(-1) ?? 0) / earliest(count);
    console.log(`${count} messages: ${ratio.toFixed(3)} x the earliest schedule, ${tries} requests`);
    expect(ratio).toBeLessThanOrEqual(bar);
    expect(tries).toBe(requests);
  });
});

describe("the spacing", () => {
  test("comes from the seconds that the server asked for, not from the quiet before, and causes no further refusal", async () => {
    const { burst, quiet, faults } = await paced({ throttle: false });
    await burst(1);
    await quiet(15_000);
    faults.fail("/chats/1/messages/new", { status: 409, body: "You can perform this action again in 1 second." });
    const { moments } = await burst(6);
    expect(Math.max(...gaps(moments))).toBeLessThanOrEqual(1_000);
    await quiet(60_000);
    faults.fail("/chats/1/messages/new", { status: 409, body: "You can perform this action again in 1 second." });
    expect(Math.max(...gaps((await burst(6)).moments))).toBeLessThanOrEqual(1_000);
  });

  test("shrinks after an acceptance without a refusal", async () => {
    const { burst, faults } = await paced({ throttle: false });
    await burst(1);
    faults.fail("/chats/1/messages/new", { status: 409, body: "You can perform this action again in 20 seconds." });
    const between = gaps((await burst(12)).moments);
    expect(between[0]).toBe(20_000);
    for (const [at, gap] of between.entries()) if (at > 1) expect(gap).toBeLessThan(between[at - 1] ?? 0);
    expect(between.at(-1)).toBeLessThan(2_000);
  });

  test("is forgotten after a quiet of twice itself", async () => {
    const { burst, quiet } = await paced({ throttlePauseMs: (n) => (n <= 4 ? 6_000 : 1_000) });
    await burst(3);
    await quiet(13_000);
    const { moments } = await burst(2);
    expect(gaps(moments)[0]).toBeLessThanOrEqual(6_100);
  });

  test("costs one request a message while the server wants the same pause", async () => {
    const { burst } = await paced({ throttlePauseMs: () => 8_000 });
    await burst(20);
    const { moments, tries } = await burst(60);
    expect(tries).toBeLessThanOrEqual(63);
    expect(Math.max(...gaps(moments))).toBeLessThanOrEqual(9_200);
    expect((moments.at(-1) ?? 0) - (moments[0] ?? 0)).toBeLessThanOrEqual(59 * 8_000 * 1.05);
  });

  test("belongs to the account: a message to another room waits, too", async () => {
    const { burst, chat, clock, server, requests } = await paced();
    server.site.addRoom({ id: 2, name: "Other" });
    await burst(3);
    const other = chat.getRoom(2).sendMessage("elsewhere");
    const before = clock.now();
    await turning(clock, other);
    expect(clock.now() - before).toBeGreaterThanOrEqual(requiredPauseMs(4));
    expect(requests().length).toBeLessThanOrEqual(2);
  });
});

describe("the answer 429", () => {
  test("is waited for as many seconds as Retry-After says, and then one request is sent", async () => {
    const { burst, clock, faults, room, requests } = await paced({ throttle: false });
    await burst(1);
    faults.proxy("/chats/1/messages/new", { status: 429, retryAfter: 7 });
    const before = clock.now();
    await turning(clock, room.sendMessage("again after 7 s"), 1_000);
    expect(clock.now() - before).toBe(7_000);
    expect(requests().filter((request) => request === post)).toHaveLength(2);
  });

  test("is waited for until the date in Retry-After, counted from the date of the answer", async () => {
    const { clock, faults, room } = await paced({ throttle: false });
    const date = "Mon, 01 Jan 2024 00:00:00 GMT";
    const headers = { date, "retry-after": "Mon, 01 Jan 2024 00:01:30 GMT" };
    faults.fail("/chats/1/messages/new", { status: 429, headers });
    const before = clock.now();
    await turning(clock, room.sendMessage("again after 90 s"), 1_000);
    expect(clock.now() - before).toBe(90_000);
  });

  test("makes all actions of the account wait, and leaves the pace as it was", async () => {
    const { burst, clock, faults, chat, alice, room } = await paced({ throttle: false });
    const theirs = alice.in(1).says("star me");
    faults.proxy("/chats/1/messages/new", { status: 429, retryAfter: 30 });
    const before = clock.now();
    const first = room.sendMessage("first");
    await turning(clock, chat.getMessage(theirs.id).star(), 1_000);
    expect(clock.now() - before).toBeGreaterThanOrEqual(30_000);
    await turning(clock, first);
    expect(gaps((await burst(4)).moments)).toEqual([0, 0, 0]);
  });

  test("is waited for longer each time without Retry-After", async () => {
    const { clock, faults, room, server } = await paced({ throttle: false });
    faults.proxy("/chats/1/messages/new", { status: 429, times: 5 });
    const before = clock.now();
    await turning(clock, room.sendMessage("patience"), 1_000);
    expect(clock.now() - before).toBe(1_000 + 2_000 + 4_000 + 8_000 + 16_000);
    expect(server.site.room(1).messages).toHaveLength(1);
  });

  test("fails actions at once when it asks for more than patienceMs, and nothing is sent before that time", async () => {
    const { clock, faults, room, chat, requests, server } = await paced({ throttle: false });
    faults.proxy("/chats/1/messages/new", { status: 429, retryAfter: 3_600 });
    const before = clock.now();
    const expected = { code: "THROTTLED", context: { retryAfterMs: 3_600_000, sent: "no" } };
    expect(await failureOf(room.sendMessage("now"))).toMatchObject(expected);
    expect(await failureOf(room.sendMessage("behind it"))).toMatchObject(expected);
    expect(await failureOf(chat.getMessage(1).delete())).toMatchObject(expected);
    expect(clock.now()).toBe(before);
    expect(requests().filter((request) => request.startsWith("POST"))).toEqual([post]);
    await clock.advance(3_600_000);
    await turning(clock, room.sendMessage("an hour later"));
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["an hour later"]);
  });

  test("is waited out when a proxy repeats it with too short a Retry-After", async () => {
    const { clock, faults, room, server } = await paced({ throttle: false });
    faults.proxy("/chats/1/messages/new", { status: 429, retryAfter: 1, times: 12 });
    await turning(clock, room.sendMessage("said in the end"));
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["said in the end"]);
  });

  test("fails an action when it has lasted for patienceMs, with ever fewer requests", async () => {
    const { clock, faults, server, client, requests } = await paced({ throttle: false });
    const chat = client({ clock, outbox: { maxTries: 3, patienceMs: 120_000 } });
    await chat.login();
    requests();
    faults.proxy("/chats/1/messages/new", { status: 429, retryAfter: 1, times: 1_000 });
    const before = clock.now();
    const error = await turning(clock, failureOf(chat.getRoom(1).sendMessage("never")), 1_000);
    expect(clock.now() - before).toBe(120_000);
    expect(error).toMatchObject({ code: "THROTTLED", context: { retryAfterMs: 1_000, sent: "no" } });
    expect(requests().filter((request) => request === post).length).toBeLessThanOrEqual(15);
    expect(server.site.room(1).messages).toEqual([]);
  });
});

test("an action that the site throttles is tried maxTries times in all", async () => {
  const { clock, faults, server, client, requests } = await paced({ throttle: false });
  const chat = client({ clock, outbox: { maxTries: 3 } });
  await chat.login();
  requests();
  faults.fail("/chats/1/messages/new", {
    status: 409,
    body: "You can perform this action again in 1 second.",
    times: 100,
  });
  const error = await turning(clock, failureOf(chat.getRoom(1).sendMessage("never")));
  expect(error).toMatchObject({ code: "THROTTLED", context: { retryAfterMs: 1_000, sent: "no" } });
  expect(requests().filter((request) => request === post)).toHaveLength(3);
  expect(server.site.room(1).messages).toEqual([]);
});
