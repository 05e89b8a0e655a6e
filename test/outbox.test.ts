/** Sending under faults: throttled, disconnected, unanswered. No message is lost, repeated, or out of order. */
import { Client, type Message } from "chatexchange-ts";
import { requiredPauseMs } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ends, failureOf, type Stage, stage, turning, until } from "./support.js";

/** A throttling server and a client on one manual clock. */
async function throttled(): Promise<Stage & { clock: ManualClock; chat: Client }> {
  const clock = new ManualClock();
  const set = await stage({ clock, throttle: true });
  const chat = set.client({ clock });
  await chat.login();
  return { ...set, clock, chat };
}

const said = (set: Pick<Stage, "server">, room = 1): string[] =>
  set.server.site.room(room).messages.map(({ source }) => source);

describe("under the throttle", () => {
  test("40 messages go out in order, once, hardly later than the server allows", async () => {
    const { clock, chat, ...set } = await throttled();
    const texts = Array.from({ length: 40 }, (_, n) => `message ${n}`);
    const start = clock.now();
    const messages = await turning(clock, Promise.all(texts.map((text) => chat.getRoom(1).sendMessage(text))));
    expect(said(set)).toEqual(texts);
    expect(messages.map(({ id }) => id)).toEqual(set.server.site.room(1).messages.map(({ id }) => id));
    const took = clock.now() - start;
    const earliest = texts.reduce((sum, _, n) => sum + (n === 0 ? 0 : requiredPauseMs(n + 1)), 0);
    console.log(
      `40 messages took ${took / 1000} s; the server allows no less than ${earliest / 1000} s: ${(took / earliest).toFixed(3)} x`,
    );
    expect(took / earliest).toBeLessThanOrEqual(1.1);
  });

  test("replies run before messages to other rooms, and never before earlier messages to their own room", async () => {
    const { clock, chat, alice, ...set } = await throttled();
    for (const id of [2, 3]) set.server.site.addRoom({ id, name: `Room ${id}` });
    const question = alice.in(2).says("a question");
    const order: string[] = [];
    const note = (name: string) => (message: Message) => void order.push(`${name}:${message.id}`);
    const [one, two, three] = [1, 2, 3].map((id) => chat.getRoom(id));
    if (!one || !two || !three) throw new Error("no rooms");
    const sends = [
      one.sendMessage("report 1").then(note("report 1")),
      one.sendMessage("report 2").then(note("report 2")),
      one.sendMessage("report 3").then(note("report 3")),
      three.sendMessage("elsewhere").then(note("elsewhere")),
      two.sendMessage("first in 2").then(note("first in 2")),
      two.sendMessage("an answer", { replyTo: question.id }).then(note("an answer")),
      three.sendMessage("urgent", { priority: "high" }).then(note("urgent")),
    ];
    expect(chat.outbox.pending.map(({ action }) => action)).toContain("post in room 2");
    await turning(clock, Promise.all(sends));
    const names = order.map((line) => line.split(":")[0]);
    expect(names.indexOf("urgent")).toBeLessThanOrEqual(1);
    expect(names.indexOf("first in 2")).toBeLessThan(names.indexOf("an answer"));
    expect(names.filter((name) => name?.startsWith("report"))).toEqual(["report 1", "report 2", "report 3"]);
    expect(
      said(set, 2)
        .slice(1)
        .map((text) => text.replace(/^:\d+ /, "")),
    ).toEqual(["first in 2", "an answer"]);
  });

  test("a reply overtakes other rooms", async () => {
    const { clock, chat, alice, ...set } = await throttled();
    set.server.site.addRoom({ id: 2, name: "Room 2" });
    const question = alice.in(2).says("a question");
    const names: string[] = [];
    const reports = [1, 2, 3, 4].map((n) =>
      chat
        .getRoom(1)
        .sendMessage(`report ${n}`)
        .then(() => names.push(`report ${n}`)),
    );
    const answer = chat
      .getMessage(question.id)
      .reply("an answer")
      .then(() => names.push("answer"));
    await turning(clock, Promise.all([...reports, answer]));
    expect(names.indexOf("answer")).toBeLessThanOrEqual(2);
    expect(names.filter((name) => name !== "answer")).toEqual(["report 1", "report 2", "report 3", "report 4"]);
  });

  test("a signal or a deadline ends an action without an effect on the others", async () => {
    const { clock, chat, ...set } = await throttled();
    const room = chat.getRoom(1);
    const stop = new AbortController();
    const first = room.sendMessage("first");
    const late = failureOf(room.sendMessage("too late", { deadlineMs: 1_000 }));
    const unwanted = failureOf(room.sendMessage("unwanted", { signal: stop.signal }));
    const last = room.sendMessage("last");
    await turning(clock, first);
    stop.abort();
    expect(await turning(clock, unwanted)).toMatchObject({ code: "ABORTED" });
    expect(await turning(clock, late)).toMatchObject({ code: "TIMED_OUT" });
    await turning(clock, last);
    expect(said(set)).toEqual(["first", "last"]);
  });

  test("logout waits for queued actions, and lists them meanwhile", async () => {
    const { clock, chat, ...set } = await throttled();
    const room = chat.getRoom(1);
    const texts = ["one", "two", "three"];
    const sends = texts.map((text) => room.sendMessage(text));
    await until(clock, () => chat.outbox.pending.length === 2);
    expect(chat.outbox.pending).toMatchObject([{ action: "post in room 1", roomId: 1 }, { action: "post in room 1" }]);
    const over = chat.logout();
    expect(await failureOf(room.sendMessage("four"))).toMatchObject({ code: "CLOSED" });
    await turning(clock, over);
    await Promise.all(sends);
    expect(said(set)).toEqual(texts);
    expect(chat.outbox.pending).toEqual([]);
  });

  test.each([
    [409, "You can perform this action again in 1 second."],
    [409, "You can perform this action again in 3 seconds"],
    [200, "You can perform this action again in 2 seconds."],
    [200, '"You can perform this action again in 2 seconds."'],
  ])("%i %s is waited out", async (status, body) => {
    const clock = new ManualClock();
    const set = await stage({ clock });
    const chat = set.client({ clock });
    await chat.login();
    set.server.site.faults.fail("/chats/1/messages/new", { status, body });
    const seconds = Number(/\d+/.exec(body)?.[0]);
    const start = clock.now();
    await turning(clock, chat.getRoom(1).sendMessage("patience"));
    expect(said(set)).toEqual(["patience"]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(clock.now() - start).toBeLessThan(seconds * 1_000 + 1_000);
  });
});

describe("an action in doubt", () => {
  /** A client on a manual clock with a short request timeout. */
  async function unsure() {
    const clock = new ManualClock();
    const set = await stage();
    const chat = set.client({ clock, timeoutMs: 250 });
    await chat.login();
    return { ...set, clock, chat, room: chat.getRoom(1), faults: set.server.site.faults };
  }

  test("is looked up, and not repeated when the server has it", async () => {
    const { faults, clock, room, ...set } = await unsure();
    faults.cut("/chats/1/messages/new");
    const message = await turning(clock, room.sendMessage("did you hear me?"));
    expect(said(set)).toEqual(["did you hear me?"]);
    expect(set.server.site.room(1).messages[0]?.id).toBe(message.id);
  });

  test("is repeated when the server does not have it", async () => {
    const { faults, clock, room, ...set } = await unsure();
    faults.hang("/chats/1/messages/new", 2);
    faults.fail("/chats/1/messages/new", { status: 503, times: 2 });
    await turning(clock, room.sendMessage("third time lucky"));
    expect(said(set)).toEqual(["third time lucky"]);
  });

  test("is not confused with another message of the same text", async () => {
    const { faults, clock, room, alice, ...set } = await unsure();
    await turning(clock, room.sendMessage("ping"));
    alice.in(1).says("ping");
    await turning(clock, room.sendMessage("pong"));
    faults.cut("/chats/1/messages/new");
    const again = await turning(clock, room.sendMessage("ping"));
    expect(said(set)).toEqual(["ping", "ping", "pong", "ping"]);
    expect(again.id).toBe(set.server.site.room(1).messages[3]?.id);
    faults.hang("/chats/1/messages/new");
    await turning(clock, room.sendMessage("pong"));
    expect(said(set)).toEqual(["ping", "ping", "pong", "ping", "pong"]);
  });

  test("keeps its place before the others, also in an outage", async () => {
    const { faults, clock, room, ...set } = await unsure();
    faults.cut("/chats/1/messages/new");
    faults.fail(/^\/chats\/1\/events/, { status: 503, times: 12 });
    const texts = ["one", "two", "three"];
    await turning(clock, Promise.all(texts.map((text) => room.sendMessage(text))), 5_000);
    expect(said(set)).toEqual(texts);
  });

  test("fails with a clear error when an outage outlasts the patience", async () => {
    const clock = new ManualClock();
    const set = await stage();
    const chat = set.client({ clock, outbox: { patienceMs: 60_000 } });
    await chat.login();
    set.server.site.faults.fail(/^\/chats/, { status: 503, times: 1_000 });
    expect(await turning(clock, failureOf(chat.getRoom(1).sendMessage("hello?")), 5_000)).toMatchObject({
      code: "SERVER_ERROR",
    });
  });

  test("is performed once, also when it is an edit, a deletion or a star", async () => {
    const { faults, clock, chat, room, alice, ...set } = await unsure();
    const theirs = alice.in(1).says("worth a star");
    const mine = await turning(clock, room.sendMessage("frist"));
    faults.cut(/\/messages\/\d+$/);
    await turning(clock, mine.edit("first"));
    expect(await mine.textContent).toBe("first");
    faults.cut(/\/star$/);
    await turning(clock, chat.getMessage(theirs.id).star());
    faults.cut(/\/delete$/);
    await turning(clock, mine.delete());
    expect(set.server.site.room(1).messages.map(({ edits, stars, deleted }) => [edits, stars, deleted])).toEqual([
      [0, 1, false],
      [1, 0, true],
    ]);
  });
});

test("two clients of one account slow each other down, and lose nothing", async () => {
  const { clock, chat, bot, ...set } = await throttled();
  const other = ends(new Client(set.server.site, { email: bot.email, password: bot.password, clock }));
  await other.login();
  const sends = [0, 1, 2, 3, 4].flatMap((n) => [
    chat.getRoom(1).sendMessage(`a${n}`),
    other.getRoom(1).sendMessage(`b${n}`),
  ]);
  await turning(clock, Promise.all(sends));
  const texts = said(set);
  expect(texts.filter((text) => text.startsWith("a"))).toEqual(["a0", "a1", "a2", "a3", "a4"]);
  expect(texts.filter((text) => text.startsWith("b"))).toEqual(["b0", "b1", "b2", "b3", "b4"]);
});
