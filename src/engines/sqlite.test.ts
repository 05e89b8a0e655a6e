import fs from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openSqlite, type SqliteContent, type SqliteDatabase, type SqliteValue } from "./sqlite.js";
import { engines, hasNode, NOTES, newPath } from "./sqlite.test-support.js";

describe.each(engines)("a database of the engine %s", (engine) => {
  const open = (path: string = newPath(), content: SqliteContent = NOTES): Promise<SqliteDatabase> =>
    openSqlite(path, { content, engine });

  const addNote = (database: SqliteDatabase, text: SqliteValue): number =>
    database.run("INSERT INTO note (text) VALUES (?)", [text]);
  const texts = (database: SqliteDatabase): SqliteValue[] =>
    database.all("SELECT text FROM note ORDER BY id").map((row) => row.text ?? null);

  test.each<SqliteValue>([
    null,
    0,
    -7,
    2 ** 40,
    Number.MAX_SAFE_INTEGER,
    2n ** 63n - 1n,
    -(2n ** 63n),
    1.5,
    1e300,
    Number.NEGATIVE_INFINITY,
    "",
    "naïve 😀 \u2028",
    Uint8Array.of(),
    Uint8Array.of(0, 255, 0),
  ])("returns %s as it was stored", async (value) => {
    const database = await open();
    expect(addNote(database, value)).toBe(1);
    expect(database.get("SELECT text FROM note")?.text).toEqual(value);
    expect(texts(database)).toEqual([value]);
    expect([...database.iterate("SELECT text FROM note")].map(({ text }) => text)).toEqual([value]);
    database.close();
  });

  test("stores whole numbers as integers, and returns a bigint that a number can hold as a number", async () => {
    const database = await open();
    const found = database.get("SELECT typeof(?) AS type, ? AS value", [2 ** 40, 5n]);
    expect(found).toEqual({ type: "integer", value: 5 });
    database.close();
  });

  test("rejects values that SQLite would cut or drop", async () => {
    const database = await open();
    expect(() => addNote(database, "a\0b")).toThrow("cannot contain a NUL character");
    expect(() => addNote(database, Number.NaN)).toThrow("NaN cannot be stored");
    expect(texts(database)).toEqual([]);
    database.close();
  });

  test("reads row by row, and a loop that ends early holds up no change", async () => {
    const database = await open();
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    const seen: unknown[] = [];
    for (const { i } of database.iterate(endless)) if (seen.push(i) === 3) break;
    expect(seen).toEqual([1, 2, 3]);
    for (let n = 0; n < 3; n++) addNote(database, n);
    for (const { text } of database.iterate("SELECT text FROM note")) if (text === 1) break;
    database.exec("DROP TABLE note");
    database.close();
  });

  test("the same query can run while a loop reads its rows", async () => {
    const database = await open();
    for (let n = 0; n < 3; n++) addNote(database, n);
    const sql = "SELECT text FROM note ORDER BY id";
    const pairs: unknown[] = [];
    for (const outer of database.iterate(sql))
      for (const inner of database.iterate(sql)) pairs.push([outer.text, inner.text, texts(database).length]);
    expect(pairs).toHaveLength(9);
    database.close();
  });

  test("a failed statement can be run again", async () => {
    const database = await open();
    const insert = (id: number): number => database.run("INSERT INTO note (id, text) VALUES (?, 'x')", [id]);
    insert(1);
    expect(() => insert(1)).toThrow("UNIQUE constraint failed");
    expect(() => insert(1)).toThrow("UNIQUE constraint failed");
    expect(insert(2)).toBe(1);
    database.close();
  });

  test("a failed transaction changes nothing, and one inside another fails alone", async () => {
    const database = await open();
    const failing = (work: () => void) => () =>
      database.transaction(() => {
        work();
        throw new Error("no");
      });
    expect(failing(() => addNote(database, "a"))).toThrow("no");
    expect(texts(database)).toEqual([]);
    database.transaction(() => {
      addNote(database, "b");
      expect(failing(() => addNote(database, "c"))).toThrow("no");
      expect(database.transaction(() => addNote(database, "d"))).toBe(1);
    });
    expect(texts(database)).toEqual(["b", "d"]);
    expect(failing(() => database.transaction(() => addNote(database, "e")))).toThrow("no");
    expect(texts(database)).toEqual(["b", "d"]);
    database.close();
  });

  test("a transaction with asynchronous work is rejected and undone", async () => {
    const database = await open();
    expect(() => database.transaction(async () => addNote(database, "a"))).toThrow("must not be asynchronous");
    expect(texts(database)).toEqual([]);
    database.close();
  });

  test("when the disk is full the whole transaction fails, even if an inner error is caught; then writes work again", async () => {
    const path = newPath();
    const database = await open(path);
    addNote(database, "before");
    database.exec("PRAGMA max_page_count = 20");
    const full = { code: "STORAGE", path, message: expect.stringContaining("no space left on the device") };
    const act = (): void =>
      database.transaction(() => {
        addNote(database, "first");
        try {
          database.transaction(() => addNote(database, "x".repeat(200_000)));
        } catch {
          // as if nothing had happened
        }
        addNote(database, "last");
      });
    expect(act).toThrow(expect.objectContaining(full));
    expect(texts(database)).toEqual(["before"]);
    addNote(database, "after");
    expect(texts(database)).toEqual(["before", "after"]);
    database.close();
    const again = await open(path);
    expect(texts(again)).toEqual(["before", "after"]);
    again.close();
  });

  test("searches full text", async () => {
    const database = await open();
    database.exec("CREATE VIRTUAL TABLE words USING fts5(text)");
    database.run("INSERT INTO words VALUES (?)", ["the quick brown fox"]);
    expect(database.all("SELECT text FROM words WHERE words MATCH ?", ["fox"])).toHaveLength(1);
    expect(database.all("SELECT text FROM words WHERE words MATCH ?", ["cat"])).toHaveLength(0);
    database.close();
  });

  test("a closed database rejects everything, also in the middle of a loop; closing twice is fine", async () => {
    const database = await open();
    for (let n = 0; n < 3; n++) addNote(database, n);
    const rows = database.iterate("SELECT text FROM note");
    rows.next();
    database.close();
    database.close();
    const closed = expect.objectContaining({ code: "CLOSED" });
    expect(() => rows.next()).toThrow(closed);
    expect(() => texts(database)).toThrow(closed);
    expect(() => database.transaction(() => {})).toThrow(closed);
  });

  test("a file that is no database is BAD_ARGUMENT and stays as it is; an empty one is used", async () => {
    const path = newPath();
    fs.writeFileSync(path, '{"a":1}\n');
    const wrong = { code: "BAD_ARGUMENT", message: `${path} is not a SQLite database; use another path` };
    await expect(open(path)).rejects.toMatchObject(wrong);
    expect(fs.readFileSync(path, "utf8")).toBe('{"a":1}\n');
    expect(fs.readdirSync(dirname(path))).toEqual(["notes.db"]);
    fs.writeFileSync(path, "");
    (await open(path)).close();
  });

  test("a database of another program, or of another kind, is BAD_ARGUMENT and stays as it is", async () => {
    const path = newPath();
    const others: SqliteContent[] = [
      { name: "another program's", id: 0, versions: ["CREATE TABLE t (a)"] },
      { name: "another kind's", id: 99, versions: ["CREATE TABLE t (a)"] },
    ];
    for (const content of others) {
      fs.rmSync(path, { force: true });
      (await open(path, content)).close();
      const before = fs.readFileSync(path);
      await expect(open(path)).rejects.toMatchObject({
        code: "BAD_ARGUMENT",
        message: `${path} is a database of another program, not a list of notes; use another path`,
      });
      expect(fs.readFileSync(path).equals(before)).toBe(true);
    }
  });

  test("a file of an older version gets the new tables and keeps its rows; a newer one is BAD_ARGUMENT", async () => {
    const path = newPath();
    const first = await open(path);
    addNote(first, "old");
    first.close();
    const newer = {
      ...NOTES,
      versions: [...NOTES.versions, "ALTER TABLE note ADD COLUMN author TEXT DEFAULT 'nobody'"],
    };
    const second = await open(path, newer);
    expect(second.all("SELECT text, author FROM note")).toEqual([{ text: "old", author: "nobody" }]);
    second.close();
    await expect(open(path)).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining("written by a newer version"),
    });
    (await open(path, newer)).close();
  });

  test("a version that fails leaves the file as it was", async () => {
    const path = newPath();
    const broken = { ...NOTES, versions: [...NOTES.versions, "CREATE TABLE more (a); CREATE TABLE note (b)"] };
    (await open(path)).close();
    await expect(open(path, broken)).rejects.toThrow("already exists");
    const database = await open(path);
    expect(database.all("SELECT name FROM sqlite_schema WHERE name = 'more'")).toEqual([]);
    database.close();
  });

  test("damage is STORAGE where it is read, and leaves the rest readable", async () => {
    const path = newPath();
    const database = await open(path);
    for (let n = 0; n < 40; n++) addNote(database, `${n} ${"x".repeat(2_000)}`);
    database.close();
    const size = fs.statSync(path).size;
    const fd = fs.openSync(path, "r+");
    fs.writeSync(fd, Buffer.alloc(8_192, 0x5a), 0, 8_192, size - 8_192);
    fs.closeSync(fd);
    const damaged = await open(path);
    const failing = { code: "STORAGE", path, message: expect.stringContaining("the database is damaged") };
    expect(() => texts(damaged)).toThrow(expect.objectContaining(failing));
    expect(damaged.get("SELECT substr(text, 1, 2) AS start FROM note WHERE id = 1")).toEqual({ start: "0 " });
    damaged.close();
    const bytes = fs.readFileSync(path);
    bytes.fill(0x5a, 16, 2_000);
    fs.writeFileSync(path, bytes);
    await expect(open(path)).rejects.toMatchObject(failing);
    expect(fs.existsSync(`${path}-lock`)).toBe(false);
  });
});

test.skipIf(!hasNode)("each engine reads what the other has written, with its changes in flight", async () => {
  const path = newPath();
  for (const [n, engine] of (["node", "wasm", "node", "wasm"] as const).entries()) {
    const database = await openSqlite(path, { content: NOTES, engine });
    expect(database.all("SELECT text FROM note")).toHaveLength(n);
    database.run("INSERT INTO note (text) VALUES (?)", [n]);
    database.close();
  }
});

test.runIf(!hasNode)("a runtime without node:sqlite says so when asked for it", async () => {
  await expect(openSqlite(newPath(), { content: NOTES, engine: "node" })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    message: expect.stringContaining("needs a runtime with node:sqlite"),
  });
});

test("without any engine the error says what to install, and no file is made", async () => {
  const path = newPath();
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  vi.doMock("node-sqlite3-wasm", () => {
    throw new Error("Cannot find package");
  });
  try {
    await expect(openSqlite(path, { content: NOTES })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining("run npm install node-sqlite3-wasm"),
    });
  } finally {
    vi.doUnmock("node-sqlite3-wasm");
    vi.unstubAllGlobals();
  }
  expect(fs.existsSync(path)).toBe(false);
});
