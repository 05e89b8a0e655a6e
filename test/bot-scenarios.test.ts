/** The 15 things that bots do, as bots and without the bot layer: people see the same, for fewer lines. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Bot } from "../src/bot/index.js";
import type { Client, Room } from "../src/index.js";
import type { LocalSite } from "../src/server/index.js";
import type { Stage } from "../src/testing/index.js";
import { PATIENCE, saidBy, theater } from "./bot-support.js";
import { sizeOf } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const FOLDER = join(import.meta.dirname, "bot-scenarios");
const HOSTS = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"] as const;
const HOUR = 3_600_000;

type Kind = "with the layer" | "without it";
type Start = (rooms: readonly Room[]) => Promise<Bot | undefined>;

/** Starts a scenario in the given rooms, or in a new client's room of the stage. Stops it with the test. */
async function begin(stage: Stage, name: string, kind: Kind, rooms?: readonly Room[]): Promise<Bot | undefined> {
  const file = kind === "with the layer" ? name : `${name}.plain`;
  const { start }: { start: Start } = await import(`./bot-scenarios/${file}.ts`);
  const bot = await stage.until(start(rooms ?? [stage.client().getRoom(stage.room.id)]), PATIENCE);
  if (bot) onTestFinished(() => stage.until(bot.stop(), PATIENCE));
  return bot;
}

/** Lets hours pass, timer by timer, so that everything that they cause is sent at its time. */
async function pass(stage: Stage, client: Client, hours: number): Promise<void> {
  const { clock } = stage;
  const end = clock.now() + hours * HOUR;
  const isQuiet = (): boolean => client.outbox.pending.length === 0 && stage.site.faults.underWay === 0;
  while (clock.now() < end) {
    await stage.until(isQuiet, PATIENCE);
    await clock.advance(Math.min(clock.untilNextMs ?? HOUR, end - clock.now()));
  }
  await stage.until(isQuiet, PATIENCE);
}

/** Options for a time without heartbeats. */
const PATIENT = { stream: { idleMs: 240 * HOUR, auditMs: 0 } };
const SLOW = { heartbeatMs: 240 * HOUR };

/** The texts of the account "Bot" in room 1 of a site. */
function saidAt(site: LocalSite): string[] {
  const bot = site.users.find(({ name }) => name === "Bot");
  return site
    .room(1)
    .messages.filter(({ userId }) => userId === bot?.id)
    .map(({ source }) => source.replace(/^:\d+ /, ""));
}

const KINDS: readonly Kind[] = ["with the layer", "without it"];
const CASES = KINDS.flatMap((kind) =>
  sizeOf({ near: [0], release: [0, 60] }).map((latencyMs) => ({ kind, latencyMs })),
);

