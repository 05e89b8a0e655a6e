/** The order of actions: lanes, priorities, deadlines and signals. On a manual clock, so that moments are exact. */
import type { Client, Room } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, meanwhile, type Stage, stage, turning, until } from "./support.js";

interface Lanes extends Stage {
  readonly clock: ManualClock;
  readonly chat: Client;
  readonly rooms: readonly [Room, Room];
  /** Notes the outcome of an action, and the moment: "done" or its code, at milliseconds after the start. */
  note(name: string, action: Promise<unknown>): Promise<void>;
  readonly outcomes: ReadonlyMap<string, { outcome: string; at: number; sent: string | undefined }>;
  said(room?: number): string[];
}

async function lanes({ throttle = false, timeoutMs = 30_000 } = {}): Promise<Lanes> {
  const clock = new ManualClock();
  const set = await stage({ clock, throttle });
  set.server.site.addRoom({ id: 2, name: "Other" });
  const chat = set.client({ clock, timeoutMs, random: () => 1 });
  await chat.login();
  const start = clock.now();
  const outcomes = new Map<string, { outcome: string; at: number; sent: string | undefined }>();
  return {
    ...set,
    clock,
    chat,
    rooms: [chat.getRoom(1), chat.getRoom(2)],
    outcomes,
    note: (name, action) =>
      action.then(
        () => void outcomes.set(name, { outcome: "done", at: clock.now() - start, sent: undefined }),
        ({ code, context }) => void outcomes.set(name, { outcome: code, at: clock.now() - start, sent: context.sent }),
      ),
    said: (room = 1) => set.server.site.room(room).messages.map(({ source }) => source.replace(/^:\d+ /, "")),
  };
}

describe("lanes", () => {
  test("a room whose posts fail holds up neither another room nor a star, and fails itself when patience ends", async () => {
    const { server, alice, clock, chat, rooms, note, outcomes } = await lanes();
    const theirs = alice.in(2).says("star me");
    server.site.faults.fail("/chats/1/messages/new", { status: 500, times: 1e6 });
    const all = [
      note("room 1", rooms[0].sendMessage("one")),
      note("room 2", rooms[1].sendMessage("two")),
      note("a star", chat.getMessage(theirs.id).star()),
    ];
    await turning(clock, Promise.all(all));
    expect(outcomes.get("room 2")).toMatchObject({ outcome: "done", at: 0 });
    expect(outcomes.get("a star")).toMatchObject({ outcome: "done", at: 0 });
    expect(outcomes.get("room 1")).toEqual({ outcome: "SERVER_ERROR", at: 900_000, sent: "maybe" });
  });

  test("a request without an answer holds up other rooms for 5 s and no longer", async () => {
    const { server, clock, rooms, note, outcomes, said } = await lanes();
    server.site.faults.hang("/chats/1/messages/new");
    const first = note("hangs", rooms[0].sendMessage("one"));
    const behind = note("behind it", rooms[0].sendMessage("two"));
    const other = note("another room", rooms[1].sendMessage("three"));
    await until(clock, () => server.site.faults.hanging === 1, 100);
    await turning(clock, other, 1_000);
    expect(outcomes.get("another room")).toMatchObject({ outcome: "done", at: 5_000 });
    expect(outcomes.size).toBe(1);
    await turning(clock, Promise.all([first, behind]), 1_000);
    expect(said()).toEqual(["one", "two"]);
  });

  test("messages to a room keep their order, and so does a reply whose room is known", async () => {
    const { clock, rooms, said } = await lanes({ throttle: true });
    const first = await turning(clock, rooms[0].sendMessage("first"));
    await turning(
      clock,
      Promise.all([rooms[0].sendMessage("second"), first.reply("third"), rooms[0].sendMessage("fourth")]),
    );
    expect(said()).toEqual(["first", "second", "third", "fourth"]);
  });
});

