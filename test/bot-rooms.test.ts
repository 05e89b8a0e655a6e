/** The rooms of a bot: invitations, leaving, roles, several sites. */
import { describe, expect, test } from "vitest";
import { type Bot, memoryStore, type Store } from "../src/bot/index.js";
import { Invitation } from "../src/index.js";
import type { ServerRoom } from "../src/server/index.js";
import type { Stage } from "../src/testing/index.js";
import { PATIENCE, play, quietBot, theater } from "./bot-support.js";

/** Whether the stage's bot is in a room, as the server sees it. */
const isIn = (stage: Stage, { id }: ServerRoom): boolean => stage.bot.rooms.includes(id);

function textsIn(stage: Stage, room: ServerRoom): string[] {
  return room.messages.filter(({ userId }) => userId === stage.bot.id).map(({ source }) => source);
}

describe("an invitation", () => {
  test("is accepted by the rule, and the room is kept over restarts until the bot leaves it", async () => {
    const stage = await theater({ people: ["Boss", "Alice"] });
    const other = stage.site.addRoom({ name: "Other" });
    const store = memoryStore();
    const { Boss, Alice } = stage.people;
    const start = async () => {
      const bot = quietBot({ owners: [Boss.id], store, invitations: { from: "owners", greeting: "Hello!" } });
      bot.command("where", (c) => c.say(`in ${c.room.id}`));
      bot.command("go", (c) => bot.leave(c.room));
      return { bot, ...(await play(stage, bot)) };
    };
    const first = await start();
    Alice.in(other).here.invites(stage.bot);
    await first.quiet();
    expect(isIn(stage, other)).toBe(false);
    Boss.in(other).here.invites(stage.bot);
    await Boss.in(other).hears("Hello!", PATIENCE);
    Alice.in(other).says("!!where");
    await stage.until(() => textsIn(stage, other).length === 2, PATIENCE);
    await first.stop();
    const second = await start();
    Alice.in(other).says("!!where");
    await stage.until(() => textsIn(stage, other).length === 3, PATIENCE);
    expect(textsIn(stage, other)).toEqual(["Hello!", `in ${other.id}`, expect.stringContaining(`in ${other.id}`)]);
    Alice.in(other).says("!!go");
    await stage.until(() => !isIn(stage, other), PATIENCE);
    await second.quiet();
    expect(second.bot.status().rooms.map(({ id }) => id)).toEqual([stage.room.id]);
    await second.stop();
    const third = await start();
    expect(third.bot.status().rooms.length).toBe(1);
  });

  test("is accepted from owners of that room, up to the limit, and not from somebody who is banned", async () => {
    const stage = await theater({ people: ["Host"] });
    const { Host } = stage.people;
    const [a, b, c] = ["A", "B", "C"].map((name) => stage.site.addRoom({ name, owners: [Host.user] }));
    const foreign = stage.site.addRoom({ name: "Foreign" });
    if (!a || !b || !c) throw new Error("no rooms");
    const bot = quietBot({ invitations: { from: "room-owners", most: 3 } });
    const { room, quiet } = await play(stage, bot);
    Host.in(foreign).here.invites(stage.bot);
    await bot.ban(room, Host.id);
    Host.in(a).here.invites(stage.bot);
    await quiet();
    expect([isIn(stage, foreign), isIn(stage, a)]).toEqual([false, false]);
    await bot.unban(room, Host.id);
    for (const place of [a, b, c]) Host.in(place).here.invites(stage.bot);
    await stage.until(() => isIn(stage, b), PATIENCE);
    await quiet();
    expect([a, b, c].map((place) => isIn(stage, place))).toEqual([true, true, false]);
  });

  test("is left alone without a rule, and reaches handlers of that event once", async () => {
    const stage = await theater();
    const [home, other] = [stage.site.addRoom({ name: "Second home" }), stage.site.addRoom({ name: "Other" })];
    const bot = quietBot();
    const heard: number[] = [];
    bot.on(Invitation, (c) => void heard.push(c.event.room?.id ?? 0));
    const { quiet } = await play(stage, bot, {
      rooms: (client) => [client.getRoom(stage.room.id), client.getRoom(home.id)],
    });
    stage.people.Alice.in(other).here.invites(stage.bot);
    await quiet();
    expect(isIn(stage, other)).toBe(false);
    expect(heard.length).toBeLessThanOrEqual(1);
  });
});