describe.each(CASES)("$kind, at $latencyMs ms", ({ kind, latencyMs }) => {
  const server = latencyMs === 0 ? {} : { latencyMs };

  test("1: three sites start from stored sessions, and only the stale one logs in again", async () => {
    const stage = await theater({ server: { ...server, sites: HOSTS } });
    const folder = temporaryFolder();
    const boot = (host: (typeof HOSTS)[number]): Client =>
      stage.client({ site: stage.server.sites[host], sessionFile: join(folder, `${host}.json`) });
    await stage.until(boot("stackoverflow.com").login(), PATIENCE);
    stage.site.faults.expireSessions();
    await stage.until(boot("stackexchange.com").login(), PATIENCE);
    await stage.until(boot("meta.stackexchange.com").login(), PATIENCE);
    stage.server.clearRequests();
    const rooms = HOSTS.map((host) => boot(host).getRoom(1));
    await begin(stage, "01-cached-sessions", kind, rooms);
    const logins = stage.server.requests.filter(({ path, method }) => method === "POST" && path === "/users/login");
    expect(logins.length).toBe(1);
    for (const host of HOSTS) stage.server.sites[host].user("Alice").in(1).says("!!hello");
    for (const host of HOSTS)
      await stage.until(() => saidAt(stage.server.sites[host]).includes(`Hello from ${host}`), PATIENCE);
  });

  test("2: several rooms with roles: commands in one, reports in the others", async () => {
    const stage = await theater({ server: { ...server, sites: HOSTS } });
    const places = HOSTS.map((host) => stage.server.sites[host]);
    const rooms = places.map((site) => stage.client({ site }).getRoom(1));
    await begin(stage, "02-roles-of-rooms", kind, rooms);
    for (const site of places) expect(saidAt(site)).toEqual(["Here I am."]);
    places[1]?.user("Alice").in(1).says("!!report not here");
    stage.people.Alice.says("!!report a fire");
    await stage.until(() => places.slice(1).every((site) => saidAt(site).length === 2), PATIENCE);
    expect(places.map((site) => saidAt(site).at(-1))).toEqual(["Here I am.", "a fire", "a fire"]);
  });

  test("3: a command is dispatched once, whichever events announce it", async () => {
    const stage = await theater({ room: { name: "Mine", owners: ["Alice"] }, server });
    stage.site.addRoom({ name: "Trash" });
    const mine = stage.bot.in(stage.room).says("I am the bot");
    const client = stage.client();
    const room = client.getRoom(stage.room.id);
    await begin(stage, "03-prefix-command", kind, [room]);
    const { Alice } = stage.people;
    const commands = [
      Alice.says("!!/status"),
      Alice.says("@Bot status"),
      Alice.says("sdc status"),
      Alice.says("status", { replyTo: mine }),
      Alice.says("@Bot status", { replyTo: mine }),
    ];
    Alice.says("https://i.sstatic.net/status.png");
    Alice.here.moves(Alice.says("status"), "Trash");
    stage.site.feeds.in(stage.room).says("!!/status");
    await stage.until(room.sendMessage("!!/status"), PATIENCE);
    commands.push(Alice.says("!!/status"));
    const answers = (): readonly (number | null)[] =>
      stage.room.messages.filter(({ source }) => source.includes("All is well.")).map(({ parentId }) => parentId);
    await stage.until(() => answers().length >= commands.length, PATIENCE);
    expect(answers()).toEqual(commands.map(({ id }) => id));
  });

  test("4: feedback by reply changes the report", async () => {
    const stage = await theater({ people: ["Alice", "Bob"], server });
    const client = stage.client();
    const room = client.getRoom(1);
    const report = await stage.until(room.sendMessage("[Report](https://example.com/7): spam"), PATIENCE);
    await begin(stage, "04-feedback-by-reply", kind, [room]);
    const { Alice, Bob } = stage.people;
    const other = Bob.says("[Report](https://example.com/8): not by the bot");
    Alice.says("fp", { replyTo: other });
    Alice.says("tp", { replyTo: report.id });
    const expected = "[Report](https://example.com/7): tp, says Alice";
    await stage.until(() => stage.site.message(report.id)?.source === expected, PATIENCE);
    expect(stage.site.message(other.id)?.edits).toBe(0);
  });

  test("5: a shortcut marks the bot's last reports, in order", async () => {
    const stage = await theater({ server });
    await begin(stage, "05-shortcut", kind);
    const { Alice } = stage.people;
    for (let at = 1; at <= 4; at++) {
      Alice.says(`!!report nr ${at}`);
      await Alice.hears(`nr ${at}`, PATIENCE);
      Alice.says("chatter");
    }
    Alice.says("sd tp - fp");
    const expected = ["nr 1", "report: tp", "nr 3", "report: fp"];
    await stage.until(() => saidBy(stage).join() === expected.join(), PATIENCE);
  });

  test("6: an edited command edits its answer; one that failed is executed now", async () => {
    const stage = await theater({ server });
    await begin(stage, "06-edited-command", kind);
    const { Alice } = stage.people;
    const [right, wrong] = [Alice.says("!!add 1 2"), Alice.says("!!add 1 two")];
    await stage.until(() => saidBy(stage).length === 2, PATIENCE);
    expect(saidBy(stage)).toEqual(["3", expect.stringContaining("Usage")]);
    Alice.here.edits(right, "!!add 1 5");
    Alice.here.edits(wrong, "!!add 1 6");
    await stage.until(() => saidBy(stage).join() === "6,7", PATIENCE);
  });

  test("7: forty reports in a minute, none lost or out of order, and answers overtake them", async () => {
    const stage = await theater({ server: { ...server, throttle: true, throttlePauseMs: (n) => (n < 5 ? 0 : 1_500) } });
    await begin(stage, "07-high-rate", kind);
    for (let at = 0; at < 40; at++) stage.site.feeds.in(1).says(`spam ${at}`);
    await stage.until(() => saidBy(stage).length >= 3, PATIENCE);
    const { Alice } = stage.people;
    Alice.says("!!status");
    await Alice.hears("All is well.", PATIENCE);
    expect(saidBy(stage).length).toBeLessThan(30);
    await stage.until(() => saidBy(stage).length === 41, PATIENCE);
    const reports = saidBy(stage).filter((text) => text !== "All is well.");
    expect(reports).toEqual(Array.from({ length: 40 }, (_, at) => `report ${at}`));
  });

  test("8: a long answer is split without cutting a link, and its first part is the reply", async () => {
    const stage = await theater({ server });
    await begin(stage, "08-long-answer", kind);
    const command = stage.people.Alice.says("!!explain");
    await stage.until(() => saidBy(stage).at(-1)?.includes("line 11"), PATIENCE);
    expect(saidBy(stage).length).toBeGreaterThan(1);
    expect(
      saidBy(stage)
        .join("\n")
        .match(/\]\(https:\/\/example\.com\/chapters\/\d+\)/g)?.length,
    ).toBe(12);
    const parents = stage.room.messages.filter(({ userId }) => userId === stage.bot.id).map(({ parentId }) => parentId);
    expect(parents[0]).toBe(command.id);
  });

  test("9: an answer is updated, condensed, or goes away", async () => {
    const stage = await theater({ server });
    await begin(stage, "09-post-then-update", kind);
    const { Alice } = stage.people;
    Alice.says("!!build");
    await Alice.hears("building…", PATIENCE);
    await stage.until(() => saidBy(stage).join() === "built", PATIENCE);
    Alice.says("!!cat");
    await Alice.hears("https://i.sstatic.net/cat.png", PATIENCE);
    await stage.until(() => saidBy(stage).at(-1) === "<https://i.sstatic.net/cat.png>", PATIENCE);
    Alice.says("!!hint");
    await stage.until(() => saidBy(stage).length > 3, PATIENCE);
    await stage.until(() => saidBy(stage).length === 2, PATIENCE);
  });

  test("10: privileges are asked for at once, cached, and fetched again when they change", async () => {
    const stage = await theater({
      room: { name: "Mine", owners: ["Alice"] },
      people: ["Alice", "Poor", "Later"],
      server,
    });
    const rich = stage.person(stage.site.addUser({ name: "Rich", reputation: 500 }));
    const mod = stage.person(stage.site.addUser({ name: "Mod", isModerator: true }));
    await begin(stage, "10-privileges", kind);
    const { Alice, Poor, Later } = stage.people;
    for (const person of [Alice, rich, mod]) {
      const { id } = person.says("!!secret");
      expect(await person.hears("42", PATIENCE)).toMatchObject({ parentId: id });
    }
    for (const person of [Poor, Later]) {
      person.says("!!secret");
      await person.hears("You may not do that here.", PATIENCE);
      person.says("!!secret");
    }
    Alice.here.setsAccess(Later.user, "owner");
    Later.says("!!secret");
    await Later.hears("42", PATIENCE);
    expect(saidBy(stage).length).toBe(6);
  });

  test("11: first-time visitors are greeted, and mentions of somebody who is away are answered", async () => {
    const stage = await theater({ people: ["Alice", "Bob"], server });
    await begin(stage, "11-welcome-and-away", kind);
    const { Alice, Bob } = stage.people;
    Alice.says("!!who");
    await Alice.hears((message) => ["Alice", "Bob", "Bot"].every((name) => message.text.includes(name)), PATIENCE);
    Bob.here.leaves();
    Alice.here.leaves();
    Alice.here.enters();
    const carol = stage.person("Carol");
    carol.here.enters();
    await carol.hears("Welcome, Carol!", PATIENCE);
    Bob.says("!!afk eating");
    await Bob.hears("See you later.", PATIENCE);
    Alice.says("@Bob are you there?");
    await Alice.hears("Bob is away: eating", PATIENCE);
    expect(saidBy(stage).filter((text) => text.startsWith("Welcome"))).toEqual(["Welcome, Carol!"]);
  });

  test("12: after a restart, nothing is announced twice or left out", async () => {
    const stage = await theater({ server });
    const stateFile = join(temporaryFolder(), "bot.state");
    const ask = (number: number): void => void stage.site.feeds.in(1).says(`question ${number}`);
    for (let life = 0; life < 3; life++) {
      const client = stage.client({ stateFile });
      const bot = await begin(stage, "12-startup-sync", kind, [client.getRoom(1)]);
      ask(2 * life);
      await stage.until(() => saidBy(stage).length === 2 * life + 1, PATIENCE);
      if (bot) await stage.until(bot.stop(), PATIENCE);
      else await stage.until(client.logout(), PATIENCE);
      ask(2 * life + 1);
    }
    await begin(stage, "12-startup-sync", kind, [stage.client({ stateFile }).getRoom(1)]);
    await stage.until(() => saidBy(stage).length === 6, PATIENCE);
    expect(saidBy(stage)).toEqual(Array.from({ length: 6 }, (_, at) => `New: ${at}`));
  });

  test("13: a quote at midnight, a word after six hours of silence, good-bye after three days", async () => {
    const stage = await theater({ server: { ...server, ...SLOW } });
    const client = stage.client(PATIENT);
    await begin(stage, "13-scheduled", kind, [client.getRoom(1)]);
    await pass(stage, client, 5);
    stage.people.Alice.says("hi");
    await pass(stage, client, 2);
    expect(saidBy(stage)).toEqual([]);
    await pass(stage, client, 18);
    expect(saidBy(stage)).toEqual(["So quiet here…", "Quote of the day"]);
    await pass(stage, client, 48);
    expect(saidBy(stage).length).toBe(4);
    await pass(stage, client, 4);
    await stage.until(() => !stage.bot.rooms.includes(1) && !client.getRoom(1).isInRoom, PATIENCE);
  });

  test("14: an owner keeps house", async () => {
    const room = { name: "House", access: "gallery", owners: ["Alice", "Bot"] } as const;
    const stage = await theater({ room: { ...room, id: 3 }, people: ["Alice", "Troll"], server });
    stage.site.addRoom({ id: 2, name: "Trash", owners: ["Bot"].map((name) => stage.site.user(name)) });
    const { Alice, Troll } = stage.people;
    Alice.here.setsAccess(Troll.user, "read-write");
    const weekly = Alice.says("the weekly thread");
    Alice.here.pins(weekly);
    await begin(stage, "14-housekeeping", kind);
    const rubbish = [1, 2, 3].map((at) => Troll.says(`rubbish ${at}`));
    Alice.says("not rubbish");
    Troll.says("!!trash Alice");
    Alice.says("!!trash Troll 5");
    await Alice.hears("4 moved.", PATIENCE);
    expect(rubbish.map(({ id }) => stage.site.message(id)?.roomId)).toEqual([2, 2, 2]);
    const guest = stage.site.addUser({ name: "Guest", email: "guest@example.com" });
    const { email, password } = guest;
    const visitor = stage.client({ email, password });
    await stage.until(visitor.getRoom(3).requestAccess(), PATIENCE);
    const mayTalk = (): boolean => {
      try {
        guest.in(3).says("thank you");
        return true;
      } catch {
        return false;
      }
    };
    await stage.until(mayTalk, PATIENCE);
  });

  test("15: it survives the night, and answers every command once", async () => {
    const stage = await theater({ server });
    const client = stage.client({ stateFile: join(temporaryFolder(), "bot.state") });
    if (kind === "without it") await stage.until(client.resume(), PATIENCE);
    await begin(stage, "15-survives-the-night", kind, [client.getRoom(1)]);
    const { Alice } = stage.people;
    const { faults } = stage.site;
    const trouble: readonly (() => void)[] = [
      () => faults.dropSockets(),
      () => faults.silenceSockets(),
      () => {
        faults.silenceSockets(false);
        faults.rotateFkeys();
      },
      () => {
        faults.expireSessions();
        faults.dropSockets();
      },
      () => {
        faults.fail(/^\/(?!users)/, { status: 503, times: 6 });
        faults.dropSockets();
      },
      () => Alice.says("!!fail"),
    ];
    for (const [at, happen] of trouble.entries()) {
      happen();
      Alice.says(`!!echo ${at}`);
      await Alice.hears(`${at}`, PATIENCE);
    }
    Alice.says("!!health");
    await Alice.hears("1 failed", PATIENCE);
    expect(saidBy(stage)).toEqual(["0", "1", "2", "3", "4", "Something went wrong.", "5", "1 failed"]);
  });
});

/** The lines of a scenario without imports, comments and empty ones. */
function linesOf(name: string): number {
  const text = readFileSync(join(FOLDER, name), "utf8").replace(/^import [^;]*;$/gms, "");
  return text.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/?\*)/.test(line)).length;
}

test("every scenario has fewer lines with the bot layer than without it", () => {
  const names = readdirSync(FOLDER).filter((name) => /^\d\d-.*(?<!\.plain)\.ts$/.test(name));
  expect(names.length).toBe(15);
  const table = names.map((name) => ({
    name,
    with: linesOf(name),
    without: linesOf(name.replace(".ts", ".plain.ts")),
  }));
  expect(table.filter((row) => row.with >= row.without)).toEqual([]);
  const sum = (key: "with" | "without"): number => table.reduce((total, row) => total + row[key], 0);
  expect(sum("without") / sum("with")).toBeGreaterThan(1.8);
});
