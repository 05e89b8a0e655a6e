/** Questions to people: who may answer, what counts as an answer, and what happens meanwhile. */
import { describe, expect, test } from "vitest";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

describe("a question", () => {
  test("is answered by the person who was asked, or by a reply to it, not by a command", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot();
    bot.command("name", async (c) => c.reply(`Hello, ${await c.ask("Who are you?")}!`));
    bot.command("other", (c) => c.say("other"));
    const { said, quiet } = await play(stage, bot);
    const { Alice, Bob } = stage.people;
    Alice.says("!!name");
    const question = await Alice.hears("Who are you?", PATIENCE);
    Bob.says("Bob!");
    Bob.says("Bob!!", { replyTo: question });
    Alice.says("!!other");
    Alice.says("to somebody else", { replyTo: question.id - 1 });
    await quiet();
    expect(said()).toEqual(["Who are you?", "other"]);
    Alice.says("Al", { replyTo: question });
    await quiet();
    expect(said()).toEqual(["Who are you?", "other", "Hello, Al!"]);
  });

  test("may be answered by another person, or by anyone", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot();
    const { Alice, Bob } = stage.people;
    bot.command("bob", async (c) => c.say(`Bob says ${await c.ask("Bob?", { from: Bob.id })}`));
    bot.command("all", async (c) => c.say(`somebody says ${await c.ask("Anyone?", { from: "anyone" })}`));
    const { said, quiet } = await play(stage, bot);
    Alice.says("!!bob");
    await Alice.hears("Bob?", PATIENCE);
    Alice.says("me");
    Bob.says("I");
    await quiet();
    Alice.says("!!all");
    await Alice.hears("Anyone?", PATIENCE);
    Bob.says("anything");
    await quiet();
    expect(said()).toEqual(["Bob?", "Bob says I", "Anyone?", "somebody says anything"]);
  });

  test("counts only its choices, in any case, and resolves to null after its timeout", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("color", async (c) =>
      c.say(`chosen: ${await c.ask("Red or blue?", { choices: ["red", "blue"], timeout: "1m" })}`),
    );
    bot.hears("green", (c) => c.say("heard green"));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!color");
    await Alice.hears("Red or blue?", PATIENCE);
    Alice.says("green");
    Alice.says("BLUE");
    await quiet();
    expect(said()).toEqual(["Red or blue?", "heard green", "chosen: BLUE"]);
    Alice.says("!!color");
    await quiet();
    await stage.clock.advance(61_000);
    await quiet();
    expect(said().at(-1)).toBe("chosen: null");
    Alice.says("red");
    await quiet();
    expect(said().length).toBe(5);
  });

  test("of yes or no is false after its timeout", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("sure", async (c) => c.say(`${await c.confirm("Sure?", { timeout: "30s" })}`));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    for (const answer of ["Yes", "nope", undefined]) {
      Alice.says("!!sure");
      await Alice.hears("Sure? (yes/no)", PATIENCE);
      await quiet();
      if (answer === undefined) await stage.clock.advance(31_000);
      else Alice.says(answer);
      await quiet();
    }
    expect(said().filter((text) => !text.startsWith("Sure?"))).toEqual(["true", "false", "false"]);
  });

  test("takes an answer that arrives before the server has confirmed the question", async () => {
    const stage = await theater();
    const bot = quietBot();
    const heard: string[] = [];
    bot.command("name", async (c) => c.say(`Hello, ${await c.ask("Who are you?")}!`));
    bot.hears(/^early|^Al$/, (c) => void heard.push(c.text));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    stage.site.faults.slow("/chats/1/messages/new", 300, { before: true, times: 1 });
    Alice.says("!!name");
    Alice.says("early");
    await stage.until(() => said().length === 1, PATIENCE);
    Alice.says("Al");
    await quiet();
    expect(said()).toEqual(["Who are you?", "Hello, Al!"]);
    expect(heard).toEqual(["early"]);

    stage.site.faults.slow("/chats/1/messages/new", 400, { times: 1 });
    Alice.says("!!name");
    await stage.until(() => said().length === 3, PATIENCE);
    Alice.says("Bea");
    await quiet();
    expect(said().at(-1)).toBe("Hello, Bea!");
  });

  test("after another one gets an answer of its own, also behind a progress message", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("form", async (c) => {
      await c.progress("one moment…");
      const first = await c.ask("First?");
      const second = await c.ask("Second?");
      await c.say(`${first} and ${second}`);
    });
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!form");
    await stage.until(() => said()[0] === "First?", PATIENCE);
    await quiet();
    Alice.says("this");
    await Alice.hears("Second?", PATIENCE);
    Alice.says("that");
    await quiet();
    expect(said()).toEqual(["First?", "Second?", "this and that"]);
  });

  test("of two at once each get an answer by a reply", async () => {
    const stage = await theater();
    const bot = quietBot({ order: "none" });
    bot.command("ask <what:word>", async (c) => c.say(`${c.args.what} = ${await c.ask(`${c.args.what}?`)}`));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!ask a");
    const a = await Alice.hears("a?", PATIENCE);
    Alice.says("!!ask b");
    const b = await Alice.hears("b?", PATIENCE);
    await quiet();
    Alice.says("2", { replyTo: b });
    Alice.says("1", { replyTo: a });
    await quiet();
    expect(said()).toEqual(["a?", "b?", "b = 2", "a = 1"]);
  });

  test("a question that cannot be sent fails its handler, and swallows nothing", async () => {
    const stage = await theater();
    const bot = quietBot({ apology: null });
    const heard: string[] = [];
    bot.command("name", async (c) => c.say(`Hello, ${await c.ask("")}!`));
    bot.hears("Al", (c) => void heard.push(c.text));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!name");
    stage.people.Alice.says("Al");
    await quiet();
    expect(said()).toEqual([]);
    expect(heard).toEqual(["Al"]);
    expect(bot.status()).toMatchObject({ failed: 1, questions: 0, running: 0 });
  });

  test("keeps nobody from stopping the bot, and leaves no timer behind", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("name", async (c) => c.say(`Hello, ${await c.ask("Who are you?")}!`));
    const { quiet, stop } = await play(stage, bot);
    stage.people.Alice.says("!!name");
    await quiet();
    await stop();
    await stage.clock.advance(1_000);
    expect(bot.status()).toMatchObject({ isRunning: false, running: 0, failed: 0 });
    expect(bot.printed).toEqual([]);
  });
});

