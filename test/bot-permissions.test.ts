/** Permissions and limits of a bot, and the refusals that others get. */
// cspell:ignore alhpa betta
import { describe, expect, test } from "vitest";
import type { Bot } from "../src/bot/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

const REFUSAL = "You may not do that here.";

describe("needs", () => {
  test("let owners of the bot and of the room, moderators and people with reputation pass", async () => {
    const stage = await theater({
      room: { name: "Mine", owners: ["Host"] },
      people: ["Host", "Boss", "Nobody"],
    });
    const mod = stage.person(stage.site.addUser({ name: "Mod", isModerator: true }));
    const rich = stage.person(stage.site.addUser({ name: "Rich", reputation: 1_000 }));
    const { Host, Boss, Nobody } = stage.people;
    const bot = quietBot({ owners: [Boss.id] });
    const ran: string[] = [];
    const add = (name: string, needs: NonNullable<Parameters<Bot["command"]>[1]>): void =>
      void bot.command(name, needs as never, (c) => void ran.push(`${name} ${c.userName}`));
    add("owner", { needs: "owner" });
    add("host", { needs: "room-owner" });
    add("mod", { needs: "moderator" });
    add("rich", { needs: { reputation: 500 } });
    add("any", { needs: ["moderator", { reputation: 500 }] });
    add("own", { needs: (c) => c.userName === "Nobody" });
    const { quiet } = await play(stage, bot);
    for (const person of [Host, Boss, mod, rich, Nobody])
      for (const name of ["owner", "host", "mod", "rich", "any", "own"]) person.says(`!!${name}`);
    await quiet();
    expect(ran.sort()).toEqual(
      [
        ...["owner", "host", "mod", "rich", "any"].map((name) => `${name} Boss`),
        ...["any", "mod"].map((name) => `${name} Mod`),
        ...["any", "rich"].map((name) => `${name} Rich`),
        "host Host",
        "own Nobody",
      ].sort(),
    );
  });

  test("are refused once to each person, and then ignored", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot();
    bot.command("a", { needs: "owner" }, (c) => c.say("a"));
    bot.command("b", { needs: "owner" }, (c) => c.say("b"));
    const { said, quiet } = await play(stage, bot);
    const { Alice, Bob } = stage.people;
    for (let times = 0; times < 3; times++) Alice.says("!!a");
    Bob.says("!!a");
    Alice.says("!!b");
    await quiet();
    expect(said()).toEqual([REFUSAL, REFUSAL, REFUSAL]);
    expect(bot.status().refused).toBe(5);
  });

  test("are looked up once for many commands, and again after an event that changes them", async () => {
    const stage = await theater({ room: { name: "Mine", owners: ["Host"] }, people: ["Host", "Alice"] });
    const bot = quietBot();
    bot.command("x", { needs: ["room-owner", "moderator"] }, (c) => c.say("x"));
    const { said, quiet } = await play(stage, bot);
    const { Host, Alice } = stage.people;
    Alice.says("!!x");
    await quiet();
    stage.server.clearRequests();
    for (let times = 0; times < 5; times++) Alice.says("!!x");
    await quiet();
    const asked = (): string[] => stage.server.requests.map(({ path }) => path).filter((path) => /info/.test(path));
    expect(asked()).toEqual([]);
    Host.here.setsAccess(Alice.user, "owner");
    await quiet();
    Alice.says("!!x");
    await quiet();
    expect(said()).toEqual([REFUSAL, "x"]);
    Host.here.setsAccess(Alice.user, null);
    await quiet();
    Alice.says("!!x");
    await quiet();
    expect(said().length).toBe(2);
  });

  test("of an observer that are not met are no refusal", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.hears(/secret/, { needs: "owner" }, (c) => c.say("heard"));
    bot.group({ needs: "owner" }).command("hidden", (c) => c.say("hidden"));
    bot.command("hidden", (c) => c.say("public"));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!hidden");
    await quiet();
    expect(said()).toEqual(["public"]);
  });
});

