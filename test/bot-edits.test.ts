/** Edited and deleted commands, and the order in which commands run. */
import { describe, expect, test } from "vitest";
import type { Bot } from "../src/bot/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

/** A gate that a handler waits at. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

function echo(bot: Bot): void {
  bot.command("echo <text:text...>", (c) => c.reply(c.args.text));
}

describe("an edited command", () => {
  test("edits as many answers as it gives, adds more and deletes superfluous ones", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("count <n:integer>", async (c) => {
      for (let at = 1; at <= c.args.n; at++) await c.say(`${c.isEdit ? "now " : ""}${at}`);
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!count 2");
    await quiet();
    Alice.here.edits(command, "!!count 3");
    await quiet();
    expect(said()).toEqual(["now 1", "now 2", "now 3"]);
    Alice.here.edits(command, "!!count 1");
    await quiet();
    expect(said()).toEqual(["now 1"]);
    Alice.here.edits(command, "never mind");
    await quiet();
    expect(said()).toEqual([]);
  });

  test("becomes more and fewer parts where its answer is long", async () => {
    const stage = await theater();
    const bot = quietBot();
    const numbers = (count: number): string => Array.from({ length: count }, (_, at) => at).join(" ");
    bot.command("count <n:integer>", (c) => c.reply(numbers(c.args.n)));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!count 300");
    await quiet();
    const parts = said().length;
    expect(parts).toBeGreaterThan(2);
    Alice.here.edits(command, "!!count 500");
    await quiet();
    expect(said().length).toBeGreaterThan(parts);
    expect(said().join(" ")).toBe(numbers(500));
    Alice.here.edits(command, "!!count 5");
    await quiet();
    expect(said()).toEqual(["0 1 2 3 4"]);
  });

  test("an edited command that failed before is simply run, and its apology becomes the answer", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("divide <a:number> <b:number>", (c) => {
      if (c.args.b === 0) throw new Error("by zero");
      return c.reply(`${c.args.a / c.args.b}`);
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!divide 4 0");
    await quiet();
    expect(said()).toEqual(["Something went wrong."]);
    Alice.here.edits(command, "!!divide 4 2");
    await quiet();
    expect(said()).toEqual(["2"]);
  });

  test("is run although the message was none before", async () => {
    const stage = await theater();
    const bot = quietBot();
    echo(bot);
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const message = Alice.says("!echo hi");
    await quiet();
    Alice.here.edits(message, "!!echo hi");
    await quiet();
    expect(said()).toEqual(["hi"]);
  });

  test("is not run again if the edit changes nothing for it", async () => {
    const stage = await theater();
    const bot = quietBot();
    let runs = 0;
    bot.command("roll", (c) => c.reply(`roll ${++runs}`));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!roll");
    await quiet();
    Alice.here.edits(command, "**!!roll**");
    await quiet();
    expect(said()).toEqual(["roll 1"]);
  });

  test("after the window is not run, even by a moderator", async () => {
    const stage = await theater();
    const mod = stage.site.addUser({ name: "Mod", isModerator: true });
    const bot = quietBot();
    let runs = 0;
    bot.command("echo <text:text...>", (c) => c.reply(`${++runs} ${c.args.text}`));
    const { said, quiet } = await play(stage, bot);
    const command = stage.people.Alice.says("!!echo one");
    await quiet();
    await stage.clock.advance(200_000);
    mod.in(stage.room).edits(command, "!!echo two");
    await quiet();
    expect(said()).toEqual(["1 one"]);
    await stage.clock.advance(3_600_000);
    mod.in(stage.room).edits(command, "!!echo three");
    await quiet();
    expect(said()).toEqual(["1 one"]);
  });

  test("posts a new answer when the old one can no longer be edited", async () => {
    const stage = await theater({ server: { editWindowMs: 600_000 } });
    const bot = quietBot({ window: "5m" });
    echo(bot);
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!echo one");
    await quiet();
    stage.site.faults.fail(/^\/messages\/\d+$/, {
      body: "It is too late to edit this message",
      status: 200,
    });
    Alice.here.edits(command, "!!echo two");
    await quiet();
    expect(said()).toEqual(["one", "two"]);
  });

  test.each(["user", "room", "none"] as const)("while it still runs, gives one answer; order %s", async (order) => {
    const stage = await theater();
    const bot = quietBot({ order });
    const { passed, open } = gate();
    const begun: string[] = [];
    bot.command("slow <text:text...>", async (c) => {
      begun.push(c.args.text);
      if (c.args.text === "one") await passed;
      await c.reply(c.args.text);
    });
    const { said, quiet, delivered } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!slow one");
    await stage.until(() => begun.length === 1, PATIENCE);
    Alice.here.edits(command, "!!slow two");
    await delivered();
    open();
    await quiet();
    expect(said()).toEqual(["two"]);
  });

  test("an edited command that becomes ordinary talk while it still runs leaves no answer", async () => {
    const stage = await theater();
    const bot = quietBot();
    const { passed, open } = gate();
    let begun = 0;
    bot.command("slow", async (c) => {
      begun += 1;
      await passed;
      await c.reply("done");
    });
    const { said, quiet, delivered } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!slow");
    await stage.until(() => begun === 1, PATIENCE);
    Alice.here.edits(command, "never mind");
    await delivered();
    open();
    await quiet();
    expect(said()).toEqual([]);
  });

  test("while it asks a question, asks the new one only", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("call <name:word>", async (c) => {
      const answer = await c.ask(`Really call ${c.args.name}?`);
      await c.reply(`${c.args.name}: ${answer}`);
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!call Bob");
    await Alice.hears("Really call Bob?", PATIENCE);
    Alice.here.edits(command, "!!call Carol");
    await stage.until(() => said()[0] === "Really call Carol?", PATIENCE);
    await quiet();
    Alice.says("yes");
    await quiet();
    expect(said()).toEqual(["Really call Carol?", "Carol: yes"]);
    expect(bot.status()).toMatchObject({ questions: 0, running: 0, failed: 0 });
    expect(bot.printed).toEqual([]);
  });

  test("is ignored with `edits: false`", async () => {
    const stage = await theater();
    const bot = quietBot({ edits: false });
    echo(bot);
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!echo one");
    await quiet();
    Alice.here.edits(command, "!!echo two");
    await quiet();
    expect(said()).toEqual(["one"]);
  });
});

describe("a deleted command", () => {
  test("takes its answers along, all parts of them", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("long", async (c) => {
      await c.reply("word ".repeat(300));
      await c.say("the end");
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!long");
    await quiet();
    expect(said().length).toBeGreaterThan(3);
    Alice.here.deletes(command);
    await quiet();
    expect(said()).toEqual([]);
  });

  test("leaves its answers with `deleteAnswers: false`", async () => {
    const stage = await theater();
    const bot = quietBot({ deleteAnswers: false });
    echo(bot);
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!echo hi");
    await quiet();
    Alice.here.deletes(command);
    await quiet();
    expect(said()).toEqual(["hi"]);
  });

  test.each(["user", "room", "none"] as const)(
    "a deleted command that still runs leaves no answer; order %s",
    async (order) => {
      const stage = await theater();
      const bot = quietBot({ order });
      const { passed, open } = gate();
      let begun = 0;
      bot.command("slow", async (c) => {
        begun += 1;
        await passed;
        await c.reply("done");
      });
      const { said, quiet, delivered } = await play(stage, bot);
      const { Alice } = stage.people;
      const command = Alice.says("!!slow");
      await stage.until(() => begun === 1, PATIENCE);
      Alice.here.deletes(command);
      await delivered();
      open();
      await quiet();
      expect(said()).toEqual([]);
    },
  );

  test("a deleted command that asks a question asks no more", async () => {
    const stage = await theater();
    const bot = quietBot();
    const heard: string[] = [];
    bot.command("call", async (c) => c.reply(`you said ${await c.ask("Really?")}`));
    bot.hears(/yes/, (c) => void heard.push(c.text));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const command = Alice.says("!!call");
    await Alice.hears("Really?", PATIENCE);
    Alice.here.deletes(command);
    await quiet();
    Alice.says("yes");
    await quiet();
    expect(said()).toEqual([]);
    expect(heard).toEqual(["yes"]);
    expect(bot.status()).toMatchObject({ questions: 0, running: 0, failed: 0 });
    expect(bot.printed).toEqual([]);
  });

  test("a deleted command that waits for its turn does not run", async () => {
    const stage = await theater();
    const bot = quietBot();
    const { passed, open } = gate();
    const runs: string[] = [];
    bot.command("slow <name:word>", async (c) => {
      runs.push(c.args.name);
      await passed;
    });
    const { quiet, delivered } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!slow first");
    const second = Alice.says("!!slow second");
    await stage.until(() => runs.length === 1 && bot.status().waiting === 1, PATIENCE);
    Alice.here.deletes(second);
    await delivered();
    open();
    await quiet();
    expect(runs).toEqual(["first"]);
  });
});

describe("commands of a room", () => {
  /** Alice says two commands and Bob one, while the first one still runs. Returns what began before it ended. */
  async function begunWith(order: "user" | "room" | "none"): Promise<{ early: string[]; all: string[] }> {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot({ order });
    const { passed, open } = gate();
    const begun: string[] = [];
    bot.command("do <what:word>", async (c) => {
      begun.push(`${c.userName} ${c.args.what}`);
      if (c.args.what === "slow") await passed;
    });
    const { quiet } = await play(stage, bot);
    stage.people.Alice.says("!!do slow");
    stage.people.Alice.says("!!do fast");
    stage.people.Bob.says("!!do other");
    await stage.until(() => begun.length + bot.status().waiting === 3, PATIENCE);
    const early = [...begun];
    open();
    await quiet();
    return { early, all: begun };
  }

  test("run one after the other for each person by default", async () => {
    const { early, all } = await begunWith("user");
    expect(early).toEqual(["Alice slow", "Bob other"]);
    expect(all).toEqual(["Alice slow", "Bob other", "Alice fast"]);
  });

  test("run one after the other with order room", async () => {
    const { early, all } = await begunWith("room");
    expect(early).toEqual(["Alice slow"]);
    expect(all).toEqual(["Alice slow", "Alice fast", "Bob other"]);
  });

  test("run side by side with order none", async () => {
    const { early } = await begunWith("none");
    expect(early).toEqual(["Alice slow", "Alice fast", "Bob other"]);
  });

  test.each(["user", "room"] as const)("go on while a handler waits for a person; order %s", async (order) => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot({ order });
    bot.command("ask", async (c) => c.reply(`${await c.ask("What?")}`));
    bot.command("other", (c) => c.reply("other"));
    const { said, quiet } = await play(stage, bot);
    const { Alice, Bob } = stage.people;
    Alice.says("!!ask");
    await Alice.hears("What?", PATIENCE);
    Alice.says("!!other");
    Bob.says("!!other");
    await quiet();
    expect(said()).toEqual(["What?", "other", "other"]);
    Alice.says("that");
    await quiet();
    expect(said()).toEqual(["What?", "other", "other", "that"]);
  });
});

