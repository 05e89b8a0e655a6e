/** The file of a recording, the requests that a replay refuses, and recordings that stop early. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, type ClientOptions } from "chatexchange-ts";
import { replay } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { on, testDisk } from "./full-disk.js";
import { failureOf, meanwhile, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const newFile = (): string => join(temporaryFolder(), "a.cassette");

async function recorded(): Promise<{ readonly file: string; readonly text: string }> {
  const file = newFile();
  const { client } = await stage();
  const chat = client({ record: file });
  await chat.getMe();
  await chat.getRoom(1).name;
  await chat.logout();
  return { file, text: await readFile(file, "utf8") };
}

describe("the file of a recording", () => {
  test("is readable by its owner alone, and is never overwritten", async () => {
    const { file, text } = await recorded();
    if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { server } = await stage();
    expect(() => new Client(server.site, { record: file })).toThrow(/the file already exists; use another name/);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("says in its first line how to read it, and in its last what was replaced", async () => {
    const { text } = await recorded();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      cassette: 1,
      host: "stackexchange.com",
      note: expect.stringContaining("replaced"),
    });
    expect(lines.at(-1)).toMatchObject({ replaced: { name: expect.any(Number), cookie: expect.any(Number) } });
  });

  test("ends at maxBytes, and the client continues", async () => {
    const file = newFile();
    const lines: string[] = [];
    const { client } = await stage();
    const warn = (line: string): void => void lines.push(line);
    const chat = client({ record: { file, maxBytes: 4_000 }, logger: { warn } });
    await chat.getMe();
    expect(await chat.getRoom(1).name).toBe("Sandbox");
    await chat.logout();
    expect((await stat(file)).size).toBeLessThan(4_000);
    expect(lines.filter((line) => line.includes("recording"))).toEqual([expect.stringContaining("maxBytes")]);
    expect(await readFile(file, "utf8")).toContain("the file was full");
  });

  test("ends with one notice when the disk is full, and the client continues", async () => {
    const disk = testDisk();
    const lines: string[] = [];
    const { client } = await stage();
    const warn = (line: string): void => void lines.push(line);
    const chat = client({ record: { file: newFile() }, logger: { warn }, ...on(disk) } as ClientOptions);
    await chat.getMe();
    disk.trouble = "ENOSPC";
    expect(await chat.getRoom(1).name).toBe("Sandbox");
    expect(await chat.getRoom(1).description).toContain("regular chat");
    await chat.logout();
    expect(lines.filter((line) => line.includes("recording"))).toEqual([expect.stringContaining("no space left")]);
  });

  test("is refused in a missing folder, with a remedy", async () => {
    const { server } = await stage();
    const record = join(temporaryFolder(), "nowhere", "a.cassette");
    expect(() => new Client(server.site, { record })).toThrow(
      expect.objectContaining({ code: "STORAGE", message: expect.stringContaining("no such file or folder") }),
    );
  });

  test("rejects unknown options", () => {
    const make =
      (record: unknown): (() => Client) =>
      () =>
        new Client("stackexchange.com", { record } as ClientOptions);
    expect(make("")).toThrow(/record must be a non-empty string/);
    expect(make({ path: "x" })).toThrow(/has no option "path"/);
    expect(make({ file: "x", maxBytes: 0 })).toThrow(/record\.maxBytes/);
  });
});

describe("a replay", () => {
  test("reports the actual request, the expected request, and its line", async () => {
    const { text } = await recorded();
    await using played = await replay(text);
    const chat = played.client();
    await played.until(chat.getMe());
    const error = await failureOf(played.until(chat.getRoom(77).name));
    const line = 1 + text.split("\n").findIndex((entry) => entry.includes("/rooms/thumbs/1"));
    expect(error).toMatchObject({
      code: "CASSETTE",
      line,
      message: `GET /rooms/thumbs/77 is not in the cassette, or was made more often than recorded; the next recorded request is GET /rooms/thumbs/1 (line ${line})`,
    });
  });

  test("reports the fields of a form that differ", async () => {
    const file = newFile();
    const { client } = await stage();
    const live = client({ record: file });
    await live.getRoom(1).sendMessage("one two");
    await live.logout();
    await using played = await replay(file);
    const chat = played.client();
    const error = await failureOf(played.until(chat.getRoom(1).sendMessage("something else")));
    expect(error).toMatchObject({
      code: "CASSETTE",
      message: expect.stringContaining("these fields of its form differ: text"),
    });
  });

  test("reports a mismatch at its end when no caller awaited the request", async () => {
    const { text } = await recorded();
    const played = await replay(text);
    const chat = played.client();
    await chat.getMe();
    expect(await failureOf(chat.getRoom(77).name)).toMatchObject({ code: "REFUSED" });
    expect(played.failures[0]?.message).toContain("GET /rooms/thumbs/77 is not in the cassette");
    expect(await failureOf(played.close())).toMatchObject({ code: "CASSETTE" });
  });

  test("leaves a request unanswered that was aborted while it hung", async () => {
    const file = newFile();
    const { client, server } = await stage();
    const live = client({ record: file });
    await live.getMe();
    server.site.faults.hang("/chats/1/messages/new");
    const given = new AbortController();
    const lost = failureOf(live.getRoom(1).sendMessage("into the void", { signal: given.signal }));
    await meanwhile(() => server.site.faults.hanging > 0);
    given.abort();
    expect(await lost).toMatchObject({ code: "ABORTED" });
    await live.logout();
    expect(await readFile(file, "utf8")).toContain('"failed":"ABORTED"');
    await using played = await replay(file);
    const chat = played.client();
    await played.until(chat.getMe());
    const again = new AbortController();
    const sent = failureOf(chat.getRoom(1).sendMessage("into the void", { signal: again.signal }));
    await played.until(() => !played.left.some((request) => request.includes("/messages/new")));
    again.abort();
    expect(await played.until(sent)).toMatchObject({ code: "ABORTED" });
  });

  test("accepts a path, a URL or a text, and refuses anything that is not a cassette", async () => {
    const { file, text } = await recorded();
    for (const cassette of [file, new URL(`file://${file}`), text]) {
      await using played = await replay(cassette);
      expect(await played.until(played.client().getRoom(1).name)).toHaveLength("Sandbox".length);
    }
    const other = newFile();
    await writeFile(other, "hello\n");
    expect(await failureOf(replay(other))).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining("line 1"),
    });
    expect(await failureOf(replay(`${text.split("\n")[0]}\n{"at":1,"odd":2}\n`))).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining("line 2"),
    });
    expect(await failureOf(replay(newFile()))).toMatchObject({ code: "BAD_ARGUMENT" });
    expect(await failureOf(replay(text, { speed: 2 } as object))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("plays the complete lines of a truncated recording", async () => {
    const { text } = await recorded();
    await using played = await replay(text.slice(0, text.lastIndexOf('{"at"') + 20));
    expect(await played.until(played.client().getRoom(1).name)).toHaveLength("Sandbox".length);
  });
});
