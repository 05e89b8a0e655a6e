/** The stage of `chatexchange-ts/testing`: users speak, a bot answers, and a missing answer is reported with the messages so far. */
import { type Client, ClosedError, MessagePosted, type Watch } from "chatexchange-ts";
import { ManualClock, type Stage, type StageOptions, setStage as setNearStage } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { latency } from "./latency.js";
import { failureOf } from "./support.js";

/** A stage with the latency of the run. */
const setStage = <const Name extends string = "Alice">(options: StageOptions<Name> = {}): Promise<Stage<Name>> =>
  setNearStage({ ...options, server: { ...latency(), ...options.server } });

/** Answers `!hello`, and `!fail` with a failure. */
function greeter(chat: Client, roomId: number): Watch {
  return chat.getRoom(roomId).watch(async (event) => {
    if (!(event instanceof MessagePosted)) return;
    if (event.textContent === "!fail") throw new Error("the bot broke");
    if (event.textContent === "!hello") await event.message.reply(`Hello, ${await event.user?.name}!`);
  });
}

describe("a stage", () => {
  test("has a room, users in it, and an account for the bot", async () => {
    await using stage = await setStage({ room: "Workshop", people: ["Alice", "Bob"], bot: "Robot" });
    expect(stage.room.name).toBe("Workshop");
    expect(stage.room.present).toEqual([stage.people.Alice.id, stage.people.Bob.id]);
    // @ts-expect-error there is no Carol among the people
    expect(stage.people.Carol).toBeUndefined();
    const me = await stage.client().login();
    expect([me.id, await me.name]).toEqual([stage.bot.id, "Robot"]);
    expect(stage.server.sites["stackexchange.com"]).toBe(stage.site);
  });

  test("accepts options of the server, of the room and of the bot", async () => {
    const clock = new ManualClock(Date.UTC(2024, 1, 29));
    await using stage = await setStage({
      room: { name: "Club", access: "gallery" },
      bot: { name: "Robot", reputation: 7 },
      people: [],
      server: { sites: ["stackoverflow.com"] },
      clock,
    });
    expect([stage.site.host, stage.room.access, stage.bot.reputation]).toEqual(["stackoverflow.com", "gallery", 7]);
    expect(stage.site.feeds.in(1).says("x").timeStamp).toBe(Date.UTC(2024, 1, 29) / 1000);
    expect(await failureOf(setStage({ peple: [] } as object))).toMatchObject({
      message: expect.stringContaining('setStage has no option "peple"'),
    });
    expect(await failureOf(setStage({ server: { world: "dmeo" } } as object))).toMatchObject({ code: "BAD_ARGUMENT" });
    expect(await failureOf(setStage({ people: "Alice" } as object))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("has a room of its own, with owners by name", async () => {
    const stage = await setStage({ room: { name: "Den", owners: ["Alice", "Bot", "Zoe"] }, people: ["Alice", "Bob"] });
    await using _ = stage;
    const room = stage.client().getRoom(stage.room.id);
    const owners = await stage.until(room.owners);
    expect(owners.map(({ id }) => id).sort()).toEqual(
      [stage.people.Alice.id, stage.bot.id, stage.site.user("Zoe").id].sort(),
    );
    expect(await stage.until(room.isOwner(stage.people.Bob.id))).toBe(false);
    // The bot is an owner, so it may pin.
    await stage.until(room.update({ description: "mine" }));
    expect(stage.room.description).toBe("mine");
  });

  test("makes a client of the bot for each site of its server", async () => {
    await using stage = await setStage({ server: { sites: ["stackexchange.com", "stackoverflow.com"] } });
    const other = stage.server.sites["stackoverflow.com"];
    const chat = stage.client({ site: other });
    expect(chat.site.host).toBe("stackoverflow.com");
    const bob = other.user("Bob");
    bob.in(1).says("!hello");
    await greeter(chat, 1).ready;
    bob.in(1).says("!hello");
    await stage.until(() => other.room(1).messages.at(-1)?.source.endsWith("Hello, Bob!"));
    expect(stage.room.messages).toEqual([]);
    await using elsewhere = await setStage();
    expect(() => stage.client({ site: elsewhere.site })).toThrow(/site must be one of stage\.server\.sites/);
  });

  test("closes its clients and its server", async () => {
    const stage = await setStage();
    const chat = stage.client();
    await chat.getRoom(1).join();
    await stage.close();
    await stage.close();
    await expect(chat.getRoom(1).sendMessage("x")).rejects.toBeInstanceOf(ClosedError);
    await expect(fetch(stage.server.url)).rejects.toThrow();
  });
});

describe("a user on a stage", () => {
  test("says a message, and hears the answer", async () => {
    await using stage = await setStage();
    const { Alice } = stage.people;
    await greeter(stage.client(), stage.room.id).ready;
    const question = Alice.says("!hello");
    const answer = await Alice.hears(/^hello/i);
    expect(answer).toMatchObject({ text: "Hello, Alice!", userName: "Bot", parentId: question.id });
    Alice.says("!hello");
    expect((await Alice.hears("Hello, Alice!")).id).toBeGreaterThan(answer.id);
  });

  test("hears only others, each message once, and only messages after their own", async () => {
    await using stage = await setStage({ people: ["Alice", "Bob"] });
    const { Alice, Bob } = stage.people;
    Bob.says("early");
    Alice.says("anybody here?");
    Bob.says("me");
    Bob.says("and me");
    expect((await Alice.hears()).text).toBe("me");
    expect((await Alice.hears(({ userName }) => userName === "Bob")).text).toBe("and me");
    const late = await failureOf(Alice.hears("early", { timeoutMs: 1 }));
    expect(late).toMatchObject({ code: "TIMED_OUT" });
  });

  test("can be in other rooms as well, and so can others", async () => {
    await using stage = await setStage({ people: ["Alice"] });
    const club = stage.site.addRoom({ name: "Club" });
    const carol = stage.person("Carol").in(club);
    const alice = stage.people.Alice.in("Club");
    stage.people.Alice.says("in the Sandbox");
    carol.says("in the Club");
    expect((await alice.hears()).text).toBe("in the Club");
    carol.here.stars(alice.says("star this"));
    expect(club.messages.at(-1)?.stars).toBe(1);
  });

  test("gets an error that lists the messages, the missing user and the failures when no answer arrives", async () => {
    await using stage = await setStage({ people: ["Alice", "Bob"] });
    const { Alice, Bob } = stage.people;
    Alice.says("!hello");
    expect(await failureOf(Alice.hears(/hello/, { timeoutMs: 1 }))).toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringMatching(
        /^Alice did not hear \/hello\/ within 1 ms; said in Sandbox:\n {2}Alice: !hello\nBot is not in Sandbox/,
      ),
    });
    await greeter(stage.client(), 1).ready;
    Alice.says("!fail");
    await stage.until(() => stage.failures.length > 0);
    Bob.says("Hello yourself, Alice");
    const error = await failureOf(Alice.hears("Hello, Alice!", { timeoutMs: 1 }));
    expect(error).toMatchObject({
      message: expect.stringMatching(/Bob: Hello yourself, Alice\nreported by a client:\n {2}Error: the bot broke\n/),
    });
    expect(error).toMatchObject({ message: expect.not.stringContaining("is not in") });
    expect(await failureOf(Alice.hears(5 as unknown as string))).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

describe("waiting", () => {
  test("advances the clock until a promise settles, and settles like it", async () => {
    await using stage = await setStage({ server: { throttle: true } });
    const room = stage.client().getRoom(1);
    const start = stage.clock.now();
    const texts = ["one", "two", "three", "four", "five"];
    const sent = await stage.until(Promise.all(texts.map((text) => room.sendMessage(text))));
    expect(sent.map(({ id }) => id)).toEqual(stage.room.messages.map(({ id }) => id));
    expect(stage.clock.now() - start).toBeGreaterThan(10_000);
    expect(await failureOf(stage.until(Promise.reject(new Error("no"))))).toMatchObject({ message: "no" });
  });

  test("advances the clock until a condition holds", async () => {
    await using stage = await setStage();
    let isDue = false;
    const start = stage.clock.now();
    stage.clock.setTimeout(() => {
      isDue = true;
    }, 90_000);
    await stage.until(() => isDue);
    expect(stage.clock.now() - start).toBe(90_000);
    expect(await stage.until(() => 0)).toBe(0);
    expect(await failureOf(stage.until(() => false, { timeoutMs: 1 }))).toMatchObject({
      message: "The condition did not come true within 1 ms; nothing was said in Sandbox\nBot is not in Sandbox",
    });
  });

  test("does not wait for requests that hang", async () => {
    await using stage = await setStage();
    const chat = stage.client();
    await chat.login();
    stage.site.faults.hang("/user/info");
    chat.getUser(stage.people.Alice.id).reputation.catch(() => {});
    await stage.until(() => stage.site.faults.hanging > 0);
    let isDue = false;
    stage.clock.setTimeout(() => {
      isDue = true;
    }, 29_000);
    await stage.until(() => isDue);
    expect(stage.site.faults.hanging).toBe(1);
  });
});

describe("an async condition", () => {
  test("is awaited by until() until it has a value", async () => {
    await using stage = await setStage();
    let asked = 0;
    expect(await stage.until(async () => ++asked >= 3)).toBe(true);
    expect(asked).toBe(3);
    const answers = [undefined, null, false, 0] as const;
    let turn = 0;
    expect(await stage.until(async () => answers[turn++])).toBe(0);
  });

  test("may use the clock and the network", async () => {
    await using stage = await setStage();
    const chat = stage.client();
    const room = chat.getRoom(1);
    expect(
      await stage.until(async () => {
        await new Promise<void>((resolve) => stage.clock.setTimeout(resolve, 60_000));
        return (await room.name) === "Sandbox" && "turned";
      }),
    ).toBe("turned");
  });

  test("fails with its own error, or with a timeout when it never has a value", async () => {
    await using stage = await setStage();
    const mistake = new Error("a mistake");
    expect(await failureOf(stage.until(() => Promise.reject(mistake)))).toBe(mistake);
    const late = { code: "TIMED_OUT" };
    expect(await failureOf(stage.until(() => new Promise(() => {}), { timeoutMs: 1 }))).toMatchObject(late);
    expect(await failureOf(stage.until(async () => false, { timeoutMs: 1 }))).toMatchObject(late);
  });

  test("is awaited by hears() until it has a value", async () => {
    await using stage = await setStage({ people: ["Alice", "Bob"] });
    const { Alice, Bob } = stage.people;
    const heard = Alice.hears(async ({ text }) => text === "two");
    Bob.says("one");
    Bob.says("two");
    expect((await heard).text).toBe("two");
    const failed = Alice.hears(async () => {
      throw new Error("a mistake");
    });
    Bob.says("three");
    expect(await failureOf(failed)).toMatchObject({ message: "a mistake" });
  });
});
