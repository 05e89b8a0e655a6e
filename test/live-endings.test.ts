/** Which failures end listening, and which do not. The clock is advanced by hand. */
import { MessagePosted, StreamGap } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { sizeOf } from "./sizes.js";
import { listening } from "./stream-ear.js";
import { failureOf, meanwhile, next, quiet, stage, turning, until } from "./support.js";

describe("a bare answer", () => {
  const pages = [
    ["a bare 403", { status: 403 }],
    ["a bare 404", { status: 404, body: "<html><title>Not here</title></html>" }],
    ["a bare 401", { status: 401 }],
    ["another page", { status: 200, body: "<html><title>Welcome to the hotel</title></html>" }],
  ] as const;

  test.each(pages)("such as %s does not end listening, however long it lasts", async (_, answer) => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.fail(/^\/(ws-auth|events|chats)/, { ...answer, times: 100_000 });
    faults.dropSockets();
    ear.says("in the dark");
    const end = ear.clock.now() + sizeOf({ near: 300_000, release: 3_600_000 });
    await until(ear.clock, () => ear.clock.now() >= end, 60_000);
    expect(ear.chat.state).toBe("stale");
    expect(ear.reported).toEqual([]);
    faults.clear();
    await ear.hears("in the dark");
    await until(ear.clock, () => ear.chat.state === "live");
  });

  test("leads to ever fewer requests", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.fail(/^\/(ws-auth|events|chats)/, { status: 403, times: 100_000 });
    faults.dropSockets();
    const end = ear.clock.now() + 3_600_000;
    await until(ear.clock, () => ear.clock.now() >= end, 60_000);
    expect(ear.requests().length).toBeLessThan(400);
  });

  test("ends listening after giveUpMs, with the last failure, and not before", async () => {
    const ear = await listening({ stream: { giveUpMs: 600_000 } });
    const { faults } = ear.server.site;
    const watch = ear.chat.getRoom(1).watch(() => {});
    await watch.ready;
    const messages = ear.chat.getRoom(1).newMessages();
    await messages.ready;
    faults.fail(/^\/(ws-auth|events|chats)/, { status: 403, times: 100_000 });
    const begin = ear.clock.now();
    faults.dropSockets();
    await until(ear.clock, () => ear.chat.state === "closed", 1_000);
    expect(ear.clock.now() - begin).toBeGreaterThanOrEqual(600_000);
    expect(ear.clock.now() - begin).toBeLessThanOrEqual(601_000);
    expect(await failureOf(watch.closed)).toMatchObject({ code: "FORBIDDEN" });
    expect(await failureOf(messages.next())).toMatchObject({ code: "FORBIDDEN" });
    expect(ear.reported).toMatchObject([{ code: "FORBIDDEN" }, { code: "FORBIDDEN" }]);
  });

  test.each([
    ["without a time", undefined],
    ["with a time that is none", "soon"],
  ])(
    "429 %s to every request for a socket leaves polling: ready resolves, and sockets are seldom asked for",
    async (_, after) => {
      const set = await stage();
      const clock = new ManualClock();
      const chat = set.client({ clock, onError: () => {} });
      await chat.login();
      const headers = after === undefined ? {} : { "retry-after": after };
      set.server.site.faults.fail("/ws-auth", { status: 429, body: "slow down", headers, times: 100_000 });
      const begin = clock.now();
      const messages = chat.getRoom(1).newMessages();
      await turning(clock, messages.ready);
      set.alice.in(1).says("by polling");
      expect(await (await turning(clock, next(messages))).textContent).toBe("by polling");
      await until(clock, () => clock.now() >= begin + 600_000, 5_000);
      const asked = set.server.requests.filter(({ path }) => path.startsWith("/ws-auth"));
      // Every minute, and a few times in the beginning.
      expect(asked.length).toBeLessThan(20);
    },
  );

  test("to the request for the room page changes nothing: ready resolves, and events arrive", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock, onError: () => {} });
    await chat.login();
    set.server.site.faults.fail(/^\/rooms\/1$/, { status: 403, times: 100 });
    const messages = chat.getRoom(1).newMessages();
    await turning(clock, messages.ready);
    set.alice.in(1).says("there?");
    expect(await (await next(messages)).textContent).toBe("there?");
  });
});

describe("a wait that the server asks for", () => {
  test("is respected before the next try", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    const body = "You can perform this action again in 90 seconds.";
    faults.fail("/ws-auth", { status: 409, body, times: 1 });
    faults.dropSockets();
    const asked = (): number => ear.server.requests.filter(({ path }) => path === "/ws-auth").length;
    const before = asked();
    await until(ear.clock, () => asked() === before + 1, 100);
    const refused = ear.clock.now();
    await until(ear.clock, () => asked() === before + 2, 1_000);
    expect(ear.clock.now() - refused).toBeGreaterThanOrEqual(90_000);
    expect(ear.clock.now() - refused).toBeLessThanOrEqual(92_000);
  });
});

