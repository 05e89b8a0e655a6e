/** The stream under faults: sockets that drop, lie or go silent, servers that lose data. The clock is advanced by hand. */

import type { ChatEvent } from "chatexchange-ts";
import {
  Client,
  type ClientOptions,
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  StreamGap,
  type StreamState,
  UserEntered,
  UserMentioned,
} from "chatexchange-ts";
import { type ChatServer, ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ends, type Stage, stage, startServer, until } from "./support.js";

interface Ear {
  readonly clock: ManualClock;
  readonly chat: Client;
  /** The texts of the posts so far. */
  readonly texts: string[];
  readonly events: ChatEvent[];
  readonly states: StreamState[];
}

/** A client that listens to room 1 on a manual clock. */
async function listening({ client }: Stage, options: ClientOptions = {}): Promise<Ear> {
  const clock = new ManualClock();
  const chat = client({ clock, random: () => 0.5, onError: () => {}, ...options });
  const ear: Ear = { clock, chat, texts: [], events: [], states: [] };
  chat.onStateChange((state) => void ear.states.push(state));
  const watch = chat.getRoom(1).watch((event) => {
    ear.events.push(event);
    if (event instanceof MessagePosted) ear.texts.push(event.textContent ?? "");
  });
  await watch.ready;
  return ear;
}