describe("a handler that takes too long", () => {
  test("is aborted by its signal, and says so in the room once", async () => {
    const stage = await theater();
    const bot = quietBot({ timeout: "10s" });
    let reason: unknown;
    bot.command("hang", async (c) => {
      await new Promise((_, reject) => c.signal.addEventListener("abort", () => reject(c.signal.reason)));
    });
    bot.command("deaf", async (c) => {
      await new Promise((resolve) => c.signal.addEventListener("abort", resolve));
      await c.reply("too late").catch((error: unknown) => (reason = error));
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!hang");
    stage.people.Alice.says("!!deaf");
    await stage.until(() => said().length === 2, PATIENCE);
    await quiet();
    expect(said()).toEqual(["Something went wrong.", "Something went wrong."]);
    expect(reason).toMatchObject({ code: "TIMED_OUT" });
    expect(bot.printed.map(({ error }) => error)).toMatchObject([{ code: "TIMED_OUT" }, { code: "TIMED_OUT" }]);
  });

  test("may wait for people as long as it likes, and has its own limit", async () => {
    const stage = await theater();
    const bot = quietBot({ timeout: "10s" });
    bot.command("ask", { timeout: "20s" }, async (c) => {
      const answer = await c.ask("What?", { timeout: "10m" });
      await c.reply(`${answer}`);
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!ask");
    await stage.people.Alice.hears("What?", PATIENCE);
    await stage.clock.advance(300_000);
    stage.people.Alice.says("this");
    await quiet();
    expect(said()).toEqual(["What?", "this"]);
  });
});
