/** Failures of handlers, of the store and of the connection. */
import { describe, expect, test, vi } from "vitest";
import { memoryStore, type Store } from "../src/bot/index.js";
import { MessagePosted } from "../src/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

describe("a handler that fails", () => {
  test("is printed with its stack and answered by an apology; others go on", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("fail", () => {
      throw new Error("a bug");
    });
    bot.command("late", () => Promise.reject(new TypeError("another bug")));
    bot.on(MessagePosted, () => {
      throw new Error("an observer's bug");
    });
    bot.command("fine", (c) => c.say("fine"));
    const { said, quiet } = await play(stage, bot);
    const { Alice } = stage.people;
    const { id } = Alice.says("!!fail");
    Alice.says("!!late");
    Alice.says("!!fine");
    await quiet();
    expect(said()).toEqual(["Something went wrong.", "Something went wrong.", "fine"]);
    expect(stage.room.messages.find(({ userId }) => userId === stage.bot.id)?.parentId).toBe(id);
    const bugs = bot.printed.filter(({ error }) => error instanceof Error && /^a bug|another/.test(error.message));
    expect(bugs.map(({ line }) => line)).toEqual(["bot: fail in room 1", "bot: late in room 1"]);
    expect(bot.status()).toMatchObject({ failed: 6 });
  });

  test("does not stop the bot if its print or a listener for failures throws, too", async () => {
    const stage = await theater();
    const bot = quietBot({
      print: () => {
        throw new Error("a broken print");
      },
    });
    bot.onFailure(() => {
      throw new Error("a broken listener");
    });
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    bot.command("fail", () => {
      throw new Error("a bug");
    });
    bot.command("fine", (c) => c.say("fine"));
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!fail");
    stage.people.Alice.says("!!fine");
    await quiet();
    const lines = printed.mock.calls.map(([line]) => line);
    printed.mockRestore();
    expect(said()).toEqual(["Something went wrong.", "fine"]);
    expect(lines).toEqual(["bot: fail in room 1:", "bot: fail in room 1:"]);
  });

  test("goes to bot.catch instead, with its context; a failing catch is printed", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("fail <how:word>", (c) => {
      throw new Error(c.args.how);
    });
    bot.catch((error, c) => {
      if (error instanceof Error && error.message === "badly") throw new Error("catch failed");
      return c?.say(`caught ${error instanceof Error ? error.message : ""} of ${c.userName}`);
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!fail well");
    stage.people.Alice.says("!!fail badly");
    await quiet();
    expect(said()).toEqual(["caught well of Alice"]);
    expect(bot.printed.map(({ line }) => line)).toEqual(["bot: bot.catch itself failed"]);
  });

  test("has another apology, or none", async () => {
    const stage = await theater();
    const fail = (): never => {
      throw new Error("a bug");
    };
    const mute = quietBot({ apology: null });
    mute.command("fail", fail);
    const first = await play(stage, mute);
    stage.people.Alice.says("!!fail");
    await first.quiet();
    await first.stop();
    const polite = quietBot({ apology: "Sorry!" });
    polite.command("fail", fail);
    const second = await play(stage, polite);
    stage.people.Alice.says("!!fail");
    await second.quiet();
    expect(second.said()).toEqual(["Sorry!"]);
  });

  test("reaches the owners at once, and later failures of the same minute reach them in one message", async () => {
    const stage = await theater();
    const office = stage.site.addRoom({ name: "Office" });
    const bot = quietBot({ roles: { owners: [office.id] }, apology: null });
    bot.command("fail", () => {
      throw new Error("a bug");
    });
    const { quiet } = await play(stage, bot, {
      rooms: (client) => [client.getRoom(1), client.getRoom(office.id)],
    });
    for (let times = 0; times < 4; times++) stage.people.Alice.says("!!fail");
    await quiet();
    await stage.until(() => office.messages.length > 0, PATIENCE);
    await stage.clock.advance(40_000);
    await quiet();
    expect(office.messages.length).toBe(1);
    await stage.clock.advance(20_000);
    await stage.until(() => office.messages.length > 1, PATIENCE);
    expect(office.messages.map(({ source }) => source)).toEqual([
      "fail in room 1: a bug",
      "fail in room 1: a bug\nand 2 more like these",
    ]);
  });

  test("a handler that does not await a failing action causes no unhandled rejection, and is reported", async () => {
    const stage = await theater();
    const bot = quietBot();
    bot.command("loose", (c) => {
      void c.reply("");
    });
    const { said, quiet } = await play(stage, bot);
    stage.people.Alice.says("!!loose");
    await quiet();
    expect(said()).toEqual([]);
    expect(bot.printed.length).toBe(1);
  });

  test("calls next() twice only once", async () => {
    const stage = await theater();
    const bot = quietBot({ apology: null });
    let runs = 0;
    bot.use(async (_, next) => {
      await next();
      await next();
    });
    bot.command("x", () => {
      runs += 1;
    });
    const { quiet } = await play(stage, bot);
    stage.people.Alice.says("!!x");
    await quiet();
    expect(runs).toBe(1);
    expect(bot.printed).toMatchObject([{ error: { message: "next() was called twice" } }]);
  });
});

/** A store that fails while `broken` says so. */
function fragileStore(): { readonly store: Store; isBroken: boolean } {
  const inner = memoryStore();
  const state = { store: inner, isBroken: false };
  const check = (): void => {
    if (state.isBroken) throw new Error("the disk is full");
  };
  state.store = {
    async get(key) {
      check();
      return inner.get(key);
    },
    async set(key, value) {
      check();
      return inner.set(key, value);
    },
    async delete(key) {
      check();
      return inner.delete(key);
    },
    async *list(prefix) {
      check();
      yield* inner.list(prefix);
    },
    async update(key, change) {
      check();
      return inner.update(key, change);
    },
    close: () => inner.close(),
  };
  return state;
}

