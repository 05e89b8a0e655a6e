/** A bot that is killed in the middle of its work, and the process after it. */
import { describe, expect, test } from "vitest";
import { type Bot, memoryStore } from "../src/bot/index.js";
import { lives } from "./bot-lives.js";
import { contentOf, PATIENCE, play, quietBot, theater } from "./bot-support.js";

const never = new Promise<never>(() => {});

describe("after a kill", () => {
  test("a command that was said meanwhile is answered, and one that was answered is not", async () => {
    const life = await lives();
    const register = (bot: Bot): void => void bot.command("echo <text:text...>", (c) => c.say(c.args.text));
    const { Alice } = life.stage.people;
    const first = await life.begin(register);
    Alice.says("!!echo one");
    await first.quiet();
    await life.kill();
    Alice.says("!!echo two");
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["one", "two"]);
  });

  test("in the middle of a handler, each of its answers is said once", async () => {
    const life = await lives();
    let stop = true;
    const register = (bot: Bot): void =>
      void bot.command("work", async (c) => {
        await c.reply("one");
        await c.say("two");
        if (stop) await never;
        await c.say("three");
      });
    const { Alice } = life.stage.people;
    const first = await life.begin(register);
    Alice.says("!!work");
    await Alice.hears("two", PATIENCE);
    await life.stage.until(() => first.bot.status().sending === 0, PATIENCE);
    await life.kill();
    stop = false;
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["one", "two", "three"]);
    expect(second.bot.printed).toEqual([]);
  });

  test("a run that takes another branch is reported, and nothing is said twice", async () => {
    const life = await lives();
    let word = "first";
    let stop = true;
    const register = (bot: Bot): void =>
      void bot.command("work", async (c) => {
        await c.say(word);
        if (stop) await never;
      });
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    Alice.says("!!work");
    await Alice.hears("first", PATIENCE);
    await life.stage.until(() => first.bot.status().sending === 0, PATIENCE);
    await life.kill();
    word = "second";
    stop = false;
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["first"]);
    expect(second.bot.printed.map(({ line }) => line).join()).toMatch(/answer 0 says something else/);
  });

  test("a progress message that became the result is not another branch, and stays the result", async () => {
    const life = await lives();
    let stop = true;
    const register = (bot: Bot): void =>
      void bot.command("work", async (c) => {
        await c.progress("working…");
        await c.reply("result");
        if (stop) await never;
      });
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    Alice.says("!!work");
    await life.stage.until(() => first.said()[0] === "result", PATIENCE);
    await life.stage.until(() => first.bot.status().sending === 0, PATIENCE);
    await life.kill();
    stop = false;
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["result"]);
    expect(second.bot.printed).toEqual([]);
  });

  test("a question is still open, and is asked once", async () => {
    const life = await lives();
    const register = (bot: Bot): void =>
      void bot.command("name", async (c) => c.reply(`Hello, ${await c.ask("Who are you?")}!`));
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    Alice.says("!!name");
    await first.quiet();
    await life.kill();
    const second = await life.begin(register);
    await second.quiet();
    expect(second.bot.status().questions).toBe(1);
    Alice.says("Al");
    await second.quiet();
    expect(second.said()).toEqual(["Who are you?", "Hello, Al!"]);
  });

  test("a question that was answered meanwhile goes on with that answer", async () => {
    const life = await lives();
    const register = (bot: Bot): void =>
      void bot.command("name", async (c) => {
        const name = await c.ask("Who are you?");
        const age = await c.ask("How old?");
        await c.reply(`${name}, ${age}`);
      });
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    Alice.says("!!name");
    await first.quiet();
    await life.kill();
    Alice.says("Al");
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["Who are you?", "How old?"]);
    await life.kill();
    Alice.says("7");
    const third = await life.begin(register);
    await third.quiet();
    expect(third.said()).toEqual(["Who are you?", "How old?", "Al, 7"]);
    expect(third.bot.printed).toEqual([]);
  });

  test("an answer goes to its question, not to another one that was on its way when the bot was killed", async () => {
    const life = await lives({ order: "none" });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const register = (bot: Bot): void =>
      void bot.command("ask <what:word>", async (c) => {
        if (c.args.what === "a") await gate;
        await c.say(`${c.args.what} = ${await c.ask(`${c.args.what}?`)}`);
      });
    const first = await life.begin(register);
    const { faults } = life.stage.site;
    const { Alice } = life.stage.people;
    Alice.says("!!ask a");
    Alice.says("!!ask b");
    const b = await Alice.hears("b?", PATIENCE);
    await life.stage.until(() => first.bot.status().questions === 1, PATIENCE);
    faults.hang(/\/messages\/new$/);
    open();
    // The outbox keeps a pause between two messages.
    while (faults.hanging === 0) await life.stage.clock.advance(100);
    await life.kill();
    faults.clear();
    Alice.says("2", { replyTo: b });
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said().sort()).toEqual(["a?", "b = 2", "b?"]);
  });

  test("a question gives up at the time that it had at first", async () => {
    const life = await lives();
    const register = (bot: Bot): void =>
      void bot.command("name", async (c) => c.reply(`Hello, ${await c.ask("Who are you?", { timeout: "2m" })}!`));
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    Alice.says("!!name");
    await first.quiet();
    await life.stage.clock.advance(60_000);
    await life.kill();
    await life.stage.clock.advance(30_000);
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["Who are you?"]);
    await life.stage.clock.advance(35_000);
    await second.quiet();
    expect(second.said()).toEqual(["Who are you?", "Hello, null!"]);
  });

  test("a command that was edited meanwhile edits the answer of the process before", async () => {
    const life = await lives();
    const register = (bot: Bot): void => void bot.command("echo <text:text...>", (c) => c.say(c.args.text));
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    const command = Alice.says("!!echo one");
    await first.quiet();
    await life.kill();
    Alice.here.edits(command, "!!echo two");
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["two"]);
    Alice.here.edits(command, "!!echo three");
    await second.quiet();
    expect(second.said()).toEqual(["three"]);
  });

  test("a command that was said and edited meanwhile gets one answer, to its last text", async () => {
    const life = await lives();
    const register = (bot: Bot): void => void bot.command("echo <text:text...>", (c) => c.say(c.args.text));
    await life.begin(register);
    await life.kill();
    const { Alice } = life.stage.people;
    const command = Alice.says("!!echo one");
    Alice.here.edits(command, "!!echo two");
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["two"]);
  });

  test("a command that was deleted meanwhile takes its answer along, and one that was not answered gets none", async () => {
    const life = await lives();
    const register = (bot: Bot): void => void bot.command("echo <text:text...>", (c) => c.say(c.args.text));
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    const answered = Alice.says("!!echo one");
    await first.quiet();
    await life.kill();
    const unanswered = Alice.says("!!echo two");
    Alice.here.deletes(answered);
    Alice.here.deletes(unanswered);
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual([]);
  });

  test("an edited run that was interrupted edits the answers of the run before it, once", async () => {
    const life = await lives();
    let stop = false;
    const register = (bot: Bot): void =>
      void bot.command("echo <a:word> <b:word>", async (c) => {
        await c.say(c.args.a);
        if (stop) await never;
        await c.say(c.args.b);
      });
    const first = await life.begin(register);
    const { Alice } = life.stage.people;
    const command = Alice.says("!!echo one two");
    await first.quiet();
    stop = true;
    Alice.here.edits(command, "!!echo three four");
    await life.stage.until(() => first.said()[0] === "three", PATIENCE);
    await life.stage.until(() => first.bot.status().sending === 0, PATIENCE);
    await life.kill();
    stop = false;
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["three", "four"]);
    expect(second.bot.printed).toEqual([]);
  });

  test("commands older than `catchUp.maxAge` are skipped, younger ones are answered", async () => {
    const life = await lives({ catchUp: { maxAge: "5m" } });
    const register = (bot: Bot): void => void bot.command("echo <text:text...>", (c) => c.say(c.args.text));
    await life.begin(register);
    await life.kill();
    life.stage.people.Alice.says("!!echo old");
    await life.stage.clock.advance(301_000);
    life.stage.people.Alice.says("!!echo young");
    await life.stage.clock.advance(60_000);
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["young"]);
    expect(second.bot.status().skipped).toBe(1);
  });

  test("bans, cooldowns and jobs are kept", async () => {
    const life = await lives();
    const { Alice, Bob } = life.stage.people;
    const register = (bot: Bot): void => {
      bot.command("echo <text:text...>", { cooldown: { perUser: "5m" } }, (c) => c.say(c.args.text));
      bot.job("remind", (c, data) => c.say(`remember ${data}`));
    };
    const first = await life.begin(register);
    await first.bot.ban(first.room, Bob.id);
    await first.bot.at(life.stage.clock.now() + 120_000, "remind", { room: first.room, data: "milk" });
    await first.bot.at(life.stage.clock.now() + 60_000, "remind", { room: first.room, data: "bread" });
    Alice.says("!!echo one");
    await first.quiet();
    await life.kill();
    await life.stage.clock.advance(90_000);
    const second = await life.begin(register);
    Alice.says("!!echo two");
    Bob.says("!!echo three");
    await life.stage.clock.advance(1_000);
    await second.quiet();
    expect(second.said().sort()).toEqual([expect.stringMatching(/^Please wait/), "one", "remember bread"]);
    await life.stage.clock.advance(60_000);
    await second.quiet();
    expect(second.said().at(-1)).toBe("remember milk");
    await life.kill();
    const third = await life.begin(register);
    await third.quiet();
    expect(third.said().filter((text) => text.startsWith("remember"))).toEqual(["remember bread", "remember milk"]);
  });

  test("an answer that expires is deleted at its time", async () => {
    const life = await lives();
    const register = (bot: Bot): void => void bot.command("brief", (c) => c.say("brief", { expires: "1m" }));
    const first = await life.begin(register);
    life.stage.people.Alice.says("!!brief");
    await first.quiet();
    await life.kill();
    await life.stage.clock.advance(30_000);
    const second = await life.begin(register);
    await second.quiet();
    expect(second.said()).toEqual(["brief"]);
    await life.stage.clock.advance(40_000);
    await second.quiet();
    expect(second.said()).toEqual([]);
  });
});

