/** The size of a journal: it is proportional to the messages, and bounded while the server runs. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { ChatServer, type ChatServerOptions, type LocalSite } from "../src/server/index.js";
import { temporaryFolder } from "./temporary.js";

const journalPath = (): string => join(temporaryFolder(), "world.jsonl");

async function start(journal: string, more: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ journal, sites: ["stackexchange.com"], starsPerDay: 100_000, ...more });
  onTestFinished(() => server.close());
  return server;
}

/** Everything that a site knows of its rooms, people and events. */
function stateOf(site: LocalSite): unknown {
  return {
    rooms: site.rooms.map(({ id, name, access, owners, messages }) => ({ id, name, access, owners, messages })),
    users: site.users.map(({ id, name, pings, rooms }) => ({ id, name, pings, rooms })),
    events: site.events().map(({ id, raw }) => ({ id, raw })),
  };
}

/** Numbers below a bound, the same in every run. */
function numbers(): (below: number) => number {
  const list = fc.sample(fc.nat(1_000_000), { numRuns: 20_000, seed: 12 });
  return (below) => (list.pop() ?? 0) % below;
}

const letters = ["a", "b", "c", "<", ">", "&", '"', "'", "é", "\u{1f600}", " ", "d", "e", "f", "\\", "*"];

test("a journal is at most three times as long as its messages, after any actions", {
  timeout: 120_000,
}, async () => {
  const path = journalPath();
  const server = await start(path);
  const { site } = server;
  const random = numbers();
  let said = 0;
  const say = (length: number): string => {
    const text = `x${Array.from({ length }, () => letters[random(letters.length)]).join("")}x`;
    said += Buffer.byteLength(text);
    return text;
  };
  const people = Array.from({ length: 40 }, (_, n) => site.addUser({ name: `Person${n}`, isModerator: n === 0 }));
  const [mod = site.addUser({ name: "Nobody" })] = people;
  const one = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const room = site.addRoom({ name: "Sandbox", owners: [mod] });
  for (const person of people) person.in(room).enters();
  const begin = statSync(path).size;
  const talk = Array.from({ length: 300 }, () =>
    one(people)
      .in(room)
      .says(say(20 + random(400))),
  );
  const long = (): string => Array.from({ length: 12 }, () => say(150)).join("\n");
  const edited = mod.in(room).says(long());
  const others = people.slice(1);
  for (let n = 0; n < 400; n++) {
    mod.in(room).edits(edited, long());
    const target = one(talk);
    const person = one(others);
    if (target.userId !== person.id) {
      if (n % 2 === 0) person.in(room).stars(target);
      if (n % 7 === 0) person.in(room).flags(target);
      if (n % 7 === 1) person.in(room).reports(target, say(380));
    }
    if (n % 5 === 0) mod.in(room).updates({ name: say(20), description: say(100) });
    if (n % 5 === 1) person.rename(`Person ${say(10)}`);
    if (n % 3 === 0) mod.in(room).setsAccess(person, one(["read-write", "read-only", null]));
    if (n % 3 === 1) person.in(room).leaves();
    if (n % 3 === 2) person.in(room).enters();
    if (n % 4 === 0) person.in(room).says(`@Person${random(40)} ${say(60)}`, { replyTo: target });
  }
  const size = statSync(path).size - begin;
  console.info(`said ${said} bytes, journal ${size} bytes: ${(size / said).toFixed(2)} times as long`);
  expect(size).toBeLessThan(3 * said);
  const before = stateOf(site);
  await server.close();
  expect(stateOf((await start(path)).site)).toEqual(before);
});

test("a journal is compacted while the server runs, in slices that delay no request, and loses no change", {
  timeout: 120_000,
}, async () => {
  const path = journalPath();
  const options = { maxEvents: 100, maxMessagesPerRoom: 300 };
  const server = await start(path, options);
  const { site } = server;
  const [ann, ben] = ["Ann", "Ben"].map((name) => site.addUser({ name, isModerator: true }));
  if (!ann || !ben) throw new Error("nobody is there");
  const other = site.addRoom({ name: "other" });
  let longest = 0;
  let written = 0;
  let compactions = 0;
  for (let n = 0; n < 1_200; n++) {
    const { id } = ann.in(1).says(`${n}\n${"so it goes ".repeat(1_500)}`);
    const before = statSync(path).ino;
    if (n % 3 === 0) ben.in(1).stars(id);
    if (n % 5 === 0) ann.in(1).edits(id, `${n} better\n${"and goes ".repeat(100)}`);
    if (n % 7 === 0) ann.in(1).moves([id], other.id);
    if (n % 11 === 0) ann.in(1).deletes(site.room(1).messages.at(-1)?.id ?? id);
    await turn();
    longest = Math.max(longest, statSync(path).size);
    written += 16_500;
    compactions += statSync(path).ino === before ? 0 : 1;
  }
  expect(compactions).toBeGreaterThan(0);
  // 600 messages are 10 MB, of which there may be four times as much.
  expect(longest).toBeLessThan(written);
  const before = stateOf(site);
  await server.close();
  expect(readFileSync(path, "utf8").split("\n").at(-1)).toBe("");
  const next = await start(path, options);
  expect(stateOf(next.site)).toEqual(before);
});