describe("a room that closes", () => {
  test("for good ends the bot if it is a home room: run rejects", async () => {
    const stage = await theater({ room: { name: "Home", owners: ["Host"] }, people: ["Host"] });
    const bot = quietBot();
    const client = stage.client();
    const running = bot.run(client.getRoom(stage.room.id));
    const failure = running.catch((error: unknown) => error);
    await stage.until(() => bot.status().isRunning, PATIENCE);
    stage.people.Host.here.updates({ defaultAccess: "request" } as never);
    stage.people.Host.here.kicks(stage.bot);
    expect(await stage.until(failure, PATIENCE)).toMatchObject({ code: "FORBIDDEN" });
    expect(bot.status().isRunning).toBe(false);
  });

  test("is left out of a bot that was invited there, which goes on and reports it to its owners", async () => {
    const stage = await theater({ people: ["Boss"] });
    const { Boss } = stage.people;
    const other = stage.site.addRoom({ name: "Other", owners: [Boss.user] });
    const store: Store = memoryStore();
    const bot = quietBot({
      store,
      owners: [Boss.id],
      roles: { owners: [stage.room.id] },
      invitations: { from: "owners" },
    });
    bot.command("x", (c) => c.say("x"));
    const { quiet, said } = await play(stage, bot);
    Boss.in(other).here.invites(stage.bot);
    await stage.until(() => bot.status().rooms.length === 2, PATIENCE);
    Boss.in(other).here.kicks(stage.bot);
    await stage.until(() => bot.status().rooms.length === 1, PATIENCE);
    Boss.says("!!x");
    await quiet();
    expect(said().sort()).toEqual([`I can no longer listen to room ${other.id}.`, "x"].sort());
    const kept: string[] = [];
    for await (const [key] of store.list("room/")) kept.push(key);
    expect(kept).toEqual([]);
  });
});

test("a text goes to the rooms of its role; an unknown role is refused by name", async () => {
  const stage = await theater();
  const [a, b] = [stage.site.addRoom({ name: "A" }), stage.site.addRoom({ name: "B" })];
  const bot = quietBot({ roles: { reports: [a.id, b.id] } });
  const { client } = await play(stage, bot, {
    rooms: (one) => [stage.room, a, b].map(({ id }) => one.getRoom(id)),
  });
  const sent = await stage.until(bot.tell("reports", "fire"), PATIENCE);
  expect(sent.length).toBe(2);
  bot.setRole("all", [client.getRoom(stage.room.id)]);
  await stage.until(bot.tell("all", "hi"), PATIENCE);
  expect([stage.room, a, b].map((room) => textsIn(stage, room))).toEqual([["hi"], ["fire"], ["fire"]]);
  await expect(bot.tell("debug", "x")).rejects.toThrow(/debug.*reports, all/s);
});

test("one bot works on several sites, and keeps their people, rooms and messages apart", async () => {
  const hosts = ["stackexchange.com", "stackoverflow.com"] as const;
  const stage = await theater({ server: { sites: hosts } });
  const second = stage.server.sites["stackoverflow.com"];
  const bot: Bot = quietBot();
  bot.command("where", { cooldown: { perUser: "1m" } }, (c) => c.reply(c.room.site.host));
  const { client, quiet } = await play(stage, bot, {
    rooms: (one) => [one.getRoom(1), stage.client({ site: second }).getRoom(1)],
  });
  expect(client.site.host).toBe("stackexchange.com");
  const { Alice } = stage.people;
  const double = second.addUser({ name: "Double", id: Alice.id });
  Alice.says("!!where");
  double.in(1).says("!!where");
  await stage.until(() => second.room(1).messages.length === 2 && textsIn(stage, stage.room).length === 1, PATIENCE);
  await quiet();
  expect(second.room(1).messages.at(-1)?.source).toMatch(/stackoverflow\.com$/);
  await expect(quietBot().start([client.getRoom(1), stage.client().getRoom(1)])).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
  });
});
