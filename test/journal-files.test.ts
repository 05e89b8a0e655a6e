/** A journal on a disk that other things use too: links, files of somebody else, sites that come and go; and every change is in it. */
import { appendFile, mkdtemp, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  ChatServer,
  type ChatServerOptions,
  type LocalSite,
  Refusal,
  type ServerRoom,
  type ServerUser,
} from "../src/server/index.js";
import { ManualClock } from "../src/testing/index.js";
import { Browser } from "./server-support.js";
import { failureOf } from "./support.js";

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "journal-files-"));
}

async function start(journal: string, more: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ journal, sites: ["stackexchange.com"], ...more });
  onTestFinished(() => server.close());
  return server;
}

const saidIn = (server: ChatServer): string[] => server.site.room(1).messages.map(({ source }) => source);

describe("a file that is no journal stays as it is", () => {
  test.each([
    ["a note without a line end", "buy milk"],
    ["a note behind an empty line", '\n{"buy":"milk"}\n'],
    ["half a JSON file", '{"buy":'],
    ["a list of things", "milk\nbread"],
  ])("%s", async (_name, text) => {
    const path = join(await folder(), "notes.txt");
    await writeFile(path, text);
    const error = await failureOf(start(path));
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining("notes.txt is") });
    expect(await readFile(path, "utf8")).toBe(text);
  });
});

test("a line of a journal that says nothing sensible is named", async () => {
  for (const line of ['{"network":{"keys":{}}}', '{"site":"stackexchange.com","rooms":[{"id":1}]}']) {
    const path = join(await folder(), "world.jsonl");
    await (await start(path)).close();
    const lines = (await readFile(path, "utf8")).split("\n").length - 1;
    await appendFile(path, `${line}\n`);
    expect(await failureOf(start(path))).toMatchObject({ message: expect.stringContaining(`in line ${lines + 1}`) });
  }
});

test("a link to a journal is that journal: it stays a link, and both names are one lock", async () => {
  const place = await folder();
  const [real, link] = [join(place, "real.jsonl"), join(place, "link.jsonl")];
  await (await start(real)).close();
  await symlink(real, link);
  const first = await start(link, { sites: ["stackexchange.com", "stackoverflow.com"] });
  expect(await failureOf(start(real))).toMatchObject({ message: expect.stringContaining("in use by this process") });
  first.site.user("Alice").in(1).says("through the link");
  await first.close();
  expect(await readlink(link)).toBe(real);
  expect(saidIn(await start(real, { sites: ["stackexchange.com", "stackoverflow.com"] }))).toEqual([
    "through the link",
  ]);
});

test("long messages make more lines, not longer ones than a string can hold", async () => {
  const path = join(await folder(), "world.jsonl");
  const first = await start(path);
  const [alice, other] = [first.site.user("Alice"), first.site.addRoom({ name: "other" })];
  const long = "\nso it goes".repeat(2_000);
  for (let n = 0; n < 300; n++) alice.in(1).says(`${n}${long}`);
  const moderator = first.site.addUser({ name: "Mod", isModerator: true });
  moderator.in(1).moves(first.site.room(1).messages, other.id);
  const before = other.messages;
  await first.close();
  const second = await start(path, { sites: ["stackexchange.com", "stackoverflow.com"] });
  expect(second.site.room("other").messages).toEqual(before);
  const lines = (await readFile(path, "utf8")).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4_000_000);
});

test("a lock that is older than this process is not this process's", async () => {
  const path = join(await folder(), "world.jsonl");
  await writeFile(`${path}.lock`, String(process.pid));
  expect(await failureOf(start(path))).toMatchObject({ message: expect.stringContaining("in use") });
  await utimes(`${path}.lock`, new Date(0), new Date(0));
  await (await start(path)).close();
});

test.each<[string, (server: ChatServer, bot: Browser) => unknown]>([
  ["logins that are over", ({ site }) => site.faults.expireSessions()],
  [
    "pictures that have made room",
    (_, bot) => bot.post("/upload/image", { "upload-url": "https://example.com/a.png" }),
  ],
])("%s do not fill a journal for ever", { timeout: 30_000 }, async (_name, act) => {
  const path = join(await folder(), "world.jsonl");
  const first = await start(path);
  first.site.addUser({ name: "Bot", email: "bot@example.com" });
  const bot = await new Browser(first.site).logIn("bot@example.com");
  for (let n = 0; n < 42; n++) await Promise.all(Array.from({ length: 50 }, () => act(first, bot)));
  await first.close();
  const long = (await stat(path)).size;
  await (await start(path)).close();
  expect((await stat(path)).size).toBeLessThan(long * 0.6);
});