describe("a list in pages", () => {
  test("goes on with more, for the person who asked for it, and ends with its last page", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot();
    const items = Array.from({ length: 7 }, (_, at) => `item ${at + 1}`);
    bot.command("list", (c) => c.page(items, { size: 3, separator: ", " }));
    const { said, quiet } = await play(stage, bot);
    const { Alice, Bob } = stage.people;
    Alice.says("!!list");
    await quiet();
    Bob.says("more");
    Alice.says("hm");
    await quiet();
    expect(said().length).toBe(1);
    Alice.says("More");
    await quiet();
    Alice.says("more");
    await quiet();
    Alice.says("more");
    await quiet();
    expect(said()).toEqual([
      'item 1, item 2, item 3, (1 to 3 of 7; say "more" for the next ones)',
      'item 4, item 5, item 6, (4 to 6 of 7; say "more" for the next ones)',
      "item 7",
    ]);
  });
});

test("an answer may mention the bot, unless that calls a command", async () => {
  const stage = await theater();
  const bot = quietBot();
  bot.command("name", async (c) => c.reply(`Hello, ${await c.ask("Who are you?")}!`));
  bot.command("help", (c) => c.say("no help"));
  const { said, quiet } = await play(stage, bot);
  const { Alice } = stage.people;
  Alice.says("!!name");
  await Alice.hears("Who are you?", PATIENCE);
  Alice.says("@Bot help");
  await quiet();
  Alice.says("@Bot Al");
  await quiet();
  expect(said()).toEqual(["Who are you?", "no help", "Hello, Al!"]);
});
