/** Reads under faults: 429 is waited out, a GET to a failing server is retried, and actions are not. */

import type { ClientOptions } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, stage, turning } from "./support.js";

const proxyPage = { headers: { "Content-Type": "text/html" }, body: "<html><h1>Go away</h1></html>" };

async function reader(options: ClientOptions = {}) {
  const clock = new ManualClock();
  const set = await stage();
  const chat = set.client({ clock, random: () => 0.5, ...options });
  const { faults } = set.server.site;
  // Loads the code that makes requests, which takes real time in which the clock would advance.
  await chat.login();
  const say = (text: string): number => set.alice.in(1).says(text).id;
  /** How long a promise takes on the clock, in milliseconds. */
  const lasts = async (promise: Promise<unknown>): Promise<number> => {
    const start = clock.now();
    await turning(clock, promise);
    return clock.now() - start;
  };
  const gets = (path: string): number => set.requests().filter((line) => line === `GET ${path}`).length;
  return { ...set, clock, chat, faults, say, lasts, gets };
}

describe("HTTP 429 on a read", () => {
  test.each([
    ["3", 3_000],
    [new Date(Date.UTC(2030, 0, 1, 0, 0, 7)).toUTCString(), 7_000],
  ])("is waited out to the millisecond with Retry-After %s", async (after, ms) => {
    const { chat, faults, say, lasts } = await reader();
    const headers = { "Retry-After": after, Date: new Date(Date.UTC(2030, 0, 1)).toUTCString() };
    const id = say("hello");
    faults.fail(`/message/${id}`, { status: 429, headers });
    expect(await lasts(chat.getMessage(id).content)).toBe(ms);
  });

  test("backs off without the header", async () => {
    const { chat, faults, say, lasts, gets } = await reader();
    const id = say("hello");
    faults.fail(`/message/${id}`, { status: 429, times: 4 });
    expect(await lasts(chat.getMessage(id).content)).toBe(1_000 + 2_000 + 4_000 + 8_000);
    expect(gets(`/message/${id}`)).toBe(5);
  });

  test("is THROTTLED at once with the time to wait when that exceeds patienceMs", async () => {
    const { chat, faults, clock, say } = await reader({ reads: { patienceMs: 10_000 } });
    const id = say("hello");
    faults.fail(`/message/${id}`, { status: 429, headers: { "Retry-After": "11" } });
    const start = clock.now();
    const error = await failureOf(chat.getMessage(id).content);
    expect(error).toMatchObject({ code: "THROTTLED", waitMs: 11_000, context: { retryAfterMs: 11_000, bare: true } });
    expect(clock.now()).toBe(start);
  });

  test("is THROTTLED after patienceMs when it does not end", async () => {
    const { chat, faults, clock, say, gets } = await reader({ reads: { patienceMs: 10_000 } });
    const id = say("hello");
    faults.fail(`/message/${id}`, { status: 429, times: 99 });
    const start = clock.now();
    expect(await failureOf(turning(clock, chat.getMessage(id).content))).toMatchObject({ code: "THROTTLED" });
    expect(clock.now() - start).toBe(1_000 + 2_000 + 4_000);
    expect(gets(`/message/${id}`)).toBe(4);
  });

  test("makes all reads of the host wait, and no message", async () => {
    const { chat, faults, clock, say, requests, server } = await reader();
    const [first, second] = [say("one"), say("two")];
    faults.fail(`/message/${first}`, { status: 429, headers: { "Retry-After": "5" } });
    const one = chat.getMessage(first).content;
    await expect.poll(() => requests()).toContain(`GET /message/${first}`);
    await expect.poll(() => clock.untilNextMs).toBe(5_000);
    const two = chat.getMessage(second).content;
    await chat.getRoom(1).sendMessage("posts have a queue of their own");
    expect(requests()).toEqual(["POST /chats/1/messages/new"]);
    expect(await turning(clock, Promise.all([one, two]))).toEqual(["one", "two"]);
    expect(server.requests.filter(({ path }) => path.startsWith("/message/"))).toHaveLength(3);
  });

  test("is waited out for lists that are read by POST, too", async () => {
    const { chat, faults, say, lasts } = await reader();
    say("hello");
    faults.fail("/chats/1/events", { status: 429, headers: { "Retry-After": "2" } });
    expect(await lasts(chat.getRoom(1).history().next())).toBe(2_000);
  });
});

