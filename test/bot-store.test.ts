/** The stores of a bot: the same behavior everywhere, scopes, and files that survive kills and full disks. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expiring, memoryStore, openStore, type Store, scoped } from "chatexchange-ts/bot";
import { ManualClock } from "chatexchange-ts/testing";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SqliteStore } from "../src/bot/store/sqlite-store.js";
import { openSqlite } from "../src/engines/sqlite.js";
import { nodeEngine } from "../src/engines/sqlite-node.js";
import { sizeOf } from "./sizes.js";
import { entriesOf, oneMore, type StoreKind, testStore } from "./store-suite.js";
import { temporaryFolder } from "./temporary.js";

const hasNode = nodeEngine() !== undefined;
const engines = hasNode ? (["wasm", "node"] as const) : (["wasm"] as const);
if (!hasNode) console.warn(`not tested: stores with node:sqlite, which Node ${process.version} does not have`);

const newPath = (): string => join(temporaryFolder(), "bot.db");

/** Waits for a line of another program. @throws if it ends without one */
async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line;
  throw new Error("the program ended without a line");
}

/** Stores in files of an engine. */
function fileKind(engine: "wasm" | "node"): StoreKind {
  const paths = new Map<Store, string>();
  return {
    async open() {
      const path = newPath();
      const store = await openStore(path, { engine });
      paths.set(store, path);
      return store;
    },
    reopen: (store) => openStore(paths.get(store) ?? "", { engine }),
  };
}

testStore("memory", { open: async () => memoryStore() });
for (const engine of engines) testStore(`a file of the engine ${engine}`, fileKind(engine));
testStore("memory, whose values expire in a day", {
  open: async () => expiring(memoryStore(), { ttlMs: 86_400_000, clock: new ManualClock() }),
});

test("a store in memory is full at its limit, and has space again once something is deleted", async () => {
  const store = memoryStore({ maxChars: 1_000 });
  await store.set("a", "x".repeat(500));
  await expect(store.set("b", "x".repeat(500))).rejects.toMatchObject({
    code: "STORAGE",
    message: "the store in memory is full (1000 characters); use a file",
  });
  await store.set("a", "y".repeat(700));
  await expect(store.update("b", () => "x".repeat(200))).rejects.toMatchObject({ code: "STORAGE" });
  await store.delete("a");
  await store.set("b", "x".repeat(700));
  expect((await entriesOf(store)).map(([key]) => key)).toEqual(["b"]);
});

test("options that do not exist or make no sense are BAD_ARGUMENT", async () => {
  const clock = new ManualClock();
  const wrong = expect.objectContaining({ code: "BAD_ARGUMENT" });
  expect(() => memoryStore({ maxChars: 0 })).toThrow(wrong);
  expect(() => memoryStore({ limit: 1 } as object)).toThrow(wrong);
  expect(() => expiring(memoryStore(), { ttlMs: 0, clock })).toThrow(wrong);
  expect(() => expiring(memoryStore(), { ttlMs: 1, clock: {} as ManualClock })).toThrow(wrong);
  await expect(openStore(newPath(), { engine: "better" as "wasm" })).rejects.toThrow(wrong);
  expect(() => scoped(memoryStore())).toThrow("a scope needs a name");
  expect(() => scoped(memoryStore(), "a", "")).toThrow(wrong);
  expect(() => scoped(memoryStore(), "x".repeat(1_000))).toThrow(wrong);
});