describe("the stream", () => {
  test("loses and repeats no event when sockets drop", async () => {
    const set = await stage();
    const ear = await listening(set);
    const { faults } = set.server.site;
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (const part of ["a", "b", "c"]) {
        if (part === "b") faults.dropSockets();
        expected.push(`${round}${part}`);
        set.alice.in(1).says(`${round}${part}`);
      }
      await until(ear.clock, () => ear.texts.length >= expected.length && ear.chat.state === "live");
    }
    expect(ear.texts).toEqual(expected);
    expect(ear.states.slice(0, 4)).toEqual(["connecting", "live", "resuming", "live"]);
    expect(ear.events.filter((event) => event instanceof StreamGap)).toEqual([]);
  });

  test("detects a lost frame by the next one, and delivers its events first", async () => {
    const set = await stage();
    const ear = await listening(set);
    set.server.site.faults.loseFrames(1);
    for (const text of ["lost", "seen", "after"]) set.alice.in(1).says(text);
    await until(ear.clock, () => ear.texts.length >= 3);
    expect(ear.texts).toEqual(["lost", "seen", "after"]);
  });

  test("detects a lost last frame with a poll after a long silence", async () => {
    const set = await stage();
    const ear = await listening(set, { stream: { idleMs: 600_000, auditMs: 60_000 } });
    set.server.site.faults.loseFrames(1);
    set.alice.in(1).says("the last word");
    await until(ear.clock, () => ear.texts.length >= 1, 5_000);
    expect(ear.texts).toEqual(["the last word"]);
  });

  test("delivers a replayed event only once", async () => {
    const set = await stage();
    const ear = await listening(set);
    set.server.site.faults.duplicateFrames(3);
    for (const text of ["one", "two", "three", "four"]) set.alice.in(1).says(text);
    await until(ear.clock, () => ear.texts.length >= 4);
    expect(ear.texts).toEqual(["one", "two", "three", "four"]);
  });

  test("replaces a socket that has gone silent", async () => {
    const set = await stage();
    const ear = await listening(set);
    set.alice.in(1).says("before");
    await until(ear.clock, () => ear.texts.length === 1);
    set.server.site.faults.silenceSockets();
    set.alice.in(1).says("into the silence");
    await until(ear.clock, () => ear.states.includes("stale"), 5_000);
    set.server.site.faults.silenceSockets(false);
    await until(ear.clock, () => ear.texts.length === 2);
    expect(ear.texts).toEqual(["before", "into the silence"]);
  });

  test("polls while sockets do not work, and returns to them", async () => {
    const set = await stage();
    const ear = await listening(set);
    const { faults } = set.server.site;
    faults.fail("/ws-auth", { status: 500, times: 3 });
    faults.dropSockets();
    set.alice.in(1).says("while there is no socket");
    await until(ear.clock, () => ear.chat.state === "polling");
    set.alice.in(1).says("polled for");
    await until(ear.clock, () => ear.texts.length === 2);
    await until(ear.clock, () => ear.chat.state === "live", 10_000);
    set.alice.in(1).says("live again");
    await until(ear.clock, () => ear.texts.length === 3);
    expect(ear.texts).toEqual(["while there is no socket", "polled for", "live again"]);
  });

  test("survives an outage of an hour, and a login that expired meanwhile", async () => {
    const set = await stage();
    const ear = await listening(set);
    const { faults } = set.server.site;
    faults.fail(/^\/(ws-auth|events|chats)/, { status: 503, times: 40 });
    faults.dropSockets();
    faults.expireSessions();
    set.alice.in(1).says("in the dark");
    await until(ear.clock, () => ear.texts.length === 1, 30_000);
    await until(ear.clock, () => ear.chat.state === "live", 30_000);
    set.alice.in(1).says("in the light");
    await until(ear.clock, () => ear.texts.length === 2);
    expect(ear.texts).toEqual(["in the dark", "in the light"]);
  });

  test("announces an unrecoverable gap with its range, and delivers the events that the lists still have", async () => {
    const set = await stage({ maxEvents: 20, backlogLimit: 5 });
    const old = set.alice.in(1).says("old");
    const doomed = set.alice.in(1).says("doomed");
    const ear = await listening(set);
    set.alice.in(1).says("heard");
    await until(ear.clock, () => ear.texts.length === 1);
    const last = ear.events.at(-1)?.id ?? 0;
    set.server.site.faults.silenceSockets();
    set.alice.in(1).edits(old.id, "old, mended");
    set.alice.in(1).deletes(doomed.id);
    const flood = Array.from({ length: 60 }, (_, n) => `flood ${n}`);
    for (const text of flood) set.alice.in(1).says(text);
    const newest = set.server.site.newestEventId;
    set.server.site.faults.dropSockets();
    set.server.site.faults.silenceSockets(false);
    await until(ear.clock, () => ear.texts.length >= 61, 5_000);
    expect(ear.texts).toEqual(["heard", ...flood]);
    const gaps = ear.events.filter((event) => event instanceof StreamGap);
    expect(gaps.map(({ kind, from, to, room }) => [kind, from, to, room?.id])).toEqual([
      ["expired", last + 1, newest, 1],
    ]);
    expect(ear.events.find((event) => event instanceof MessageEdited)).toMatchObject({
      messageId: old.id,
      textContent: "old, mended",
    });
    expect(ear.events.find((event) => event instanceof MessageDeleted)).toMatchObject({ messageId: doomed.id });
  });

  test("continues with a server whose event ids restarted at a lower id", async () => {
    const set = await stage();
    const ear = await listening(set);
    set.alice.in(1).says("before the backup");
    await until(ear.clock, () => ear.texts.length === 1);
    const { faults, newestEventId } = set.server.site;
    const time = newestEventId - 1_000;
    faults.fail("/events", { status: 200, body: "{}" });
    faults.fail("/chats/1/events", { status: 200, body: JSON.stringify({ events: [], time }), times: 2 });
    faults.dropSockets();
    await until(ear.clock, () => ear.events.some((event) => event instanceof StreamGap), 2_000);
    expect(ear.events.find((event) => event instanceof StreamGap)).toMatchObject({ from: time, to: newestEventId });
    const restored = {
      event_type: 1,
      time_stamp: 5,
      content: "after",
      id: time + 1,
      user_id: 3,
      user_name: "X",
      room_id: 1,
      message_id: 7,
    };
    await until(ear.clock, () => ear.chat.state === "live");
    faults.sendRaw(JSON.stringify({ r1: { e: [restored], t: time + 1, d: 1 } }));
    await until(ear.clock, () => ear.texts.includes("after"));
  });

  test("delivers events at once from a server that restarted without its data, although their ids were used before", async () => {
    const clock = new ManualClock();
    const start = (port: number): Promise<ChatServer> => startServer({ port, clock });
    // Below the ephemeral ports, so that no other process takes it while the server is down.
    const first = await start(23_000 + (process.pid % 2_000) * 3);
    const chat = ends(new Client(first.url, { clock, random: () => 0.5, onError: () => {} }));
    const heard: string[] = [];
    const watch = chat.getRoom(1).watch((event) => {
      if (event instanceof MessagePosted) heard.push(event.textContent ?? "");
      if (event instanceof StreamGap) heard.push(event.kind, event.reason);
    });
    await watch.ready;
    for (const text of ["one", "two", "three"]) first.site.user("Alice").in(1).says(text);
    await until(clock, () => heard.length === 3);
    await first.close();
    await clock.advance(20_000); // enough failures to make the room fall back to polling
    const second = await start(Number(new URL(first.url).port));
    second.site.user("Alice").in(1).says("first again");
    await until(clock, () => heard.length === 6 && chat.state === "live", 5_000);
    second.site.user("Alice").in(1).says("second again");
    await until(clock, () => heard.length === 7);
    const reason = "the server restarted from an earlier event id";
    expect(heard).toEqual(["one", "two", "three", "reset", reason, "first again", "second again"]);
    expect(chat.state).toBe("live");
  });

  test("ends with a reason when the account is removed from the room", async () => {
    const set = await stage();
    const room = set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const { chat } = await listening(set);
    const messages = chat.getRoom(40).newMessages();
    await messages.ready;
    set.alice.in(room).kicks(set.bot);
    await expect(messages.next()).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(chat.getRoom(40).isInRoom).toBe(false);
  });
});