describe("people", () => {
  test("people who are banned are not heard, until the ban ends or is lifted", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const { Alice, Bob } = stage.people;
    const bot = quietBot({ owners: [Bob.id] });
    bot.command("x", (c) => c.say(`x ${c.userName}`));
    const { said, quiet, room } = await play(stage, bot);
    await bot.ban(room, Alice.id, { for: "10m", by: Bob.id });
    await bot.ban(room, Bob.id);
    Alice.says("!!x");
    Bob.says("!!x");
    await quiet();
    expect(said()).toEqual(["x Bob"]);
    await stage.clock.advance(601_000);
    Alice.says("!!x");
    await quiet();
    expect(said()).toEqual(["x Bob", "x Alice"]);
    await bot.ban(room, Alice.id);
    Alice.says("!!x");
    await quiet();
    expect(await bot.unban(room, Alice.id)).toBe(true);
    expect(await bot.unban(room, Alice.id)).toBe(false);
    Alice.says("!!x");
    await quiet();
    expect(said()).toEqual(["x Bob", "x Alice", "x Alice"]);
  });

  test("people who are not allowed are not heard, if there is a list", async () => {
    const stage = await theater({ people: ["Alice", "Bob", "Boss"] });
    const { Alice, Bob, Boss } = stage.people;
    const bot = quietBot({ allowed: [Alice.id], owners: [Boss.id] });
    bot.command("x", (c) => c.say(`x ${c.userName}`));
    bot.hears("hi", (c) => c.say(`hi ${c.userName}`));
    const { said, quiet } = await play(stage, bot);
    for (const person of [Alice, Bob, Boss]) {
      person.says("!!x");
      person.says("hi");
      await quiet();
    }
    expect(said()).toEqual(["x Alice", "hi Alice", "x Boss", "hi Boss"]);
  });
});

describe("a cooldown", () => {
  test("holds per user, per room and for all, and owners do not wait", async () => {
    const stage = await theater({ people: ["Alice", "Bob", "Boss"] });
    const { Alice, Bob, Boss } = stage.people;
    const bot = quietBot({ owners: [Boss.id] });
    const ran: string[] = [];
    bot.command("user", { cooldown: { perUser: "1m" } }, (c) => void ran.push(`user ${c.userName}`));
    bot.command("room", { cooldown: { perRoom: "1m" } }, (c) => void ran.push(`room ${c.userName}`));
    bot.command("all", { cooldown: { all: "1m" } }, (c) => void ran.push(`all ${c.userName}`));
    const { said, quiet } = await play(stage, bot);
    for (const person of [Alice, Bob, Boss, Boss]) {
      for (const name of ["user", "room", "all"]) person.says(`!!${name}`);
      await quiet();
    }
    const boss = ["user Boss", "room Boss", "all Boss"];
    expect(ran).toEqual(["user Alice", "room Alice", "all Alice", "user Bob", ...boss, ...boss]);
    expect(said()).toEqual(["Please wait 1m.", "Please wait 1m."]);
    await stage.clock.advance(61_000);
    Bob.says("!!room");
    await quiet();
    expect(ran.at(-1)).toBe("room Bob");
  });

  test("does not count for an edit of the same command, also after somebody else used it", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const bot = quietBot();
    bot.command("say <text:text...>", { cooldown: { perUser: "1m", all: "20s" } }, (c) => c.reply(c.args.text));
    const { said, quiet } = await play(stage, bot);
    const { Alice, Bob } = stage.people;
    const command = Alice.says("!!say one");
    await quiet();
    Alice.here.edits(command, "!!say two");
    await quiet();
    expect(said()).toEqual(["two"]);
    await stage.clock.advance(30_000);
    Bob.says("!!say three");
    await quiet();
    Alice.here.edits(command, "!!say four");
    await quiet();
    expect(said()).toEqual(["four", "three"]);
  });

  test("is no way around itself: an edit of a refused command still waits", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("say <text:text...>", { cooldown: { perUser: "1m" } }, (c) => c.reply(c.args.text));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    Alice.says("!!say one");
    await quiet();
    const second = Alice.says("!!say two");
    await quiet();
    Alice.here.edits(second, "!!say three");
    await quiet();
    expect(said()).toEqual(["one", "Please wait 1m."]);
  });
});

