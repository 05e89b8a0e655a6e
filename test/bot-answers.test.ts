/** The answers of a bot: long answers, progress, streams, and answers that go away. */
import { describe, expect, test } from "vitest";
import type { Answer } from "../src/bot/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

describe("an answer", () => {
  test("an answer that is long is several messages, the first of them the reply, and is edited and deleted as one", async () => {
    const stage = await theater();
    const bot = quietBot();
    const numbers = (from: number, count: number): string =>
      Array.from({ length: count }, (_, at) => `word${from + at}`).join(" ");
    let answer: Answer | undefined;
    bot.command("long", async (c) => {
      answer = await c.reply(numbers(0, 200));
    });
    bot.command("short", async () => answer?.edit("short"));
    bot.command("longer", async () => answer?.edit(numbers(1_000, 300)));
    bot.command("gone", async () => answer?.delete());
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!long");
    await quiet();
    expect(said().join(" ")).toBe(numbers(0, 200));
    const own = stage.room.messages.filter(({ userId }) => userId === stage.bot.id);
    expect(own.map(({ parentId }) => parentId)).toEqual([command.id, ...own.slice(1).map(() => null)]);
    Alice.says("!!longer");
    await quiet();
    expect(said().join(" ")).toBe(numbers(1_000, 300));
    Alice.says("!!short");
    await quiet();
    expect(said()).toEqual(["short"]);
    expect(answer?.messages.length).toBe(1);
    Alice.says("!!gone");
    await quiet();
    expect(said()).toEqual([]);
    expect(answer?.messages).toEqual([]);
  });

  test("may equal the one before", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("yes", (c) => c.say("yes"));
    const { said, quiet } = await play(stage, bot);
    for (let times = 0; times < 3; times++) stage.people.Alice.says("!!yes");
    await quiet();
    expect(said().map((text) => text.replace(/[^a-z]/g, ""))).toEqual(["yes", "yes", "yes"]);
  });

  test("is edited by c.edit, and all answers are deleted by c.delete", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("edit", async (c) => {
      await c.edit("first");
      await c.edit("second");
      await c.say("third");
      await c.edit("fourth");
    });
    bot.command("delete", async (c) => {
      await c.say("one");
      await c.say("two");
      await c.delete();
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!edit");
    stage.people.Alice.says("!!delete");
    await quiet();
    expect(said()).toEqual(["second", "fourth"]);
  });

  test("an answer that nobody awaits is sent before the command counts as handled", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("loose", (c) => {
      void c.reply("one");
      void c.say("two");
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!loose");
    await quiet();
    expect(said()).toEqual(["one", "two"]);
  });
});

describe("a progress message", () => {
  test("becomes the result by an edit within the window, and is followed by it after the window", async () => {
    const stage = await theater();
    const bot = quietBot({ timeout: "1h" });
    const closed = (): void => {};
    let open = closed;
    bot.command("work", async (c) => {
      await c.progress("working…");
      await new Promise<void>((resolve) => (open = resolve));
      open = closed;
      await c.reply("done");
      await c.reply("and more");
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!work");
    await Alice.hears("working…", PATIENCE);
    await stage.until(() => open !== closed, PATIENCE);
    open();
    await quiet();
    expect(said()).toEqual(["done", "and more"]);

    Alice.says("!!work");
    await Alice.hears("working…", PATIENCE);
    await stage.until(() => open !== closed, PATIENCE);
    await stage.clock.advance(180_000);
    open();
    await quiet();
    expect(said().slice(2)).toEqual(["working…", "done", "and more"]);
  });
});

describe("an answer that streams", () => {
  async function* words(count: number, pause: () => Promise<void>): AsyncGenerator<string> {
    for (let at = 0; at < count; at++) {
      yield `${at} `;
      await pause();
    }
  }

  test("grows by edits that keep their distance, and ends with the whole text", async () => {
    const stage = await theater({ server: { throttle: true } });
    const bot = quietBot();
    bot.command("talk", (c) => c.stream(words(40, () => new Promise((go) => c.client.clock.setTimeout(go, 1_000)))));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!talk");
    await stage.until(() => bot.status().handled === 1, PATIENCE);
    await quiet();
    expect(said()).toEqual([Array.from({ length: 40 }, (_, at) => at).join(" ")]);
    const [message] = stage.room.messages.filter(({ userId }) => userId === stage.bot.id);
    expect(message?.edits).toBeGreaterThan(2);
    expect(message?.edits).toBeLessThanOrEqual(11);
  });

  test("an answer that streams that is short is one message, and an empty one none", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("talk <n:integer>", async (c) => void (await c.stream(words(c.args.n, async () => {}))));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!talk 3");
    stage.people.Alice.says("!!talk 0");
    await quiet();
    expect(said()).toEqual(["0 1 2"]);
  });

  test("an answer that streams that fails in the middle fails the handler and leaves no timer", async () => {
    const stage = await theater();
    const bot = quietBot({ apology: "sorry" });
    bot.command("talk", (c) =>
      c.stream(
        (async function* () {
          yield "a";
          await new Promise((go) => c.client.clock.setTimeout(() => go(null), 5_000));
          throw new Error("the model is gone");
        })(),
      ),
    );
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!talk");
    await quiet();
    await stage.clock.advance(60_000);
    await quiet();
    expect(said()).toEqual(["a …", "sorry"]);
    expect(bot.status()).toMatchObject({ running: 0, failed: 1 });
  });
});

describe("answers that go away", () => {
  test("are deleted after their time, with all parts", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("brief", async (c) => {
      await c.say(`stay ${"x ".repeat(20)}`.trim());
      await c.reply(Array.from({ length: 200 }, (_, at) => `word${at}`).join(" "), { expires: "1m" });
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!brief");
    await quiet();
    expect(said().length).toBeGreaterThan(3);
    await stage.clock.advance(61_000);
    await quiet();
    expect(said().length).toBe(1);
  });

  test("turn from a box into an address", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("cat", (c) => c.say("https://i.sstatic.net/cat.png", { hideOnebox: "20s" }));
    bot.command("reply", (c) => c.reply("https://i.sstatic.net/dog.png", { hideOnebox: "20s" }));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!cat");
    const command = stage.people.Alice.says("!!reply");
    await quiet();
    expect(said()[0]).toBe("https://i.sstatic.net/cat.png");
    await stage.clock.advance(21_000);
    await quiet();
    expect(said()).toEqual(["<https://i.sstatic.net/cat.png>", "<https://i.sstatic.net/dog.png>"]);
    expect(stage.room.messages.filter(({ userId }) => userId === stage.bot.id).at(-1)?.parentId).toBe(command.id);
  });

  test.each(["expires", "hideOnebox"] as const)("cannot go after the window: %s is refused", async (option) => {
    const stage = await theater();
    const bot = quietBot({ apology: null });
    bot.command("cat", (c) => c.say("https://i.sstatic.net/cat.png", { [option]: "10m" }));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!cat");
    await quiet();
    expect(said()).toEqual([]);
    expect(bot.printed).toMatchObject([{ error: { code: "BAD_ARGUMENT" } }]);
  });
});