describe("a restarted bot", () => {
  test("resumes where it stopped, with neither gap nor repetition", async () => {
    const set = await stage();
    const first = await listening(set);
    set.alice.in(1).says("heard before");
    await until(first.clock, () => first.texts.length === 1);
    const cursors = structuredClone(first.chat.cursors);
    expect(Object.keys(cursors)).toEqual(["1"]);
    await first.chat.logout();
    for (const text of ["missed one", "missed two"]) set.alice.in(1).says(text);
    const second = await listening(set, { stream: { cursors } });
    set.alice.in(1).says("heard after");
    await until(second.clock, () => second.texts.length === 3);
    expect(second.texts).toEqual(["missed one", "missed two", "heard after"]);
  });
});

describe("client.watch", () => {
  test("delivers events of every listened room once, and pings from other rooms", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 2, name: "Quiet" });
    set.bot.in(2).enters();
    const ear = await listening(set);
    await until(ear.clock, () => ear.events.some((event) => event instanceof UserEntered));
    const heard: ChatEvent[] = [];
    const watch = ear.chat.watch((event, given) => {
      expect(given).toBe(ear.chat);
      heard.push(event);
    });
    set.alice.in(2).says("@Bot, are you here?");
    set.alice.in(1).says("@Bot, and here?");
    await until(ear.clock, () => ear.texts.length === 1);
    expect(heard.map((event) => [event.constructor, event.room?.id])).toEqual([
      [UserMentioned, 2],
      [UserMentioned, 1],
      [MessagePosted, 1],
    ]);
    expect(ear.events.filter((event) => event.room?.id === 2)).toEqual([]);
    watch.close();
    set.alice.in(1).says("unheard");
    await until(ear.clock, () => ear.texts.length === 2);
    expect(heard).toHaveLength(3);
  });
});

test("an outage during an automatic login is waited out like any other", async () => {
  const set = await stage();
  const ear = await listening(set);
  const { faults } = set.server.site;
  faults.expireSessions();
  faults.fail(/^\//, { status: 503, body: "<!DOCTYPE html><title>Offline</title>", times: 30 });
  faults.dropSockets();
  set.alice.in(1).says("in the meantime");
  await until(ear.clock, () => ear.texts.length === 1, 60_000);
  expect(ear.texts).toEqual(["in the meantime"]);
});

test("a gap after a restart does not deliver old messages as new", async () => {
  const set = await stage({ maxEvents: 20 });
  for (let n = 0; n < 40; n++) set.alice.in(1).says(`old ${n}`);
  const ear = await listening(set, { stream: { cursors: { 1: set.server.site.newestEventId - 39 } } });
  await until(ear.clock, () => ear.events.some((event) => event instanceof StreamGap));
  expect(ear.texts).toEqual([]);
  set.alice.in(1).says("new");
  await until(ear.clock, () => ear.texts.length > 0);
  expect(ear.texts).toEqual(["new"]);
});
