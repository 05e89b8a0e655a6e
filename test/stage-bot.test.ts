/** A stage that runs the bot: it starts the bot in its room, stops it at the end, and can start it again. */
import { existsSync } from "node:fs";
import { MessagePosted, type Room, type Watch } from "chatexchange-ts";
import { type StageBot, setStage } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { latency } from "./latency.js";
import { failureOf } from "./support.js";
import { temporaryFolder } from "./temporary.js";

/** Answers `!hello` with how often it was started, and `!fail` with a failure. */
class Greeter implements StageBot {
  readonly rooms: Room[] = [];
  stops = 0;
  #watch: Watch | undefined;

  async start(rooms: readonly Room[]): Promise<void> {
    this.rooms.push(...rooms);
    this.#watch = rooms[0]?.watch(async (event) => {
      if (!(event instanceof MessagePosted)) return;
      if (event.textContent === "!fail") throw new Error("the bot broke");
      if (event.textContent === "!hello") await event.message.reply(`Hello, ${this.rooms.length}`);
    });
    await this.#watch?.ready;
  }

  async stop(): Promise<void> {
    this.stops++;
    this.#watch?.close();
  }
}

describe("a stage with a bot", () => {
  test("starts it in the stage's room, and stops it at the end", async () => {
    const bot = new Greeter();
    {
      await using stage = await setStage({ server: latency(), bot });
      const { Alice } = stage.people;
      Alice.says("!hello");
      expect(await Alice.hears()).toMatchObject({ text: "Hello, 1", userName: "Bot", userId: stage.bot.id });
      expect(bot.rooms.map(({ id }) => id)).toEqual([stage.room.id]);
      expect(bot.stops).toBe(0);
    }
    expect(bot.stops).toBe(1);
    await expect(bot.rooms[0]?.sendMessage("x")).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("starts it again with a new client, and makes a new one if it can", async () => {
    const made: Greeter[] = [];
    const sessionFile = `${temporaryFolder()}/bot.session`;
    const bot = (): Greeter => {
      made.push(new Greeter());
      return made.at(-1) as Greeter;
    };
    await using stage = await setStage({ server: latency(), bot, client: { sessionFile } });
    await stage.restart();
    expect(existsSync(sessionFile)).toBe(true);
    const { Alice } = stage.people;
    Alice.says("!hello");
    expect((await Alice.hears()).text).toBe("Hello, 1");
    const [first, second] = made;
    expect([made.length, first?.stops, second?.stops]).toEqual([2, 1, 0]);
    await expect(first?.rooms[0]?.sendMessage("x")).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("lists the failures that the bot handles itself", async () => {
    const listeners: ((error: unknown) => void)[] = [];
    const bot = Object.assign(new Greeter(), {
      onFailure: (listener: (error: unknown) => void) => listeners.push(listener),
    });
    await using stage = await setStage({ server: latency(), bot });
    listeners[0]?.(new Error("handled"));
    expect(stage.failures).toMatchObject([{ error: { message: "handled" } }]);
  });

  test("lists its unhandled failures, and lets a test make another client of the account", async () => {
    await using stage = await setStage({ server: latency(), bot: new Greeter() });
    stage.people.Alice.says("!fail");
    await stage.until(() => stage.failures.length > 0);
    expect(stage.failures[0]?.error).toMatchObject({ message: "the bot broke" });
    expect((await stage.client().login()).id).toBe(stage.bot.id);
  });

  test("rejects with the failure of a start, after it has stopped the bot", async () => {
    const bot = new Greeter();
    bot.start = () => Promise.reject(new Error("no store"));
    expect(await failureOf(setStage({ server: latency(), bot }))).toMatchObject({ message: "no store" });
    expect(bot.stops).toBe(1);
  });

  test("refuses what is no bot", async () => {
    const bad = { code: "BAD_ARGUMENT" };
    const wrong = await failureOf(setStage({ server: latency(), bot: () => ({}) as StageBot }));
    expect(wrong).toMatchObject({ ...bad, message: expect.stringContaining("start() and stop()") });
    expect(await failureOf(setStage({ server: latency(), client: {} }))).toMatchObject(bad);
    await using stage = await setStage({ server: latency() });
    expect(await failureOf(stage.restart())).toMatchObject(bad);
    await using other = await setStage({ server: latency(), bot: new Greeter() });
    expect(await failureOf(other.restart())).toMatchObject(bad);
  });
});
