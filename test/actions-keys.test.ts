/** Idempotency keys: an action with a key is done once, in one process and over restarts. */
import { join } from "node:path";
import { type Client, MessagePosted } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, meanwhile, stage, turning } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const newMessage = "/chats/1/messages/new";

async function keyed() {
  const clock = new ManualClock(Date.now());
  const set = await stage({ clock });
  const stateFile = join(temporaryFolder(), "state.jsonl");
  return {
    ...set,
    clock,
    faults: set.server.site.faults,
    said: () => set.server.site.room(1).messages.map(({ source }) => source),
    /** A logged-in client with a state file; it resumes the state of the previous one. */
    async restarted(before?: Client, options: { keyTtlMs?: number } = {}): Promise<Client> {
      await before?.logout({ drain: false });
      const chat = set.client({ clock, stateFile, random: () => 1, onError: () => {}, ...options });
      await chat.login();
      for (const resumed of await chat.resume()) resumed.catch(() => {});
      return chat;
    },
  };
}

describe("a key within one process", () => {
  test("makes two calls at the same time one action, and later resolves to the same message without a request", async () => {
    const { client, requests, said } = await keyed();
    const chat = client();
    await chat.login();
    const room = chat.getRoom(1);
    const [first, second] = await Promise.all([
      room.sendMessage("an answer", { key: "answer 1" }),
      room.sendMessage("another wording", { key: "answer 1" }),
    ]);
    expect(second).toBe(first);
    requests();
    expect(await room.sendMessage("a third wording", { key: "answer 1" })).toBe(first);
    expect(requests()).toEqual([]);
    expect(said()).toEqual(["an answer"]);
    expect(await room.sendMessage("an answer to 2", { key: "answer 2" })).not.toBe(first);
  });

  test("is remembered for a day", async () => {
    const { client, said, clock } = await keyed();
    const chat = client({ clock });
    await chat.login();
    await chat.getRoom(1).sendMessage("one", { key: "k" });
    await clock.advance(86_400_000);
    await chat.getRoom(1).sendMessage("two", { key: "k" });
    await clock.advance(1);
    await turning(clock, chat.getRoom(1).sendMessage("three", { key: "k" }));
    expect(said()).toEqual(["one", "three"]);
  });

  test("may be used again after a refusal", async () => {
    const { client, server, said } = await keyed();
    const chat = client();
    server.site.room(1).timeout(60);
    expect(await failureOf(chat.getRoom(1).sendMessage("no", { key: "k" }))).toMatchObject({ code: "ROOM_TIMEOUT" });
    server.site.room(1).timeout(0);
    await chat.getRoom(1).sendMessage("yes", { key: "k" });
    expect(said()).toEqual(["yes"]);
  });

  test("makes the next call look for the first text when the action may have arrived", async () => {
    const { client, faults, said, clock } = await keyed();
    const chat = client({ clock });
    await chat.login();
    faults.cut(newMessage);
    faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1e6 });
    const stop = new AbortController();
    const first = failureOf(chat.getRoom(1).sendMessage("first", { key: "k", signal: stop.signal }));
    await meanwhile(() => said().length === 1);
    stop.abort();
    expect(await first).toMatchObject({ code: "ABORTED", context: { sent: "maybe" } });
    faults.clear();
    await turning(clock, chat.getRoom(1).sendMessage("first, reworded", { key: "k" }));
    expect(said()).toEqual(["first"]);
  });

  test("finds the message of an action in doubt although others were sent after it", async () => {
    const { client, faults, said, clock } = await keyed();
    const chat = client({ clock });
    await chat.login();
    const room = chat.getRoom(1);
    faults.cut(newMessage);
    faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1e6 });
    const stop = new AbortController();
    const first = failureOf(room.sendMessage("first", { key: "k", signal: stop.signal }));
    await meanwhile(() => said().length === 1);
    stop.abort();
    await first;
    faults.clear();
    await turning(clock, room.sendMessage("another"));
    await turning(clock, room.sendMessage("first", { key: "other" }));
    await turning(clock, room.sendMessage("first, reworded", { key: "k" }));
    expect(said()).toEqual(["first", "another", "first"]);
  });

  test("becomes one key for each message of a split text", async () => {
    const { client, said } = await keyed();
    const chat = client();
    const text = Array.from({ length: 150 }, (_, n) => `word${n}`).join(" ");
    const sent = await chat.getRoom(1).sendParts(text, { key: "k" });
    expect(sent.length).toBeGreaterThan(1);
    expect(await chat.getRoom(1).sendParts(text, { key: "k" })).toEqual(sent);
    expect(await chat.getRoom(1).sendMessage("the second part", { key: "k#1" })).toBe(sent[1]);
    expect(said()).toHaveLength(sent.length);
  });

  test("leads to its message: sent, on its way, or, as null, unknown", async () => {
    const { client, server, requests } = await keyed();
    const chat = client();
    await chat.login();
    const room = chat.getRoom(1);
    expect(await chat.sentWith("k")).toBeNull();
    const sending = room.sendMessage("an answer", { key: "k" });
    const onItsWay = chat.sentWith("k");
    const message = await sending;
    expect(await onItsWay).toBe(message);
    requests();
    expect(await chat.sentWith("k")).toBe(message);
    expect(await chat.sentWith("K")).toBeNull();
    expect(requests()).toEqual([]);
    server.site.room(1).timeout(60);
    const refused = failureOf(room.sendMessage("no", { key: "refused" }));
    expect(await failureOf(chat.sentWith("refused"))).toMatchObject({ code: "ROOM_TIMEOUT" });
    await refused;
    expect(await chat.sentWith("refused")).toBeNull();
    expect(await failureOf(chat.sentWith(""))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("works for edits and replies, too", async () => {
    const { client, alice, server, requests } = await keyed();
    const chat = client();
    await chat.login();
    const question = chat.getMessage(alice.in(1).says("a question").id);
    const answer = await question.reply("an answer", { key: "answer" });
    expect(await question.reply("another answer", { key: "answer" })).toBe(answer);
    await Promise.all([answer.edit("edited", { key: "edit" }), answer.edit("edited otherwise", { key: "edit" })]);
    requests();
    await answer.edit("edited a third time", { key: "edit" });
    expect(requests()).toEqual([]);
    expect(server.site.message(answer.id)).toMatchObject({ edits: 1, source: expect.stringMatching(/edited$/) });
  });

  test("is refused when it is not a text or empty", async () => {
    const chat = (await keyed()).client();
    for (const key of ["", "x".repeat(201)])
      expect(await failureOf(chat.getRoom(1).sendMessage("hi", { key }))).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

describe("a key over restarts", () => {
  test("resolves to the message of the previous process, whatever the text is now", async () => {
    const { restarted, said } = await keyed();
    const before = await restarted();
    const first = await before.getRoom(1).sendMessage("an answer", { key: "k" });
    const after = await restarted(before);
    expect((await after.sentWith("k"))?.id).toBe(first.id);
    expect((await after.getRoom(1).sendMessage("another answer", { key: "k" })).id).toBe(first.id);
    expect(said()).toEqual(["an answer"]);
  });

  test.each(["arrived", "did not arrive"])(
    "sends a message that %s before the kill once, with the first text",
    async (what) => {
      const { restarted, said, faults, clock } = await keyed();
      const before = await restarted();
      if (what === "arrived") faults.cut(newMessage);
      else faults.hang(newMessage);
      faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1e6 });
      const cutOff = failureOf(before.getRoom(1).sendMessage("first", { key: "k" }));
      await meanwhile(() => said().length === 1 || faults.hanging === 1);
      const over = restarted(before);
      expect(await cutOff).toMatchObject({ code: "CLOSED", context: { sent: "maybe" } });
      faults.clear();
      const after = await over;
      const again = await turning(clock, after.getRoom(1).sendMessage("second", { key: "k" }));
      expect(said()).toEqual(["first"]);
      expect(await again.contentSource).toBe("first");
      expect((await after.getRoom(1).sendMessage("third", { key: "k" })).id).toBe(again.id);
    },
  );

  test("is not looked up before the previous process is resumed", async () => {
    const { client, clock } = await keyed();
    const chat = client({ clock, stateFile: join(temporaryFolder(), "state.jsonl") });
    const failure = await failureOf(chat.sentWith("k"));
    expect(failure).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringMatching(/look up a key.*resume\(\)/s),
    });
    await chat.resume();
    expect(await chat.sentWith("k")).toBeNull();
  });

  test.each(["edited", "deleted"] as const)(
    "counts as done when its message was %s in the meantime",
    async (change) => {
      const { restarted, said, faults, clock, bot, server } = await keyed();
      const before = await restarted();
      faults.cut(newMessage);
      faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1e6 });
      const cutOff = failureOf(before.getRoom(1).sendMessage("first", { key: "k" }));
      await meanwhile(() => said().length === 1);
      await before.logout({ drain: false });
      await cutOff;
      faults.clear();
      const id = server.site.room(1).messages[0]?.id ?? 0;
      if (change === "edited") bot.in(1).edits(id, "something else");
      else bot.in(1).deletes(id);
      const after = await restarted();
      const again = await turning(clock, after.getRoom(1).sendMessage("second", { key: "k" }));
      expect(again.id).toBe(id);
      expect(said()).toHaveLength(1);
    },
  );

  test("repeats an edit that was cut off once, with the first text", async () => {
    const { restarted, faults, clock, server } = await keyed();
    const before = await restarted();
    const mine = await before.getRoom(1).sendMessage("frist");
    faults.hang(/^\/messages\/\d+$/);
    const cutOff = failureOf(mine.edit("first", { key: "edit" }));
    await meanwhile(() => faults.hanging === 1);
    const after = await restarted(before);
    expect(await cutOff).toMatchObject({ code: "CLOSED" });
    await turning(clock, after.getMessage(mine.id).edit("third", { key: "edit" }));
    expect(server.site.message(mine.id)).toMatchObject({ source: "first", edits: 1 });
  });

  test("on an edit does not hide an older message of ours that is still in doubt", async () => {
    const { server, alice, clock, faults, said, client } = await keyed();
    const moderator = server.site.addUser({ name: "Mod", email: "mod@example.com", isModerator: true });
    const stateFile = join(temporaryFolder(), "state.jsonl");
    const start = async (): Promise<Client> => {
      const chat = client({
        email: moderator.email,
        password: moderator.password,
        stateFile,
        clock,
        onError: () => {},
      });
      await chat.login();
      for (const resumed of await chat.resume()) resumed.catch(() => {});
      return chat;
    };
    const before = await start();
    faults.cut(newMessage);
    faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1e6 });
    const cutOff = failureOf(before.getRoom(1).sendMessage("mine", { key: "k" }));
    await meanwhile(() => said().includes("mine"));
    const theirs = alice.in(1).says("theirs");
    await turning(clock, before.getMessage(theirs.id).edit("theirs, edited", { key: "edit" }));
    await before.logout({ drain: false });
    await cutOff;
    faults.clear();
    await turning(clock, (await start()).getRoom(1).sendMessage("mine again", { key: "k" }));
    expect(said()).toEqual(["mine", "theirs, edited"]);
  });

  test("is kept for keyTtlMs after the message was sent", async () => {
    const { restarted, said, clock } = await keyed();
    const options = { keyTtlMs: 3_600_000 };
    let chat = await restarted(undefined, options);
    await chat.getRoom(1).sendMessage("one", { key: "k" });
    await clock.advance(3_599_000);
    chat = await restarted(chat, options);
    await chat.getRoom(1).sendMessage("two", { key: "k" });
    expect(said()).toEqual(["one"]);
    await clock.advance(1_000);
    chat = await restarted(chat, options);
    await turning(clock, chat.getRoom(1).sendMessage("three", { key: "k" }));
    expect(said()).toEqual(["one", "three"]);
  });

  test("sends a handler's answer once although its event is delivered again", async () => {
    const { restarted, said, alice, faults } = await keyed();
    const listen = (chat: Client) =>
      chat.getRoom(1).watch(async (event) => {
        if (!(event instanceof MessagePosted) || event.textContent !== "question") return;
        await chat.getRoom(1).sendMessage("answer", { key: `answer to ${event.messageId}` });
      });
    const before = await restarted();
    await listen(before).ready;
    faults.cut(newMessage);
    alice.in(1).says("question");
    await meanwhile(() => said().includes("answer"));
    const after = await restarted(before);
    await listen(after).ready;
    await meanwhile(() => after.outbox.pending.length === 0);
    expect(said()).toEqual(["question", "answer"]);
  });

  test("is kept until the answered event has been handled, however long the bot is down", async () => {
    const { restarted, said, alice, clock } = await keyed();
    const options = { keyTtlMs: 10_000 };
    let release = (): void => {};
    const listen = async (chat: Client): Promise<void> => {
      const watch = chat.getRoom(1).watch(async (event) => {
        if (!(event instanceof MessagePosted) || event.textContent !== "question") return;
        await chat.getRoom(1).sendMessage(`answer ${said().length}`, { key: `answer to ${event.messageId}` });
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      });
      await turning(clock, Promise.resolve(watch.ready));
    };
    const before = await restarted(undefined, options);
    await listen(before);
    alice.in(1).says("question");
    await meanwhile(() => before.outbox.pending.length === 0 && said().length === 2);
    await clock.advance(20_000);
    const after = await restarted(before, options);
    release = () => {};
    const unset = release;
    await listen(after);
    await turning(
      clock,
      meanwhile(() => release !== unset),
    );
    expect(said()).toEqual(["question", "answer 1"]);
  });
});