test("a stop answers what runs, and leaves what waits for people to the next process", async () => {
  const life = await lives();
  const register = (bot: Bot): void => {
    bot.command("work", async (c) => {
      await new Promise((go) => c.client.clock.setTimeout(() => go(null), 3_000));
      await c.say("done");
    });
    bot.command("name", async (c) => c.reply(`Hello, ${await c.ask("Who are you?")}!`));
  };
  const first = await life.begin(register);
  const { Alice, Bob } = life.stage.people;
  Alice.says("!!name");
  await first.quiet();
  Bob.says("!!work");
  await life.stage.until(() => first.bot.status().running === 2, PATIENCE);
  await first.stop();
  expect(first.said()).toEqual(["Who are you?", "done"]);
  await life.kill();
  Alice.says("Al");
  const second = await life.begin(register);
  await second.quiet();
  expect(second.said()).toEqual(["Who are you?", "done", "Hello, Al!"]);
});

test("records of commands are forgotten after their time, also while an old question is open", async () => {
  const stage = await theater({ people: ["Alice", "Bob"] });
  const store = memoryStore();
  const bot = quietBot({ store, flood: false });
  bot.command("echo <text:text...>", (c) => c.say(c.args.text));
  bot.command("ask", async (c) => void (await c.ask("What?", { timeout: "2d" })));
  const { quiet, stop } = await play(stage, bot);
  const { Alice, Bob } = stage.people;
  Bob.says("!!ask");
  await quiet();
  for (let round = 0; round < 4; round++) {
    for (let at = 0; at < 5; at++) Alice.says(`!!echo ${round} ${at}`);
    await quiet();
    await stage.clock.advance(900_000);
  }
  Alice.says("!!echo last");
  await quiet();
  expect(Object.keys(await contentOf(store, "command/")).length).toBeLessThanOrEqual(2);
  await stop();
  await stage.clock.advance(3 * 86_400_000);
  const next = quietBot({ store });
  await play(stage, next);
  expect(Object.keys(await contentOf(store, "command/"))).toEqual([]);
});