describe("priorities", () => {
  test("an edit and a deletion are made before 40 messages that wait for the throttle, in the order for that message", async () => {
    const { server, clock, rooms, note, outcomes } = await lanes({ throttle: true });
    const report = await turning(clock, rooms[0].sendMessage("report 0"));
    const sends = Array.from({ length: 40 }, (_, n) => rooms[n % 2 === 0 ? 0 : 1].sendMessage(`report ${n + 1}`));
    for (const send of sends) send.catch(() => {});
    const acts = [note("edit", report.edit("report 0, handled")), note("delete", report.delete({ priority: "high" }))];
    await turning(clock, Promise.all(acts));
    expect(outcomes.get("edit")).toMatchObject({ outcome: "done" });
    expect(outcomes.get("delete")).toMatchObject({ outcome: "done" });
    expect(outcomes.get("delete")?.at).toBeLessThan(12_000);
    expect(server.site.message(report.id)).toMatchObject({ edits: 1, deleted: true });
  });

  test("every action takes a priority: high before all, then acts on messages, replies, others, and low last", async () => {
    const { alice, clock, chat, rooms, note, outcomes } = await lanes({ throttle: true });
    const [theirs, other] = [alice.in(2).says("one"), alice.in(2).says("two")];
    const acts = [
      note("first", rooms[0].sendMessage("starts at once")),
      note("low", rooms[0].sendMessage("low", { priority: "low" })),
      note("a low star", chat.getMessage(other.id).star(true, { priority: "low" })),
      note("normal", rooms[0].sendMessage("normal")),
      note("reply", rooms[1].sendMessage("reply", { replyTo: theirs.id })),
      note("star", chat.getMessage(theirs.id).star()),
      note("high", chat.getRoom(1).favorite(true, { priority: "high" })),
    ];
    expect(chat.outbox.pending.map(({ action }) => action)).toEqual([
      "post in room 1",
      "mark room 1 as a favorite",
      `star message ${theirs.id}`,
      "post in room 2",
      "post in room 1",
      "post in room 1",
      `star message ${other.id}`,
    ]);
    await turning(clock, Promise.all(acts));
    expect([...outcomes.keys()]).toEqual(["first", "high", "star", "reply", "normal", "low", "a low star"]);
  });

  test("a split text that was begun keeps its place in its room", async () => {
    const { clock, rooms, said } = await lanes({ throttle: true });
    const parts = rooms[0].sendParts("word ".repeat(250).trim());
    await until(clock, () => said().length === 1);
    const urgent = rooms[0].sendMessage("urgent", { priority: "high" });
    await turning(clock, Promise.all([parts, urgent]));
    expect(said().map((text) => text.slice(0, 4))).toEqual(["word", "word", "word", "urge"]);
  });

  test("an unknown priority is refused by name", async () => {
    const { chat } = await lanes();
    const priority: string = "urgent";
    // @ts-expect-error a priority is one of three words
    expect(await failureOf(chat.getMessage(1).star(true, { priority }))).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining('"high" or "normal" or "low"'),
    });
    expect(await failureOf(chat.getMessage(1).delete({ deadlineMs: 0 }))).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

describe("deadlines and signals", () => {
  test("a deadline ends an action that waits for the throttle at its exact moment, and the error says that it was not sent", async () => {
    const { clock, rooms, note, outcomes } = await lanes({ throttle: true });
    await turning(clock, rooms[0].sendMessage("one"));
    const acts = [
      note("two", rooms[0].sendMessage("two")),
      note("three", rooms[0].sendMessage("three", { deadlineMs: 1_000 })),
    ];
    await turning(clock, Promise.all(acts));
    expect(outcomes.get("three")).toEqual({ outcome: "TIMED_OUT", at: 1_000, sent: "no" });
    expect(outcomes.get("two")).toMatchObject({ outcome: "done" });
  });

  test("a deadline and an abort end actions behind a hanging request at once", async () => {
    const { server, clock, rooms, note, outcomes, said } = await lanes();
    server.site.faults.hang("/chats/1/messages/new");
    const stop = new AbortController();
    const all = [
      note("hangs", rooms[0].sendMessage("one")),
      note("aborted", rooms[0].sendMessage("two", { signal: stop.signal })),
      note("too late", rooms[0].sendMessage("three", { deadlineMs: 300 })),
    ];
    await meanwhile(() => server.site.faults.hanging === 1);
    await clock.advance(100);
    stop.abort();
    await meanwhile(() => outcomes.has("aborted"));
    await turning(clock, Promise.all(all), 1_000);
    expect(outcomes.get("aborted")).toEqual({ outcome: "ABORTED", at: 100, sent: "no" });
    expect(outcomes.get("too late")).toEqual({ outcome: "TIMED_OUT", at: 300, sent: "no" });
    expect(outcomes.get("hangs")).toMatchObject({ outcome: "done" });
    expect(said()).toEqual(["one"]);
  });

  test("a signal and a deadline end a request under way, and the error says that it may have arrived", async () => {
    const { server, clock, chat, rooms, note, outcomes } = await lanes();
    const mine = await turning(clock, rooms[1].sendMessage("mine"));
    const { faults } = server.site;
    const stop = new AbortController();
    for (const path of ["/chats/1/messages/new", /\/messages\/\d+\/delete$/]) faults.hang(path);
    const [aborted, late] = [
      note("aborted", rooms[0].sendMessage("one", { signal: stop.signal })),
      note("late", mine.delete({ deadlineMs: 7_000 })),
    ];
    await meanwhile(() => faults.hanging === 1);
    await clock.advance(200);
    stop.abort();
    await aborted;
    await meanwhile(() => faults.hanging === 1 && chat.outbox.pending.length === 1);
    await turning(clock, late, 1_000);
    expect(outcomes.get("aborted")).toEqual({ outcome: "ABORTED", at: 200, sent: "maybe" });
    expect(outcomes.get("late")).toEqual({ outcome: "TIMED_OUT", at: 7_000, sent: "maybe" });
    await meanwhile(() => faults.hanging === 0);
  });

  test("the error of an abort before a lookup says that the message may have arrived", async () => {
    const { server, clock, rooms, note, outcomes } = await lanes();
    server.site.faults.fail("/chats/1/messages/new", { status: 503, times: 1e6 });
    const stop = new AbortController();
    const sent = note("sent", rooms[0].sendMessage("one", { signal: stop.signal }));
    await until(clock, () => clock.now() % 60_000 > 20_000, 1_000);
    stop.abort();
    await sent;
    expect(outcomes.get("sent")).toMatchObject({ outcome: "ABORTED", sent: "maybe" });
  });

  test("the errors at the end of the client say of each action whether it may have arrived", async () => {
    const { server, chat, rooms, note, outcomes } = await lanes();
    server.site.faults.hang("/chats/1/messages/new");
    const all = [note("hangs", rooms[0].sendMessage("one")), note("waits", rooms[0].sendMessage("two"))];
    await meanwhile(() => server.site.faults.hanging === 1);
    await chat.logout({ drain: false });
    await Promise.all(all);
    await note("after", rooms[0].sendMessage("three"));
    expect([...outcomes].map(([name, { outcome, sent }]) => [name, outcome, sent])).toEqual([
      ["hangs", "CLOSED", "maybe"],
      ["waits", "CLOSED", "no"],
      ["after", "CLOSED", "no"],
    ]);
  });

  test("the error of a refusal in the site's own words says that nothing was sent; parts sent before keep their ids", async () => {
    const { server, alice, clock, chat, rooms, note, outcomes, said } = await lanes({ throttle: true });
    const theirs = alice.in(1).says("hands off");
    await turning(clock, note("refused", chat.getMessage(theirs.id).delete()));
    expect(outcomes.get("refused")).toMatchObject({ outcome: "NOT_YOURS", sent: "no" });
    const stop = new AbortController();
    const parts = failureOf(rooms[0].sendParts("word ".repeat(250).trim(), { signal: stop.signal }));
    await until(clock, () => chat.counts["outbox:throttled"] === 1);
    expect(said()).toHaveLength(2);
    stop.abort();
    const sent = server.site.room(1).messages.slice(1);
    expect(await parts).toMatchObject({
      code: "PARTLY_SENT",
      sentIds: sent.map(({ id }) => id),
      context: { sent: "no" },
      cause: { code: "ABORTED", context: { sent: "no" } },
    });
  });
});
