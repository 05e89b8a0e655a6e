/** Actions in doubt, because the server may have performed them: they are looked up, retried, and finally given up. */
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, meanwhile, stage, turning } from "./support.js";

const newMessage = "/chats/1/messages/new";
const list = /^\/chats\/1\/events/;

async function doubtful({ patienceMs = 900_000, timeoutMs = 30_000 } = {}) {
  const clock = new ManualClock();
  const set = await stage({ clock });
  const chat = set.client({ clock, timeoutMs, random: () => 1, outbox: { patienceMs } });
  await chat.login();
  set.requests();
  const { faults } = set.server.site;
  const start = clock.now();
  return {
    ...set,
    clock,
    chat,
    faults,
    room: chat.getRoom(1),
    elapsed: () => clock.now() - start,
    said: () => set.server.site.room(1).messages.map(({ source }) => source),
    posts: () => set.requests().filter((request) => request === `POST ${newMessage}`).length,
  };
}

describe("an answer that is not the site's own leaves a message in doubt", () => {
  test.each([
    ["an empty body", { status: 200, body: "" }],
    ["a page with status 200", { status: 200 }],
    ["a bare 403", { status: 403 }],
    ["a bare 404", { status: 404 }],
    ["a bare 400", { status: 400 }],
    ["a 408", { status: 408 }],
    ["a 425", { status: 425 }],
    ["a 500", { status: 500 }],
    ["a 502", { status: 502 }],
    ["a 504", { status: 504 }],
    ["an unknown sentence of a proxy", { status: 421, body: "Misdirected request" }],
  ])("%s: the client looks for the message, and sends it once more", async (_, answer) => {
    const { faults, clock, room, said, posts } = await doubtful();
    faults.proxy(newMessage, { ...answer, times: 2 });
    const message = await turning(clock, room.sendMessage("hello"));
    expect(said()).toEqual(["hello"]);
    expect(message.id).toBeGreaterThan(0);
    expect(posts()).toBe(3);
  });

  test.each([
    ["an empty body", { status: 200, body: "" }, "NOT_UNDERSTOOD"],
    ["a page with status 200", { status: 200 }, /^(NOT_UNDERSTOOD|CONNECTION_LOST)$/],
    ["a bare 403", { status: 403 }, "FORBIDDEN"],
    ["a 502", { status: 502 }, "SERVER_ERROR"],
  ])(
    "%s for ever, to posts and lookups: the message fails when patience ends, after few requests",
    async (_, answer, code) => {
      const { faults, clock, room, elapsed, requests } = await doubtful();
      faults.proxy(newMessage, { ...answer, times: 1e6 });
      faults.proxy(list, { ...answer, times: 1e6 });
      const error = await turning(clock, failureOf(room.sendMessage("hello")), 1_000);
      expect(error).toMatchObject({ code: expect.stringMatching(code), context: { sent: "maybe" } });
      expect(elapsed()).toBe(900_000);
      // 1, 2, 4 … 32 s apart, and then a minute.
      expect(requests().filter((request) => / \/chats\/1\//.test(request)).length).toBeLessThanOrEqual(24);
    },
  );

  test("edits and deletions are looked up and retried, and also fail when patience ends", async () => {
    const { faults, clock, room, elapsed, server } = await doubtful();
    const mine = await turning(clock, room.sendMessage("frist"));
    const [edits, deletions] = [/^\/messages\/\d+$/, /^\/messages\/\d+\/delete$/];
    faults.proxy(edits, { status: 403, times: 2 });
    await turning(clock, mine.edit("first"));
    expect(server.site.message(mine.id)).toMatchObject({ source: "first", edits: 1 });
    faults.proxy(deletions, { status: 200, body: "", times: 1e6 });
    const before = elapsed();
    const expected = { code: "NOT_UNDERSTOOD", context: { sent: "maybe" } };
    expect(await turning(clock, failureOf(mine.delete()), 1_000)).toMatchObject(expected);
    expect(elapsed() - before).toBe(900_000);
  });

  test("an action that is not idempotent and cannot be looked up is not retried", async () => {
    const { faults, clock, chat, requests, alice } = await doubtful();
    const theirs = alice.in(1).says("spam");
    faults.proxy(/\/flag$/, { status: 502 });
    const error = await turning(clock, failureOf(chat.getMessage(theirs.id).flag()));
    expect(error).toMatchObject({ code: "SERVER_ERROR", context: { sent: "maybe" } });
    expect(requests().filter((request) => request.endsWith("/flag"))).toHaveLength(1);
  });
});

describe("a lookup", () => {
  test("proves nothing when it fails: nothing is sent until one has shown that the message is missing", async () => {
    const { faults, clock, room, said, requests } = await doubtful();
    faults.cut(newMessage);
    faults.proxy(list, { status: 404, times: 3 });
    faults.proxy(/^\/message\/\d+/, { status: 404, times: 2 });
    await turning(clock, room.sendMessage("did you hear me?"));
    expect(said()).toEqual(["did you hear me?"]);
    expect(requests().filter((request) => request === `POST ${newMessage}`)).toHaveLength(1);
  });

  test("finds the message although it was edited or deleted in the meantime", async () => {
    for (const change of ["edits", "deletes"] as const) {
      const { faults, clock, room, said, bot, server, posts } = await doubtful();
      faults.cut(newMessage);
      const sent = room.sendMessage("before");
      await clock.advance(0);
      await meanwhile(() => said().length > 0);
      const id = server.site.room(1).messages[0]?.id ?? 0;
      if (change === "edits") bot.in(1).edits(id, "after");
      else bot.in(1).deletes(id);
      const message = await turning(clock, sent);
      expect(message.id).toBe(id);
      expect([await message.edited, await message.deleted]).toEqual([change === "edits", change === "deletes"]);
      expect(posts()).toBe(1);
    }
  });

  test("leaves a message refused that repeats an earlier one of ours", async () => {
    const { faults, clock, room, said } = await doubtful();
    await turning(clock, room.sendMessage("ping"));
    faults.proxy(newMessage, { status: 502 });
    const error = await turning(clock, failureOf(room.sendMessage("ping")));
    expect(error).toMatchObject({ code: "DUPLICATE", context: { sent: "no" } });
    expect(said()).toEqual(["ping"]);
  });
});

test("a deletion refused as already done counts as done by the attempt before it", async () => {
  const { faults, clock, room, bot, server } = await doubtful();
  const mine = await turning(clock, room.sendMessage("mine"));
  faults.proxy(/\/delete$/, { status: 502 });
  const deletion = mine.delete();
  await clock.advance(0);
  await meanwhile(() => faults.hanging === 0);
  bot.in(1).deletes(mine.id);
  await turning(clock, deletion);
  expect(server.site.message(mine.id)).toMatchObject({ deleted: true });
});

test("the site's own refusals end a message at once", async () => {
  const { room, elapsed, server, chat } = await doubtful();
  server.site.room(1).timeout(60);
  expect(await failureOf(room.sendMessage("now?"))).toMatchObject({ code: "ROOM_TIMEOUT", context: { sent: "no" } });
  expect(await failureOf(chat.getRoom(4711).sendMessage("now?"))).toMatchObject({ context: { sent: "no" } });
  expect(elapsed()).toBe(0);
});
