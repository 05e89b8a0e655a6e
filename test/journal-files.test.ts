/** Journals on a shared disk: links, damaged rows, other programs' files, and sites that are added and removed. */
import { appendFile, link, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
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
import { sizeOf } from "./sizes.js";
import { failureOf } from "./support.js";
import { temporaryFolder } from "./temporary.js";

async function start(journal: string, more: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ journal, sites: ["stackexchange.com"], ...more });
  onTestFinished(() => server.close());
  return server;
}

const saidIn = (server: ChatServer): string[] => server.site.room(1).messages.map(({ source }) => source);

describe("a file that is no journal is left unchanged", () => {
  test.each([
    ["a note without a line end", "buy milk"],
    ["a note behind an empty line", '\n{"buy":"milk"}\n'],
    ["half a JSON file", '{"buy":'],
    ["a list of things", "milk\nbread"],
  ])("%s", async (_name, text) => {
    const path = join(temporaryFolder(), "notes.txt");
    await writeFile(path, text);
    const error = await failureOf(start(path));
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining("notes.txt is") });
    expect(await readFile(path, "utf8")).toBe(text);
  });
});

test("an invalid line of a journal is named in the error", async () => {
  for (const line of ['{"network":{"keys":{}}}', '{"site":"stackexchange.com","rooms":[{"id":1}]}']) {
    const path = join(temporaryFolder(), "world.jsonl");
    await (await start(path)).close();
    const lines = (await readFile(path, "utf8")).split("\n").length - 1;
    await appendFile(path, `${line}\n`);
    expect(await failureOf(start(path))).toMatchObject({ message: expect.stringContaining(`in line ${lines + 1}`) });
  }
});

describe("a row that is damaged", () => {
  /** Writes a journal with users, rooms, messages and events, changes one of its lines, and returns the error of a start. */
  const withLine = async (change: (line: string) => string): Promise<string> => {
    const path = join(temporaryFolder(), "world.jsonl");
    const server = await start(path);
    const alice = server.site.addUser({ name: "Alice", email: "alice@example.com" });
    const { id } = alice.in(1).says("hello <b>there</b>");
    alice.in(1).edits(id, "hello again");
    server.site.user("Bob").in(1).stars(id);
    await server.close();
    const lines = (await readFile(path, "utf8")).split("\n");
    const at = lines.findIndex((line) => change(line) !== line);
    await writeFile(path, lines.map((line, index) => (index === at ? change(line) : line)).join("\n"));
    const error = await failureOf(start(path));
    expect(error).toMatchObject({ code: "BAD_ARGUMENT" });
    const message = String((error as Error).message);
    expect(message).toContain(`${path} is damaged in line ${at + 1}: `);
    return message;
  };
  /** The same row by hand, without a checksum. */
  const bare = (line: string): string => line.replace(/,"sum":"\w+"\}$/, "}");

  test("by one flipped bit anywhere is refused because of its checksum", async () => {
    for (const [bit, text] of [
      [1, "hello again"],
      [4, '"edits":1'],
      [2, '"+stars":['],
    ] as const) {
      const flip = (line: string): string => {
        const at = line.indexOf(text) + 2;
        return line.includes(text)
          ? `${line.slice(0, at)}${String.fromCharCode(line.charCodeAt(at) ^ bit)}${line.slice(at + 1)}`
          : line;
      };
      expect(await withLine(flip)).toContain("its checksum does not match; remove that line, or");
    }
  });

  test.each<[damage: string, change: (row: string) => string, fault: string]>([
    [
      "a person without a name",
      (row) => row.replace('"name":"Alice","emailHash"', '"emailHash"'),
      "users[0].name is not a text",
    ],
    [
      "a password that is a number",
      (row) => row.replace('"password":"password"', '"password":1'),
      "network.accounts is not",
    ],
    [
      "a room with a strange access",
      (row) => row.replace('"access":"public"', '"access":"all"'),
      "rooms[0].access is not one of public, gallery, private",
    ],
    [
      "a message of nobody",
      (row) => row.replace(/"userId":\d+(,"timeStamp":\d+,"source")/, '"userId":null$1'),
      "messages[0].userId is not an id",
    ],
    [
      "a star of a text",
      (row) => row.replace(/"\+stars":\[\d+\]/, '"+stars":["x"]'),
      "changed.messages[0].+stars is not a list",
    ],
    [
      "a revision without a label",
      (row) => row.replace('"label":"edited",', ""),
      "changed.messages[0].+revisions is not",
    ],
    [
      "an event without a number",
      (row) => row.replace(/"raw":\{"event_type":\d+,/, '"raw":{'),
      "events[0].raw is not an event",
    ],
    [
      "a field that there is not",
      (row) => row.replace('"edits":1', '"edots":1'),
      "changed.messages[0].edots is not a field of a journal",
    ],
    [
      "a visit of no room",
      (row) => row.replace('"visits":[{"roomId":1,', '"visits":[{'),
      "visits[0].roomId is not an id",
    ],
    ["another kind of row", (row) => row.replace('"visits":[', '"wisits":['), "wisits is not a field of a journal"],
  ])("as if edited by hand, with %s, is refused by line and field", async (_damage, change, fault) => {
    const message = await withLine((line) => (change(line) === line ? line : bare(change(line))));
    expect(message).toContain(fault);
    expect(message).not.toMatch(/password|alice@/);
  });

  test("only by a missing checksum is accepted", async () => {
    const path = join(temporaryFolder(), "world.jsonl");
    const server = await start(path);
    server.site.user("Alice").in(1).says("by hand");
    await server.close();
    await writeFile(
      path,
      (await readFile(path, "utf8")).split("\n").map(bare).join("\n").replace("by hand", "in hand"),
    );
    expect(saidIn(await start(path))).toEqual(["in hand"]);
  });
});