describe("the end of listening for good", () => {
  test("rejects closed and ready of a watch, and calls onError once", async () => {
    const set = await stage();
    const reported: unknown[] = [];
    const chat = set.client({ onError: (error) => void reported.push(error) });
    const watch = chat.getRoom(99_999_999).watch(() => {});
    expect(await failureOf(watch.ready)).toMatchObject({ code: "NOT_FOUND" });
    expect(await failureOf(watch.closed)).toMatchObject({ code: "NOT_FOUND" });
    expect(reported).toMatchObject([{ code: "NOT_FOUND" }]);
  });

  test("resolves closed when it comes from close() or logout", async () => {
    const ear = await listening();
    const [first, second] = [ear.chat.getRoom(1).watch(() => {}), ear.chat.getRoom(1).watch(() => {})];
    const everywhere = ear.chat.watch(() => {});
    await Promise.all([first.ready, second.ready]);
    first.close();
    await first.closed;
    await ear.chat.logout();
    await Promise.all([second.closed, everywhere.closed]);
  });

  test("ends a loop at once when it comes from logout: queued events are not yielded", async () => {
    const ear = await listening();
    const messages = ear.chat.getRoom(1).newMessages();
    await messages.ready;
    ear.says("one", "two", "three");
    await ear.hears("one", "two", "three");
    const read: string[] = [];
    for await (const message of messages) {
      read.push(await message.textContent);
      await ear.chat.logout();
    }
    expect(read).toEqual(["one"]);
  });
});

describe("room.leave()", () => {
  test("ends the room's watches and loops, also in a callback, and no other room's", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 2, name: "Other" });
    const ear = await listening({}, set);
    const room = ear.chat.getRoom(2);
    const heard: string[] = [];
    const watch = room.watch(async (event) => {
      if (!(event instanceof MessagePosted)) return;
      heard.push(event.textContent ?? "");
      if (event.textContent === "!!leave") await room.leave();
      else await event.message.reply("pong");
    });
    const messages = room.newMessages();
    await Promise.all([watch.ready, messages.ready]);
    for (const text of ["!!leave", "!!ping"]) set.alice.in(2).says(text);
    await watch.closed;
    expect(await messages.next()).toEqual({ done: true, value: undefined });
    await meanwhile(() => !set.server.site.room(2).present.includes(set.bot.id));
    set.alice.in(2).says("!!ping");
    ear.says("still here");
    await ear.hears("still here");
    expect(heard).toEqual(["!!leave"]);
    expect(set.server.site.room(2).messages.filter(({ userId }) => userId === set.bot.id)).toEqual([]);
    expect(set.server.site.room(2).present).not.toContain(set.bot.id);
    expect(room.isInRoom).toBe(false);
  });
});

describe("short-lived sockets", () => {
  test("lead neither to polling nor to gaps when they live 30 to 40 s, even after an outage", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    const said: string[] = [];
    const talk = async (ms: number): Promise<void> => {
      said.push(`said ${said.length}`);
      ear.says(said.at(-1) ?? "");
      const end = ear.clock.now() + ms;
      await until(ear.clock, () => ear.clock.now() >= end, 1_000);
    };
    faults.fail(/^\/(ws-auth|events|chats)/, { status: 503, times: 100_000 });
    faults.dropSockets();
    await talk(120_000);
    faults.clear();
    await until(ear.clock, () => ear.chat.state === "live", 1_000);
    const from = ear.states.length;
    for (let round = 0; round < 20; round++) {
      await talk(round % 2 === 0 ? 30_000 : 40_000);
      faults.dropSockets();
      const dropped = ear.clock.now();
      await until(ear.clock, () => ear.chat.state === "live" && ear.texts.length === said.length, 100);
      expect(ear.clock.now() - dropped).toBeLessThanOrEqual(2_000);
    }
    expect(ear.texts).toEqual(said);
    expect(ear.states.slice(from)).not.toContain("polling");
    expect(ear.events.filter((event) => event instanceof StreamGap)).toEqual([]);
  });

  test("are opened ever more rarely when they keep dying at once", async () => {
    const ear = await listening();
    let isOver = false;
    const drop = (): void => {
      ear.server.site.faults.dropSockets();
      if (!isOver) ear.clock.setTimeout(drop, 2_000);
    };
    drop();
    ear.requests();
    const end = ear.clock.now() + 600_000;
    await until(ear.clock, () => ear.clock.now() >= end, 1_000);
    isOver = true;
    expect(ear.requests().filter((line) => line === "POST /ws-auth").length).toBeLessThan(40);
    ear.says("calm again");
    await until(ear.clock, () => ear.chat.state === "live" && ear.texts.includes("calm again"), 5_000);
  });
});

describe("an impossible counter or id", () => {
  test.each(["1e308", "1e999", "9007199254740993", "-5", "0.5"])("makes a frame with %s damaged", async (number) => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { cursors } = ear.chat;
    const { faults } = ear.server.site;
    const event = `{"event_type":1,"content":"a lie","id":${number},"user_id":3,"room_id":1,"message_id":5}`;
    faults.sendRaw(`{"r1":{"e":[],"t":${number},"d":1}}`);
    faults.sendRaw(`{"r1":{"e":[],"t":${number},"d":${number}}}`);
    faults.sendRaw(`{"r1":{"e":[${event}]}}`);
    await quiet();
    expect(ear.chat.cursors).toEqual(cursors);
    ear.says("after");
    await ear.hears("before", "after");
    expect(ear.events.filter((one) => one instanceof StreamGap)).toEqual([]);
    expect(Number(ear.chat.cursors[1])).toBe(ear.server.site.newestEventId);
  });

  test("is not taken from a list as the start", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock, onError: () => {} });
    const body = '{"events":[],"time":1e308,"sync":1,"ms":0}';
    set.server.site.faults.fail("/chats/1/events", { status: 200, body, times: 1 });
    const messages = chat.getRoom(1).newMessages();
    await turning(clock, messages.ready);
    set.alice.in(1).says("heard");
    expect(await (await next(messages)).textContent).toBe("heard");
  });
});