describe("a GET that meets a server in trouble", () => {
  test.each([408, 425, 500, 502, 503, 504])("is tried three times in all with jitter for status %i", async (status) => {
    const { chat, faults, say, lasts, gets } = await reader();
    const id = say("hello");
    faults.fail(`/message/${id}`, { ...proxyPage, status, times: 2 });
    expect(await lasts(chat.getMessage(id).content)).toBe(750 + 1_500);
    expect(gets(`/message/${id}`)).toBe(3);
  });

  test("fails with its own code after the last try", async () => {
    const { chat, faults, clock, gets } = await reader();
    faults.fail("/users/ignorelist", { ...proxyPage, status: 502, times: 99 });
    const error = await failureOf(turning(clock, chat.ignoredUsers()));
    expect(error).toMatchObject({ code: "SERVER_ERROR", context: { status: 502, bare: true } });
    expect(gets("/users/ignorelist")).toBe(3);
  });

  test("is tried as often as the option tries says", async () => {
    const { chat, faults, gets } = await reader({ reads: { tries: 1 } });
    faults.fail("/users/ignorelist", { status: 503, times: 99 });
    expect(await failureOf(chat.ignoredUsers())).toMatchObject({ code: "SERVER_ERROR" });
    expect(gets("/users/ignorelist")).toBe(1);
  });

  test("is retried once for a bare 403, and not for a bare 404", async () => {
    const { chat, faults, clock, gets } = await reader();
    faults.fail("/users/ignorelist", { ...proxyPage, status: 403 });
    expect(await turning(clock, chat.ignoredUsers())).toEqual([]);
    expect(gets("/users/ignorelist")).toBe(2);
    faults.fail("/users/ignorelist", { ...proxyPage, status: 403, times: 2 });
    const refused = await failureOf(turning(clock, chat.ignoredUsers()));
    expect(refused).toMatchObject({ code: "FORBIDDEN", context: { bare: true } });
    expect(gets("/users/ignorelist")).toBe(2);
    faults.fail("/users/ignorelist", { ...proxyPage, status: 404 });
    expect(await failureOf(chat.ignoredUsers())).toMatchObject({ code: "NOT_FOUND", context: { bare: true } });
    expect(gets("/users/ignorelist")).toBe(1);
  });

  test("ends at once when its caller aborts", async () => {
    const { chat, faults, clock } = await reader();
    faults.fail("/users/ignorelist", { status: 503, times: 99 });
    const caller = new AbortController();
    const asked = chat.ignoredUsers({ signal: caller.signal });
    await expect.poll(() => clock.untilNextMs).toBe(750);
    caller.abort();
    expect(await failureOf(asked)).toMatchObject({ code: "ABORTED" });
    expect(clock.pending).toBe(0);
  });
});

test("a list read by POST is not retried after a 503, because its caller decides", async () => {
  const { chat, faults, requests } = await reader();
  faults.fail("/chats/1/events", { status: 503, times: 99 });
  requests();
  expect(await failureOf(chat.getRoom(1).history().next())).toMatchObject({
    code: "SERVER_ERROR",
  });
  expect(requests()).toEqual(["POST /chats/1/events"]);
});

test("options of reads are checked", async () => {
  const { client } = await stage();
  const wrong: object[] = [{ reads: { retries: 5 } }, { reads: { tries: 0 } }, { reads: { patienceMs: -1 } }];
  for (const options of wrong) expect(() => client(options)).toThrow(/reads/);
});
