/** The files of a SQLite database: locks, kills, links, and what else may be at its path. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { dirname, join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/temporary.js";
import { openSqlite, type SqliteContent, type SqliteDatabase, type SqliteValue } from "./sqlite.js";
import { engines, NOTES, newPath } from "./sqlite.test-support.js";

/** The files of a database as they are now, in another folder: what a kill at this moment would leave. */
function copyOf(path: string): string {
  const folder = temporaryFolder();
  for (const name of fs.readdirSync(dirname(path)))
    if (/^notes\.db(?:-wal|-journal)?$/.test(name)) fs.copyFileSync(join(dirname(path), name), join(folder, name));
  return join(folder, "notes.db");
}

/** The files that a kill leaves in the middle of a change that is made without WAL. */
function interrupted(path: string, change: string): string {
  const program = new sqlite.Database(path);
  program.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN");
  program.exec(change);
  const copy = copyOf(path);
  program.exec("ROLLBACK");
  program.close();
  return copy;
}

describe.each(engines)("a database of the engine %s", (engine) => {
  const open = (path: string = newPath(), content: SqliteContent = NOTES): Promise<SqliteDatabase> =>
    openSqlite(path, { content, engine });

  const addNote = (database: SqliteDatabase, text: SqliteValue): number =>
    database.run("INSERT INTO note (text) VALUES (?)", [text]);
  const texts = (database: SqliteDatabase): SqliteValue[] =>
    database.all("SELECT text FROM note ORDER BY id").map((row) => row.text ?? null);

  test("a second opening is LOCKED with the name of the holder, and succeeds after the first has closed", async () => {
    const path = newPath();
    const database = await open(path);
    addNote(database, "kept");
    await expect(open(path)).rejects.toMatchObject({
      code: "LOCKED",
      path,
      holder: expect.stringContaining(`this process, ${process.pid} on `),
    });
    addNote(database, "kept too");
    database.close();
    const next = await open(path);
    expect(texts(next)).toEqual(["kept", "kept too"]);
    next.close();
    expect(fs.readdirSync(dirname(path)).filter((name) => name.includes("lock"))).toEqual([]);
  });

  test("a change that a kill interrupts is undone, and those before it are kept", async () => {
    const path = newPath();
    const database = await open(path);
    for (let n = 0; n < 200; n++) addNote(database, "old".repeat(300));
    // Pages of the change reach the disk before its end, because they do not fit into memory.
    database.exec("PRAGMA cache_size = 5");
    let copy = "";
    database.transaction(() => {
      database.run("UPDATE note SET text = 'new' || substr(text, 4)");
      copy = copyOf(path);
    });
    database.close();
    const next = await open(copy);
    expect(next.all("SELECT substr(text, 1, 3) AS text, count(*) AS count FROM note GROUP BY 1")).toEqual([
      { text: "old", count: 200 },
    ]);
    next.close();
  });

  test("a program that looks into the file meanwhile takes nothing away from it", async ({ skip }) => {
    const path = newPath();
    const database = await open(path);
    const look =
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM note').fetchall(); c.close()";
    for (let n = 0; n < 3; n++) {
      addNote(database, n);
      // It may be unable to read it.
      const { error } = spawnSync("python3", ["-c", look, path], { stdio: "ignore" });
      if (error) {
        database.close();
        console.warn("skipped: no other program with SQLite here (python3)");
        return skip("python3 is missing");
      }
    }
    const next = await open(copyOf(path));
    expect(texts(next)).toEqual([0, 1, 2]);
    next.close();
    expect(texts(database)).toEqual([0, 1, 2]);
    database.close();
  });

  test("a change that another program did not finish is undone; where the engine cannot do that, it is STORAGE", async () => {
    const path = newPath();
    const database = await open(path);
    for (let n = 0; n < 50; n++) addNote(database, "x".repeat(1_000));
    database.close();
    const copy = interrupted(path, "UPDATE note SET text = 'new'");
    const bytes = fs.readFileSync(copy);
    if (engine === "wasm") {
      await expect(open(copy)).rejects.toMatchObject({
        code: "STORAGE",
        message: expect.stringContaining("open it once with sqlite3"),
      });
      expect(fs.readFileSync(copy).equals(bytes)).toBe(true);
      return;
    }
    const next = await open(copy);
    expect(next.get("SELECT count(*) AS count FROM note WHERE text = 'new'")).toEqual({ count: 0 });
    next.close();
  });

  test("a file whose very first change was interrupted is a new one", async () => {
    const path = newPath();
    (await open(path, { name: "half of something", id: 7, versions: ["CREATE TABLE half (a)"] })).close();
    // Header: no records, random 0, 0 pages before the change, sectors of 512 and pages of 4,096 bytes.
    const journal = Buffer.alloc(512);
    journal.write("d9d505f920a163d7", "hex");
    for (const [n, value] of [0, 0, 0, 512, 4_096].entries()) journal.writeUInt32BE(value, 8 + 4 * n);
    fs.writeFileSync(`${path}-journal`, journal);
    const database = await open(path);
    addNote(database, "first");
    expect(texts(database)).toEqual(["first"]);
    database.close();
  });

  test("the folders of an engine that was killed are removed", async () => {
    const path = newPath();
    fs.mkdirSync(`${path}.lock`);
    fs.mkdirSync(`${path}-shm`);
    const database = await open(path);
    addNote(database, "works");
    database.close();
    expect(fs.readdirSync(dirname(path))).toEqual(["notes.db"]);
  });

  test("only its owner can read the file and those beside it", async () => {
    const path = newPath();
    const database = await open(path);
    const modes = new Set<string>();
    database.transaction(() => {
      addNote(database, "secret");
      for (const entry of fs.readdirSync(dirname(path), { withFileTypes: true }))
        if (entry.isFile()) modes.add((fs.statSync(join(dirname(path), entry.name)).mode & 0o777).toString(8));
    });
    expect([...modes]).toEqual(["600"]);
    database.close();
  });

  test("a symbolic link is followed, and the lock is that of its target", async () => {
    const path = newPath();
    const link = join(temporaryFolder(), "link.db");
    fs.symlinkSync(path, link);
    const database = await open(link);
    await expect(open(path)).rejects.toMatchObject({ code: "LOCKED" });
    addNote(database, "kept");
    database.close();
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    const direct = await open(path);
    expect(texts(direct)).toEqual(["kept"]);
    direct.close();
  });

  test.each([
    ["a missing folder", (path: string) => join(path, "in", "no", "folder.db"), "no such file or folder"],
    ["a folder", dirname, "it is a folder, not a file"],
    ["a path through a file", () => join(import.meta.filename, "x.db"), "a part of the path is not a folder"],
  ])("%s in its place is STORAGE", async (_, place, reason) => {
    const path = place(newPath());
    await expect(open(path)).rejects.toMatchObject({ code: "STORAGE", path, message: expect.stringContaining(reason) });
  });

  test("a file with a second name is STORAGE, because a database is changed in place", async () => {
    const path = newPath();
    (await open(path)).close();
    fs.linkSync(path, `${path}.backup`);
    await expect(open(path)).rejects.toMatchObject({ code: "STORAGE", message: expect.stringContaining("hard link") });
    fs.rmSync(`${path}.backup`);
    (await open(path)).close();
  });

  test.each(["", "a\0b"])("the name %j is BAD_ARGUMENT", async (name) => {
    await expect(open(name)).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  });
});