describe("guards", () => {
  test("mute a flood for a while, and tell the owners", async () => {
    const stage = await theater({ people: ["Alice", "Bob"] });
    const office = stage.site.addRoom({ name: "Office" });
    const bot = quietBot({
      flood: { commands: 5, per: "1m", mute: "5m" },
      roles: { owners: [office.id] },
    });
    let count = 0;
    bot.command("x", () => {
      count += 1;
    });
    const { quiet } = await play(stage, bot, {
      rooms: (client) => [client.getRoom(stage.room.id), client.getRoom(office.id)],
    });
    const { Alice, Bob } = stage.people;
    for (let times = 0; times < 9; times++) Alice.says("!!x");
    Bob.says("!!x");
    await quiet();
    expect(count).toBe(6);
    await stage.until(() => office.messages.length === 1, PATIENCE);
    expect(office.messages[0]?.source).toMatch(/too many commands/);
    await stage.clock.advance(301_000);
    Alice.says("!!x");
    await quiet();
    expect(count).toBe(7);
  });

  test("end the loop of two bots that answer each other's answers", async () => {
    const stage = await theater();
    const [first, second] = [quietBot(), quietBot()];
    first.hears(/marco/i, (c) => c.reply("Polo"));
    second.hears(/polo/i, (c) => c.reply("Marco"));
    const other = stage.site.addUser({ name: "Rival" });
    const mine = await play(stage, first);
    const theirs = await play(stage, second, { email: other.email, password: other.password });
    stage.people.Alice.says("Marco");
    await stage.until(() => first.printed.length + second.printed.length > 0, PATIENCE);
    await mine.quiet();
    await theirs.quiet();
    const { length } = stage.room.messages;
    expect(length).toBeLessThan(40);
    await stage.clock.advance(30_000);
    await mine.quiet();
    expect(stage.room.messages.length).toBe(length + 1);
    expect([...first.printed, ...second.printed].map(({ line }) => line).join()).toMatch(/like a program/);
  });

  test("end a loop that the throttle of a busy room slows down, and whose texts differ", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.hears(/marco/i, (c) => c.reply("Polo"));
    const { quiet } = await play(stage, bot);
    const rival = stage.person("Rival");
    let parent = rival.says("Marco 0");
    let answered = 0;
    for (let turn = 1; turn < 60; turn++) {
      await quiet();
      const answer = stage.room.messages.find(({ parentId }) => parentId === parent.id);
      if (!answer) break;
      answered += 1;
      await stage.clock.advance(7_000);
      stage.people.Alice.says("marco, please");
      parent = rival.says(`Marco ${turn}`, { replyTo: answer });
    }
    expect(answered).toBe(40);
    expect(bot.printed.map(({ line }) => line).join()).toMatch(/like a program/);
  });

  test("leave alone a person who replies to a bot for long, but pauses to think", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.hears(/guess/, (c) => c.reply("No."));
    const { quiet } = await play(stage, bot);
    let guess = stage.people.Alice.says("guess 0");
    for (let turn = 1; turn < 60; turn++) {
      await quiet();
      const answer = stage.room.messages.find(({ parentId }) => parentId === guess.id);
      await stage.clock.advance(turn % 20 === 0 ? 61_000 : 5_000);
      guess = stage.people.Alice.says(`guess ${turn}`, answer ? { replyTo: answer } : {});
      expect(answer).toBeDefined();
    }
    expect(bot.printed).toEqual([]);
  });

  test("leave alone a person who talks a lot with a bot, at human speed", async () => {
    const stage = await theater();
    const bot = quietBot();
    let count = 0;
    bot.command("x", (c) => {
      count += 1;
      return c.reply(`${count}`);
    });
    const { quiet } = await play(stage, bot);
    for (let times = 0; times < 40; times++) {
      stage.people.Alice.says(`!!x`);
      await quiet();
      await stage.clock.advance(2_500);
    }
    expect(count).toBe(40);
  });

  test("are not even needed between two bots with the same prefix that suggest commands to each other", async () => {
    const stage = await theater();
    const [first, second] = [quietBot({ unknown: "suggest" }), quietBot({ unknown: "suggest" })];
    first.command("alpha", (c) => c.reply("!!betta"));
    second.command("beta", (c) => c.reply("!!alhpa"));
    const other = stage.site.addUser({ name: "Rival" });
    const mine = await play(stage, first);
    const theirs = await play(stage, second, { email: other.email, password: other.password });
    stage.people.Alice.says("!!alpha");
    await stage.until(() => stage.room.messages.length > 2, PATIENCE);
    await mine.quiet();
    await theirs.quiet();
    await stage.clock.advance(60_000);
    await mine.quiet();
    expect(stage.room.messages.length).toBeLessThan(8);
  });
});