test("whatever people do, in whatever order, a restarted server has all of it", { timeout: 60_000 }, async () => {
  const acts = fc.array(fc.tuple(fc.nat(actions.length - 1), fc.nat(2), fc.nat(2), fc.nat(9)), {
    minLength: 20,
    maxLength: 80,
  });
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: -100_000, max: 100_000 }), async (list, leap) => {
      const path = join(await folder(), "world.jsonl");
      const clock = new ManualClock();
      const options = { clock, starsPerDay: 3, maxMessagesPerRoom: 20, maxEvents: 50 };
      const first = await start(path, options);
      const { site } = first;
      const people = ["Ann", "Ben", "Cat"].map((name, n) => site.addUser({ name, isModerator: n === 0 }));
      for (const name of ["one", "two"]) site.addRoom({ name, owners: people.slice(0, 2) });
      for (const [action, who, whom, which] of list) {
        const [user, other] = [people[who], people[whom]];
        const room = site.rooms[which % 3];
        if (!user || !other || !room) continue;
        const message = room.messages.at(-1 - (which % 4))?.id ?? 1;
        try {
          actions[action]?.({ site, user, other, room, message, which, clock });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
        if (which === 0) await clock.advance(40_000);
      }
      const before = stateOf(site);
      await first.close();
      const later = new ManualClock(clock.now() + leap);
      const second = await start(path, { ...options, clock: later });
      expect(stateOf(second.site)).toEqual(before);
      await second.close();
      // What a new file says is what the old one said.
      const third = await start(path, { ...options, clock: later, sites: ["stackexchange.com", "stackoverflow.com"] });
      expect(stateOf(third.site)).toEqual(before);
      await third.close();
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

interface Scene {
  readonly site: LocalSite;
  readonly user: ServerUser;
  readonly other: ServerUser;
  readonly room: ServerRoom;
  readonly message: number;
  readonly which: number;
  readonly clock: ManualClock;
}

const actions: readonly ((scene: Scene) => unknown)[] = [
  ({ user, room, which }) => user.in(room).says(`text ${which}`),
  ({ user, other, room }) => user.in(room).says(`hello @${other.name}`),
  ({ user, room, message }) => user.in(room).says("an answer", { replyTo: message }),
  ({ user, room, message, which }) => user.in(room).edits(message, `better ${which}`),
  ({ user, room, message }) => user.in(room).deletes(message),
  ({ user, room, message }) => user.in(room).stars(message),
  ({ user, room, message }) => user.in(room).pins(message),
  ({ user, room, message }) => user.in(room).cancelsStars(message),
  ({ user, room, message }) => user.in(room).flags(message),
  ({ user, room, message }) => user.in(room).reports(message, "look"),
  ({ site, user, room, message, which }) =>
    user.in(room).moves([message, message], site.rooms[(which + 1) % 3] ?? room),
  ({ user, room, which }) =>
    user.in(room).updates({ name: `room ${room.id} ${which}`, access: which > 7 ? "private" : "public" }),
  ({ user, other, room, which }) => user.in(room).setsAccess(other, which % 2 ? "read-write" : null),
  ({ user, other, room }) => user.in(room).invites(other),
  ({ user, other, room }) => user.in(room).kicks(other),
  ({ user, room }) => user.in(room).enters(),
  ({ user, room }) => user.in(room).leaves(),
  ({ user, which }) => user.suspend(which > 7 ? 60 : 0),
  ({ user, which }) => user.rename(which > 5 ? `${user.name.slice(0, 3)}${which}` : user.name),
  ({ room, which }) => (which > 7 ? room.freeze() : room.thaw()),
  ({ room, which }) => (which > 7 ? room.delete() : room.restore()),
  ({ room, which }) => room.timeout(which > 7 ? 30 : 0),
  ({ room }) => room.tick("<b>news</b>"),
  ({ site, which }) => site.user(`Somebody ${which}`),
  ({ site, room, which }) =>
    which === 1 && room.messages.length === 0 && site.addHistory({ room, messages: 15, days: 1 }),
];

/** All that a script can see of a site. */
function stateOf(site: LocalSite): unknown {
  return {
    newest: site.newestEventId,
    events: site
      .events()
      .map(({ id, type, roomId, messageId, onlyFor, raw }) => ({ id, type, roomId, messageId, onlyFor, raw })),
    users: site.users.map(({ id, name, email, password, pings, rooms }) => ({
      id,
      name,
      email,
      password,
      pings,
      rooms,
    })),
    rooms: site.rooms.map(({ id, name, access, owners, present, messages }) => ({
      id,
      name,
      access,
      owners,
      messages,
      present: [...present].sort(),
    })),
  };
}