test("a store that fails is reported, and the bot goes on: commands, edits, cooldowns, schedules", async () => {
  const stage = await theater();
  const state = fragileStore();
  const bot = quietBot({ store: state.store });
  bot.command("echo <text:text...>", { cooldown: { all: "1s" } }, (c) => c.reply(c.args.text));
  bot.every("1m", (c) => c.say("tick"));
  bot.command("ask", async (c) => c.reply(`${await c.ask("What?")}`));
  const { said, quiet } = await play(stage, bot);
  state.isBroken = true;
  const { Alice } = stage.people;
  const command = Alice.says("!!echo one");
  await quiet();
  Alice.here.edits(command, "!!echo two");
  await quiet();
  Alice.says("!!ask");
  await quiet();
  Alice.says("this");
  await quiet();
  Alice.here.deletes(command);
  await quiet();
  expect(said()).toEqual(["What?", "this"]);
  await stage.clock.advance(60_000);
  await quiet();
  expect(said()).toEqual(["What?", "this", "tick"]);
  expect(bot.printed.length).toBeGreaterThan(0);
  expect(bot.status().failed).toBe(0);
});

test("a bot that cannot start says why, and lets go of everything", async () => {
  const stage = await theater();
  const broken = fragileStore();
  broken.isBroken = true;
  const bot = quietBot({ store: broken.store });
  const client = stage.client();
  await expect(stage.until(bot.start(client.getRoom(1)), PATIENCE)).rejects.toThrow("the disk is full");
  const missing = quietBot();
  const other = stage.client();
  await expect(stage.until(missing.start(other.getRoom(999)), PATIENCE)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(other.state).toBe("closed");
  await expect(quietBot().start([])).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
});

test("registration and options are checked, with the place", () => {
  const bot = quietBot();
  expect(() => bot.command("a <b:hue>" as string, () => {})).toThrow(/hue/);
  bot.command("a|b", () => {});
  expect(() => bot.command("b", () => {})).toThrow(/exists already/);
  expect(() => bot.command("c", { cooldwon: {} } as never, () => {})).toThrow(/cooldown/);
  expect(() => bot.command("c", { needs: "king" as never }, () => {})).toThrow(/needs/);
  expect(() => bot.hears(7 as never, () => {})).toThrow(/hears/);
  expect(() => bot.group(undefined as never)).toThrow(/group takes a filter/);
  expect(() => bot.group({}, 7 as never)).toThrow(/group must be a function/);
  expect(() => bot.on(MessagePosted, undefined as never)).toThrow(/handler/);
  expect(() => quietBot({ order: "chaos" as never })).toThrow(/order/);
  expect(() => quietBot({ owners: ["me"] as never })).toThrow(/user/);
  expect(() => quietBot({ flood: { commands: 0, per: "1m", mute: "1m" } })).toThrow(/flood/);
});

test("a bot that cannot start rejects, and logs its client out", async () => {
  const stage = await theater();
  const client = stage.client({ email: stage.bot.email, password: "wrong" });
  const bot = quietBot();
  const failure = await stage.until(
    bot.run(client.getRoom(stage.room.id)).catch((error: unknown) => error),
    PATIENCE,
  );
  expect(failure).toMatchObject({ code: "WRONG_PASSWORD" });
  await expect(client.getRoom(stage.room.id).sendMessage("hello")).rejects.toMatchObject({ code: "CLOSED" });
});

describe("a text that equals the account's last one", () => {
  test("is sent by bot.tell", async () => {
    const stage = await theater();
    const bot = quietBot({ roles: { news: [stage.room.id] } });
    const { said } = await play(stage, bot);
    await stage.until(bot.tell("news", "the same"), PATIENCE);
    await stage.until(bot.tell("news", "the same"), PATIENCE);
    expect(said()).toEqual(["the same", "the same"]);
  });

  test("is sent to the owners", async () => {
    const stage = await theater();
    const bot = quietBot({ roles: { owners: [stage.room.id] }, apology: null });
    bot.command("fail", () => {
      throw new Error("a bug");
    });
    const { said, quiet } = await play(stage, bot);
    for (let times = 0; times < 2; times++) {
      stage.people.Alice.says("!!fail");
      await quiet();
      await stage.until(() => said().length > times, PATIENCE);
      await stage.clock.advance(61_000);
    }
    expect(said()).toEqual(["fail in room 1: a bug", "fail in room 1: a bug"]);
    expect(bot.printed.filter(({ line }) => line.includes("telling"))).toEqual([]);
  });
});

test("a feed with a wrong address, option or a name that is taken is refused when it is registered", () => {
  const bot = quietBot();
  expect(() => bot.feed("ftp://example.com/feed")).toThrow(/http/);
  expect(() => bot.feed("https://example.com/feed", { every: "1s" })).toThrow(/every/i);
  expect(() => bot.feed("https://example.com/feed", { most: 0 })).toThrow(/most/);
  bot.feed("https://example.com/feed");
  expect(() => bot.feed("https://example.com/feed")).toThrow(/two feeds/);
});

test("usage and help show the same prefix, the first one", async () => {
  const stage = await theater();
  const bot = quietBot({ prefix: ["bot,", "!"] });
  bot.command("roll <sides:integer>", (c) => c.reply(`${c.args.sides}`));
  const { said, quiet } = await play(stage, bot);
  stage.people.Alice.says("!roll");
  await quiet();
  expect(said().map((text) => text.split(" (")[0])).toEqual([`Usage: ${bot.commands[0]?.usage}`]);
});