describe("scopes", () => {
  testStore("a scope in memory", { open: async () => openScope() });

  /** A scope of a store of its own, which is closed with it. */
  function openScope(): Store {
    const store = memoryStore();
    const scope = scoped(store, "a", "b");
    return {
      get: (key) => scope.get(key),
      set: (key, value) => scope.set(key, value),
      delete: (key) => scope.delete(key),
      list: (prefix) => scope.list(prefix),
      update: (key, change) => scope.update(key, change),
      close: () => store.close(),
    };
  }

  test("see their own keys alone, whatever the names and keys are", async () => {
    const part = fc.oneof(
      fc.constantFrom(
        "a",
        "b",
        "a/b",
        "\u001f",
        "\u001e",
        "\u001b",
        "\u001b^",
        "\u001fa",
        "a\u001fb",
        "\u001fa\u001e",
        "a\u001eb",
      ),
      fc.string({ minLength: 1, maxLength: 3 }),
    );
    const place = fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), part);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(place, { maxLength: 12, selector: (one) => JSON.stringify(one) }),
        async (places) => {
          const store = memoryStore();
          for (const [names, key] of places) await scoped(store, ...names).set(key, [names, key].flat());
          for (const [names, key] of places) {
            const scope = scoped(store, ...names);
            expect(await scope.get(key)).toEqual([names, key].flat());
            const siblings = places.filter(([each]) => JSON.stringify(each) === JSON.stringify(names));
            expect((await entriesOf(scope)).map(([each]) => each)).toEqual(siblings.map(([, each]) => each).sort());
          }
        },
      ),
      { numRuns: sizeOf({ near: 200, release: 3_000 }) },
    );
  });

  test("a scope of a scope is the scope of both names, and not part of the outer one", async () => {
    const store = memoryStore();
    const plugin = scoped(store, "plugin");
    const room = scoped(plugin, "room 1");
    await store.set("own", 0);
    await plugin.set("a", 1);
    await room.set("a", 2);
    expect(await scoped(store, "plugin", "room 1").get("a")).toBe(2);
    expect(await entriesOf(plugin)).toEqual([["a", 1]]);
    expect(await entriesOf(store, "own")).toEqual([["own", 0]]);
    await room.close();
    expect(await plugin.update("a", oneMore)).toBe(2);
  });
});

describe("values that expire", () => {
  const ttlMs = 1_000;

  test("are gone after their time, everywhere, and storing one anew begins its time again", async () => {
    const clock = new ManualClock();
    const store = expiring(memoryStore(), { ttlMs, clock });
    await store.set("a", 1);
    await clock.advance(600);
    await store.set("b", 1);
    await store.update("a", oneMore);
    await clock.advance(600);
    expect(await entriesOf(store)).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    await clock.advance(400);
    expect(await store.get("a")).toBeUndefined();
    expect(await store.delete("b")).toBe(false);
    expect(await store.update("a", oneMore)).toBe(1);
  });

  test("are deleted from the store with the next write, those of an earlier process too", async () => {
    const clock = new ManualClock();
    const inner = memoryStore();
    const before = expiring(inner, { ttlMs, clock });
    for (let n = 0; n < 10; n++) await before.set(`old ${n}`, n);
    await clock.advance(500);
    await before.set("young", 1);
    await clock.advance(500);
    const after = expiring(inner, { ttlMs, clock });
    await after.set("new", 1);
    expect((await entriesOf(inner)).map(([key]) => key)).toEqual(["new", "young"]);
  });

  test("are at most as many as asked for: those that would expire first go", async () => {
    const clock = new ManualClock();
    const inner = memoryStore();
    const store = expiring(inner, { ttlMs, clock, maxEntries: 3 });
    for (const key of ["a", "b", "c", "a", "d", "e"]) {
      await store.set(key, 1);
      await clock.advance(1);
    }
    expect((await entriesOf(inner)).map(([key]) => key)).toEqual(["a", "d", "e"]);
  });
});

