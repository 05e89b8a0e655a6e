/** Which messages a bot takes for commands, in which order handlers run, and what stays unheard. */

import { describe, expect, test } from "vitest";
// cspell:ignore statsu statis
import { MessageDeleted, MessagePosted, UserEntered } from "../src/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

describe("a message is dispatched once", () => {
  test("although it comes as post, mention and reply", async () => {
    const stage = await theater({ server: { mentionBesideReply: true } });
    const bot = quietBot({ names: ["sdc"] });
    bot.command("status", (c) => c.say(`ok ${c.message.id}`));
    bot.command("hello", (c) => c.say("I am here"));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!hello");
    const mine = await Alice.hears("I am here", PATIENCE);
    const ids = [
      Alice.says("!!status"),
      Alice.says("@Bot status"),
      Alice.says("status", { replyTo: mine }),
      Alice.says("@Bot status", { replyTo: mine }),
      Alice.says("sdc status"),
      Alice.says("SDC, status"),
      Alice.says("@bot: status"),
    ].map(({ id }) => `ok ${id}`);
    await quiet();
    expect(said()).toEqual(["I am here", ...ids]);
  });

  test("also a reply to a message of the bot that was sent before the bot started", async () => {
    const stage = await theater();
    const old = stage.bot.in(stage.room).says("from my last life");
    const bot = quietBot();
    bot.command("status", (c) => c.say("ok"));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("status", { replyTo: old });
    await quiet();
    expect(said()).toEqual(["from my last life", "ok"]);
  });

  test("in fixed width, in bold, in several lines, escaped", async () => {
    const stage = await theater();
    const bot = quietBot();
    const heard: string[] = [];
    bot.command("run <code:text...>", (c) => void heard.push(c.args.code));
    const { quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("    !!run a = 1\n    if a:\n      b()");
    Alice.says("**!!run bold**");
    Alice.says("*!!run italic*");
    Alice.says("!!run first\nsecond");
    Alice.says("!!run `code` and [link](https://example.com)");
    Alice.says("!!RUN upper");
    await quiet();
    expect(heard).toEqual([
      "a = 1\nif a:\n  b()",
      "bold",
      "italic",
      "first\nsecond",
      "`code` and [link](https://example.com)",
      "upper",
    ]);
  });

  test("with a prefix of characters that HTML or markdown escapes", async () => {
    const stage = await theater();
    const heard: string[] = [];
    const bot = quietBot({ prefix: [">>", "**", "!!/"] });
    bot.command("x <n:integer>", (c) => void heard.push(`${c.args.n}`));
    const { quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    for (const text of [">>x 1", "**x 2", "!!/x 3", "!! /x 4", "!!x 5", "> >x 6"]) Alice.says(text);
    await quiet();
    expect(heard).toEqual(["1", "2", "3"]);
  });
});

describe("a bot leaves alone", () => {
  test("itself, system users, notices of moved messages and oneboxes", async () => {
    const stage = await theater({ room: { name: "Mine", owners: ["Alice"] } });
    stage.site.addRoom({ name: "Trash" });
    const heard: string[] = [];
    const bot = quietBot();
    bot.hears(/.*/, (c) => void heard.push(c.text));
    const { quiet, room } = await play(stage, bot);
    const { Alice } = stage.people;
    const moved = Alice.says("off topic");
    await quiet();
    Alice.here.moves(moved, "Trash");
    stage.site.feeds.in(stage.room).says("a feed");
    Alice.says("https://i.sstatic.net/cat.png");
    await stage.until(room.sendMessage("from myself"), PATIENCE);
    await quiet();
    expect(heard).toEqual(["off topic", "fence", "fence"]);
  });

  test("unless a handler asks for them", async () => {
    const stage = await theater({ room: { name: "Mine", owners: ["Alice"] } });
    stage.site.addRoom({ name: "Trash" });
    const heard: string[] = [];
    const bot = quietBot();
    bot.hears(/cat/, { also: ["oneboxes"] }, () => void heard.push("onebox"));
    bot.hears(/moved to/, { also: ["moves"] }, () => void heard.push("notice"));
    bot.hears(/feed/, { also: ["system"] }, () => void heard.push("feed"));
    bot.hears(/myself/, { also: ["own"] }, () => void heard.push("own"));
    const { quiet, room } = await play(stage, bot);
    const { Alice } = stage.people;
    const moved = Alice.says("off topic");
    await quiet();
    Alice.here.moves(moved, "Trash");
    stage.site.feeds.in(stage.room).says("a feed");
    Alice.says("https://i.sstatic.net/cat.png");
    await stage.until(room.sendMessage("from myself"), PATIENCE);
    await quiet();
    expect(heard.sort()).toEqual(["feed", "notice", "onebox", "own"]);
  });

  test("its own messages and those of feeds that look like unknown commands", async () => {
    const stage = await theater();
    const bot = quietBot({ unknown: "suggest" });
    bot.command("status", (c) => c.say("!!statsu"));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!status");
    stage.site.feeds.in(stage.room).says("!!statsu");
    await quiet();
    await quiet();
    expect(said()).toEqual(["!!statsu"]);
  });

  test("commands that it says itself, whatever the handlers of events do", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("ping", (c) => c.say("!!ping"));
    bot.on(MessagePosted, (c) => (c.text === "go" ? c.say("@Bot ping") : undefined));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!ping");
    stage.people.Alice.says("go");
    await quiet();
    await quiet();
    expect(said().sort()).toEqual(["!!ping", "@Bot ping"]);
  });
});

describe("handlers", () => {
  test("run in order of registration, commands and hears alike; next() passes a message on", async () => {
    const stage = await theater();
    const trace: string[] = [];
    const bot = quietBot();
    bot.hears(/^!!a/, async (_, next) => {
      trace.push("hears before");
      await next();
      trace.push("hears after");
    });
    bot.command("a", async (_, next) => {
      trace.push("first a");
      await next();
    });
    bot.group({}).command("a", () => void trace.push("second a"));
    bot.group({}).command("a", () => void trace.push("third a"));
    const { quiet } = await play(stage, bot);
    stage.people.Alice.says("!!a");
    await quiet();
    expect(trace).toEqual(["hears before", "first a", "second a", "hears after"]);
  });

  test("of texts and of expressions match as documented, flags included", async () => {
    const stage = await theater();
    const trace: string[] = [];
    const bot = quietBot();
    bot.hears("Good Morning", (c) => void trace.push(`text ${c.match[0]}`));
    bot.hears(/(?<first>\w+) = (\d+)/g, (c) => void trace.push(`group ${c.match.groups?.first} ${c.match[2]}`));
    bot.hears(/UPPER/, () => void trace.push("upper"));
    bot.hears(/lower/i, () => void trace.push("lower"));
    bot.hears(/^x$|(y)\1/, () => void trace.push("back"));
    const { quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    for (const text of ["good morning ", "a = 1", "b = 2", "upper", "UPPER", "LOWER", "yy", "x", "x y"])
      Alice.says(text);
    await quiet();
    expect(trace).toEqual(["text good morning", "group a 1", "group b 2", "upper", "lower", "back", "back"]);
  });

  test("run inside the middlewares registered before them, in order, and not without next()", async () => {
    const stage = await theater();
    const trace: string[] = [];
    const bot = quietBot();
    bot.command("before", () => void trace.push("before"));
    bot.use(async (_, next) => {
      trace.push("in 1");
      await next();
      trace.push("out 1");
    });
    const group = bot.group({});
    group.use(async (c, next) => {
      trace.push("in 2");
      if (c.text !== "!!shut") await next();
      trace.push("out 2");
    });
    group.command("open", () => void trace.push("open"));
    group.command("shut", () => void trace.push("shut"));
    bot.command("plain", () => void trace.push("plain"));
    const { quiet } = await play(stage, bot);
    for (const text of ["!!before", "!!open", "!!shut", "!!plain"]) stage.people.Alice.says(text);
    await quiet();
    expect(trace).toEqual(
      ["before", "in 1", "in 2", "open", "out 2", "out 1", "in 1", "in 2", "out 2", "out 1"].concat([
        "in 1",
        "plain",
        "out 1",
      ]),
    );
  });

  test("of a group do not match where its filter says no", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const other = stage.site.addRoom({ name: "Other" });
    const bot = quietBot({ roles: { commands: [stage.room.id] } });
    bot.group({ rooms: "commands" }).command("where", (c) => c.say("commands"));
    bot.group((c) => c.userName === "Bob").command("where", (c) => c.say("Bob elsewhere"));
    bot.command("else", (c) => c.say("else"));
    await play(stage, bot, { rooms: (client) => [client.getRoom(stage.room.id), client.getRoom(other.id)] });
    const { Alice, Bob } = stage.people;
    Alice.says("!!where");
    expect((await Alice.hears(undefined, PATIENCE)).text).toBe("commands");
    const [alice, bob] = [Alice.in(other), Bob.in(other)];
    alice.says("!!where");
    bob.says("!!where");
    expect((await bob.hears(undefined, PATIENCE)).text).toBe("Bob elsewhere");
    alice.says("!!else");
    await alice.hears("else", PATIENCE);
    expect(other.messages.filter(({ userId }) => userId === stage.bot.id).length).toBe(2);
  });

  test("of events all run, and only those of the event's class", async () => {
    const stage = await theater();
    const trace: string[] = [];
    const bot = quietBot();
    bot.on(UserEntered, (c) => void trace.push(`1 ${c.userName}`));
    bot.on(UserEntered, (c) => void trace.push(`2 ${c.userName}`));
    bot.on(MessageDeleted, () => void trace.push("deleted"));
    const { quiet } = await play(stage, bot);
    stage.site.user("Carol").in(stage.room).enters();
    await quiet();
    expect(trace.sort()).toEqual(["1 Carol", "2 Carol"]);
  });

  test("of events wait for their cooldown", async () => {
    const stage = await theater();
    const trace: string[] = [];
    const bot = quietBot();
    bot.on(UserEntered, { cooldown: { perRoom: "1m" } }, (c) => void trace.push(`${c.userName}`));
    const { quiet } = await play(stage, bot);
    for (const name of ["Carol", "Dave"]) stage.site.user(name).in(stage.room).enters();
    await quiet();
    expect(trace).toEqual(["Carol"]);
    await stage.clock.advance(61_000);
    stage.site.user("Eve").in(stage.room).enters();
    await quiet();
    expect(trace).toEqual(["Carol", "Eve"]);
  });
});

test("a wrong call is answered with usage and reason once, and its correction with the result", async () => {
  const stage = await theater();
  const bot = quietBot();
  bot.command("add <a:integer> <b:integer>", (c) => c.reply(`${c.args.a + c.args.b}`));
  const { said, quiet } = await play(stage, bot);
  const { Alice } = stage.people;
  const wrong = Alice.says("!!add 1 two");
  const usage = await Alice.hears(/Usage: !!add/, PATIENCE);
  expect(usage.parentId).toBe(wrong.id);
  Alice.here.edits(wrong, "!!add 1 2");
  await quiet();
  expect(said()).toEqual(["3"]);
});

test("an unknown command gets silence, or the nearest name once", async () => {
  const stage = await theater({ people: ["Alice", "Bob"] });
  const [mute, helpful] = [quietBot(), quietBot({ unknown: "suggest" })];
  for (const bot of [mute, helpful]) bot.command("status", (c) => c.say("ok"));
  const first = await play(stage, mute);
  stage.people.Alice.says("!!statsu");
  await first.quiet();
  expect(first.said()).toEqual([]);
  await first.stop();
  const second = await play(stage, helpful);
  for (const text of ["!!statsu", "!!statsu", "!!banana"]) stage.people.Alice.says(text);
  stage.people.Bob.says("!!statis");
  await second.quiet();
  expect(second.said()).toEqual(["Did you mean !!status?", "Did you mean !!status?"]);
});

test("somebody who has spoken meanwhile is not there for the first time when they come again", async () => {
  const stage = await theater();
  const bot = quietBot();
  bot.on(UserEntered, async (c) => {
    if (await c.firstTimeHere) await c.say(`Welcome, ${c.userName}!`);
  });
  const { said, quiet } = await play(stage, bot);
  const carol = stage.person("Carol");
  carol.here.enters();
  await carol.hears("Welcome, Carol!", PATIENCE);
  carol.says("thank you");
  carol.here.leaves();
  await quiet();
  await stage.clock.advance(60_000);
  carol.here.enters();
  await quiet();
  expect(said()).toEqual(["Welcome, Carol!"]);
});
