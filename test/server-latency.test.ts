/** The local server on a slow network: late answers and frames, in order, and a clock that stands still meanwhile. */

import { MessagePosted } from "chatexchange-ts";
import { ManualClock, setStage } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser, listen, withBot } from "./server-support.js";
import { failureOf, meanwhile } from "./support.js";

describe("a server that is far away", () => {
  test("acts when a request arrives, and answers late", async () => {
    const { server, bot } = await withBot({ clock: new ManualClock() });
    await using _ = server;
    server.site.faults.slow("/chats/1/messages/new", 60_000);
    const posting = failureOf(bot.post("/chats/1/messages/new", { text: "here already" }));
    await meanwhile(() => server.site.faults.underWay === 1);
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["here already"]);
    await server.close();
    await posting;
    expect(server.site.faults.underWay).toBe(0);
  });

  test("sends an event before or after the answer to the action that it is about", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { faults } = server.site;
    const socket = await listen(bot, 1);
    const order: string[] = [];
    const say = async (text: string): Promise<void> => {
      const heard = socket.frame().then(() => order.push(`event ${text}`));
      const answered = bot.post("/chats/1/messages/new", { text }).then(() => order.push(`answer ${text}`));
      await Promise.all([heard, answered]);
    };
    faults.slow("/chats/1/messages/new", 50);
    await say("a");
    faults.clear();
    faults.slowFrames([50, 60]);
    await say("b");
    expect(order).toEqual(["event a", "answer a", "answer b", "event b"]);
  });

  test("keeps the frames of a socket in order, whatever the delay of each", async () => {
    const delays = [0.9, 0.1, 0.5, 0, 0.99, 0.3];
    let turn = 0;
    const { server, bot } = await withBot({ random: () => delays[turn++ % delays.length] ?? 0 });
    await using _ = server;
    const socket = await listen(bot, 1);
    const alice = server.site.user("Alice").in(1);
    server.site.faults.slowFrames([0, 30]);
    const texts = Array.from({ length: 24 }, (_, n) => `number ${n}`);
    for (const text of texts) alice.says(text);
    expect(server.site.faults.underWay).toBeGreaterThan(0);
    const heard: unknown[] = [];
    while (heard.length < texts.length) {
      for (const { event_type, content } of (await socket.frame()).r1?.e ?? [])
        if (event_type === 1) heard.push(content);
    }
    expect(heard).toEqual(texts);
    await meanwhile(() => server.site.faults.underWay === 0);
  });

  test("draws its delays between the least and the most of latencyMs, the same in each run", async () => {
    const draw = async (): Promise<number[]> => {
      const drawn: number[] = [];
      let state = 0;
      const random = (): number => {
        state = (state + 0.37) % 1;
        drawn.push(state);
        return state;
      };
      await using server = await ChatServer.start({ latencyMs: [1, 5], random });
      const browser = new Browser(server.site);
      for (let n = 0; n < 5; n++) await browser.get("/faq");
      return drawn;
    };
    const drawn = await draw();
    expect(drawn).toHaveLength(5);
    expect(await draw()).toEqual(drawn);
  });

  test("acts late with the option before, and not at all if the caller aborts first", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { faults } = server.site;
    faults.slow(/messages\/new$/, 60_000, { before: true, times: 1 });
    const late = failureOf(bot.post("/chats/1/messages/new", { text: "late" }));
    await meanwhile(() => faults.underWay === 1);
    await bot.post("/chats/1/messages/new", { text: "at once" });
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["at once"]);
    await server.close();
    await late;
  });

  test("breaks connections late, too, and opens sockets late", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const { faults } = server.site;
    const browser = await new Browser(server.site).visit();
    faults.slow("/faq", 60_000);
    faults.cut("/faq");
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    const cut = browser.get("/faq").then(over, over);
    await meanwhile(() => faults.underWay === 1);
    await browser.get("/rooms");
    expect(isOver).toBe(false);
    faults.slow(/^\/events\//, 60_000);
    const opening = failureOf(browser.open(1, 0));
    await meanwhile(() => faults.underWay === 2);
    expect(server.site.openSockets).toBe(0);
    await server.close();
    await Promise.all([cut, opening]);
  });

  test.each([
    ["slow", [-1]],
    ["slow", [[80, 30]]],
    ["slowFrames", ["x"]],
    ["slowFrames", [[1, 2, 3]]],
    ["shortLivedSockets", [Number.NaN]],
  ])("refuses an invalid delay: %s(%j)", async (name, [delay]) => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const { faults } = server.site;
    const act =
      { slow: () => faults.slow("/", delay as number) }[name] ?? (() => faults[name as "slowFrames"](delay as number));
    expect(act).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
    expect(await failureOf(ChatServer.start({ latencyMs: delay as number }))).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

describe("a stage whose server is far away", () => {
  test("does not advance its clock while answers and frames are under way", async () => {
    const clock = new ManualClock();
    await using stage = await setStage({ clock, server: { latencyMs: [20, 40] } });
    const chat = stage.client();
    const heard: string[] = [];
    const watch = chat.getRoom(1).watch((event) => {
      if (event instanceof MessagePosted) heard.push(event.textContent ?? "");
    });
    await stage.until(watch.ready);
    const before = clock.now();
    stage.people.Alice.says("far away");
    await stage.until(() => heard.length === 1);
    expect(clock.now()).toBe(before);
    await stage.until(chat.getRoom(1).sendMessage("so am I"));
    expect(clock.now()).toBe(before);
  });
});