describe.each(engines)("a store in a file of the engine %s", (engine) => {
  /** A store and the database below it. */
  async function openBoth(path: string): Promise<{ store: Store; sql: (sql: string) => void; commits: () => number }> {
    const content = { name: "the store of a bot", id: 0x43_45_62_73, versions: [] };
    await (await openStore(path, { engine })).close();
    const database = await openSqlite(path, { content: { ...content, versions: [""] }, engine });
    const transaction = vi.spyOn(database, "transaction");
    const store = new SqliteStore(database);
    onTestFinished(() => store.close());
    return { store, sql: (sql) => database.exec(sql), commits: () => transaction.mock.calls.length };
  }

  test("commits 10,000 changes of one turn at once", async () => {
    const { store, commits } = await openBoth(newPath());
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => store.set(`key ${n}`, { n })));
    expect(commits()).toBe(1);
    expect(await entriesOf(store, "key 99")).toHaveLength(111);
    await store.set("key 1", { n: 2 });
    expect(commits()).toBe(2);
  });

  test("on a full disk writes are STORAGE, reads go on, and writes work once there is space", async () => {
    const path = newPath();
    const { store, sql } = await openBoth(path);
    await store.set("a", 1);
    sql("PRAGMA max_page_count = 20");
    const full = { code: "STORAGE", path, message: expect.stringContaining("free up disk space") };
    const both = await Promise.allSettled([store.set("large", "x".repeat(200_000)), store.update("a", oneMore)]);
    expect(both.map((one) => one.status === "rejected" && one.reason)).toMatchObject([full, full]);
    await expect(store.set("large", "x".repeat(200_000))).rejects.toMatchObject(full);
    expect(await entriesOf(store)).toEqual([["a", 1]]);
    expect(await store.update("a", oneMore)).toBe(2);
    sql("PRAGMA max_page_count = 1000");
    await store.set("large", "x".repeat(200_000));
    expect((await entriesOf(store)).map(([key]) => key)).toEqual(["a", "large"]);
  });

  test("a value that somebody has broken is STORAGE, and can be replaced", async () => {
    const path = newPath();
    const { store, sql } = await openBoth(path);
    await store.set("good", 1);
    sql("INSERT INTO entry VALUES (CAST('bad' AS BLOB), '{oops')");
    const broken = { code: "STORAGE", path, message: expect.stringContaining('the value for the key "bad"') };
    await expect(store.get("bad")).rejects.toMatchObject(broken);
    await expect(store.update("bad", oneMore)).rejects.toMatchObject(broken);
    expect(await store.get("good")).toBe(1);
    await store.set("bad", 2);
    expect(await store.update("bad", oneMore)).toBe(3);
  });

  test("a damaged page is STORAGE where it is read; what is elsewhere can be read and written", async () => {
    const path = newPath();
    const before = await openStore(path, { engine });
    const text = "x".repeat(900);
    await Promise.all(Array.from({ length: 200 }, (_, n) => before.set(`key ${1_000 + n}`, text)));
    await before.close();
    const fd = fs.openSync(path, "r+");
    fs.writeSync(fd, Buffer.alloc(4_096, 0x5a), 0, 4_096, 20 * 4_096);
    fs.closeSync(fd);
    const store = await openStore(path, { engine });
    onTestFinished(() => store.close());
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => store.get(`key ${1_000 + n}`)));
    const failures = outcomes.filter(({ status }) => status === "rejected");
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(20);
    const damaged = { code: "STORAGE", path, message: expect.stringContaining("the database is damaged") };
    for (const { reason } of failures as PromiseRejectedResult[]) expect(reason).toMatchObject(damaged);
    await expect(entriesOf(store)).rejects.toMatchObject(damaged);
    await store.set("key 1000", "new");
    expect(await store.get("key 1000")).toBe("new");
  });

  test("a second store on the file is LOCKED, and a file of another program BAD_ARGUMENT", async () => {
    const path = newPath();
    const store = await openStore(path, { engine });
    await expect(openStore(path, { engine })).rejects.toMatchObject({
      code: "LOCKED",
      holder: expect.stringContaining("this process"),
    });
    await store.close();
    fs.writeFileSync(path, "x".repeat(5_000));
    await expect(openStore(path, { engine })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  });

  const KILLS = sizeOf({ near: 5, release: 50 });

  test(`${KILLS} kills in the middle of changes: everything acknowledged is there, and each turn completely or not at all`, {
    timeout: 30_000 + KILLS * 6_000,
  }, async () => {
    const path = newPath();
    const random = fc.sample(fc.nat(1_000), { numRuns: KILLS, seed: 3 });
    let made = 0;
    for (let round = 0; round < KILLS; round++) {
      const { child, lines } = startWriter(path, made);
      const dies = once(child, "close");
      const least = made + 20 + ((random[round] ?? 0) % 60);
      let last = -1;
      lines.on("line", (line) => {
        last = Number(line);
        if (last >= least) child.kill("SIGKILL");
      });
      await dies;
      expect(last).toBeGreaterThanOrEqual(least);
      const store = await openStore(path, { engine });
      const count = Number(await store.get("count"));
      expect(count).toBeGreaterThan(last);
      expect(count % 3).toBe(0);
      const newest = Array.from({ length: Math.min(100, count) }, (_, n) => count - 1 - n);
      const entries = await entriesOf(store, "value ");
      const facts = { round, last, count };
      expect({ ...facts, keys: entries.map(([key]) => key) }).toEqual({
        ...facts,
        keys: newest.map((n) => `value ${n}`).sort(),
      });
      for (const [key, value] of entries) {
        const n = Number(key.slice("value ".length));
        expect(value).toEqual({ n, text: "x".repeat(n % 3_000) });
      }
      made = count;
      await store.close();
    }
    console.info(`${KILLS} kills of a store (${engine}), ${made} changes: all there`);
  });

  function startWriter(path: string, from: number): { child: ChildProcess; lines: ReturnType<typeof createInterface> } {
    const child = spawn(process.execPath, ["test/programs/store-writer.mjs", path, String(from), engine], {
      cwd: resolve(import.meta.dirname, ".."),
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, lines: createInterface(child.stdout) };
  }

  test("the store of a running process is LOCKED, with the holder; a killed one leaves it free", async () => {
    const path = newPath();
    const { child, lines } = startWriter(path, 0);
    await firstLine(lines);
    await expect(openStore(path, { engine })).rejects.toMatchObject({
      code: "LOCKED",
      path,
      holder: expect.stringMatching(`process ${child.pid} on .*, since`),
    });
    const dies = once(child, "close");
    child.kill("SIGKILL");
    await dies;
    const store = await openStore(path, { engine });
    expect(Number(await store.get("count"))).toBeGreaterThan(0);
    await store.close();
  });

  test("a disk that is really full: writes are STORAGE, reads go on, and nothing acknowledged is lost", ({ skip }) => {
    const folder = temporaryFolder();
    const mounting = `mount -t tmpfs -o size=400k tmpfs "${folder}"`;
    const way = ["-m", "-rm"].find((flags) => spawnSync("unshare", [flags, "sh", "-c", mounting]).status === 0);
    if (way === undefined) {
      console.warn("skipped: no small disk can be mounted here (unshare and a tmpfs)");
      return skip("no small disk can be mounted here");
    }
    const program = [process.execPath, "test/programs/full-disk-store.mjs", folder, engine];
    const { stdout } = spawnSync("unshare", [way, "sh", "-c", `${mounting} && exec "$0" "$@"`, ...program], {
      cwd: resolve(import.meta.dirname, ".."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(JSON.parse(String(stdout))).toEqual({
      during: ["STORAGE", "STORAGE", "STORAGE"],
      readDuring: 1,
      after: "done",
      entries: ["after", "before"],
    });
  });
});

test.skipIf(!hasNode)("a file that one engine left when it was killed is read by the other", async () => {
  for (const [engine, other] of [
    ["node", "wasm"],
    ["wasm", "node"],
  ] as const) {
    const path = newPath();
    const child = spawn(process.execPath, ["test/programs/store-writer.mjs", path, "0", engine], {
      cwd: resolve(import.meta.dirname, ".."),
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const dies = once(child, "close");
    await firstLine(createInterface(child.stdout));
    child.kill("SIGKILL");
    await dies;
    const store = await openStore(path, { engine: other });
    expect(await entriesOf(store, "value ")).toHaveLength(Number(await store.get("count")));
    await store.close();
  }
});