test("a symbolic link to a journal stays a link, and both names share one lock", async () => {
  const place = temporaryFolder();
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

test("a hard link to a journal in any folder shares its lock: two servers never run on both names", async () => {
  const [path, other] = [join(temporaryFolder(), "world.jsonl"), join(temporaryFolder(), "other.jsonl")];
  await (await start(path)).close();
  await link(path, other);
  const first = await start(path);
  const byTheOther = { code: "LOCKED", path: other, holder: expect.stringMatching(/^this process.*by another name$/) };
  expect(await failureOf(start(other))).toMatchObject(byTheOther);
  first.site.user("Alice").in(1).says("in the journal alone");
  await first.close();
  const backup = await start(other);
  expect(saidIn(backup)).toEqual([]);
  await backup.close();
  expect(saidIn(await start(path))).toEqual(["in the journal alone"]);
});

test("a journal that is renamed while a server uses it stays locked by that server", async () => {
  const [path, other] = [join(temporaryFolder(), "world.jsonl"), join(temporaryFolder(), "other.jsonl")];
  const first = await start(path);
  await link(path, other);
  expect(await failureOf(start(other))).toMatchObject({ code: "LOCKED", path: other });
  await first.close();
});

test("long messages make more lines, never one that is too long for a string", async () => {
  const path = join(temporaryFolder(), "world.jsonl");
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

test("a lock older than this process is not held by this process", async () => {
  const path = join(temporaryFolder(), "world.jsonl");
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
])("%s do not grow a journal forever", { timeout: 180_000 }, async (_name, act) => {
  const path = join(temporaryFolder(), "world.jsonl");
  const first = await start(path);
  first.site.addUser({ name: "Bot", email: "bot@example.com" });
  const bot = await new Browser(first.site).logIn("bot@example.com");
  // The server keeps 1,000 pictures of these.
  for (let n = 0; n < 36; n++) await Promise.all(Array.from({ length: 50 }, () => act(first, bot)));
  await first.close();
  const long = (await stat(path)).size;
  await (await start(path)).close();
  expect((await stat(path)).size).toBeLessThan(long * 0.6);
});

test("a restarted server has everything that users did, in any order", { timeout: 60_000 }, async () => {
  const acts = fc.array(fc.tuple(fc.nat(actions.length - 1), fc.nat(2), fc.nat(2), fc.nat(9)), {
    minLength: 20,
    maxLength: 80,
  });
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: -100_000, max: 100_000 }), async (list, leap) => {
      const path = join(temporaryFolder(), "world.jsonl");
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
      // The rewritten file has the state of the old one.
      const third = await start(path, { ...options, clock: later, sites: ["stackexchange.com", "stackoverflow.com"] });
      expect(stateOf(third.site)).toEqual(before);
      await third.close();
    }),
    { numRuns: sizeOf({ near: 6, release: 60 }), endOnFailure: true },
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
