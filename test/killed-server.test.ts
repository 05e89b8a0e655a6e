/** A server with a journal that is killed with -9 at random moments, and torn at the end of its file in between. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import fc from "fast-check";
import { request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { act, digestOf, smallWorld } from "./programs/journal-deeds.mjs";
import { sizeOf } from "./sizes.js";
import { ends } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const KILLS = sizeOf({ near: 3, release: 50 });
const COMPACTED_KILLS = sizeOf({ near: 2, release: 30 });

test(`a journal survives ${KILLS} kills: no acknowledged change is lost, doubled or changed`, {
  timeout: 60_000 + KILLS * 12_000,
}, async () => {
  const root = resolve(import.meta.dirname, "..");
  const journal = join(temporaryFolder(), "world.jsonl");
  let child: ChildProcess | undefined;
  let warnings = "";
  onTestFinished(() => void child?.kill("SIGKILL"));
  const start = async (): Promise<string> => {
    const args = ["--import", "./test/only-loopback.mjs", "test/programs/journal-server.mjs", journal, "0"];
    const started = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    child = started;
    started.stderr.on("data", (data) => {
      warnings += data;
    });
    const [line] = await once(createInterface(started.stdout), "line");
    return String(line);
  };

  const numbers = fc.sample(fc.nat(1_000_000), 10_000);
  const random = (below: number): number => (numbers.pop() ?? 0) % below;
  const answered = new Map<number, string>();
  const uncertain = new Set<string>();
  let cookie = "";
  let fkey = "";
  let asked = 0;
  for (let round = 0; round < KILLS; round++) {
    const url = await start();
    if (!cookie) ({ cookie, fkey } = await logIn(url));
    const dies = once(child as ChildProcess, "exit");
    let isDead = false;
    void dies.then(() => {
      isDead = true;
    });
    const least = answered.size + 1 + random(8);
    // The login of the first round stays valid: sessions and keys are in the journal too.
    while (!isDead) {
      const text = `message ${asked++} ${"x".repeat(random(400))}`;
      uncertain.add(text);
      const answer = say(url, cookie, fkey, text).catch(orNobody);
      for (let turn = random(12); answered.size >= least && turn > 0; turn--) await new Promise(setImmediate);
      if (answered.size >= least) child?.kill("SIGKILL");
      const id = await answer;
      if (id === null) break;
      uncertain.delete(text);
      answered.set(id, text);
    }
    await dies;
    // Every few rounds, truncate the file in the middle of a line, like a power failure.
    if (round % 5 === 2) {
      const { size } = await stat(journal);
      await truncate(journal, size - 2 - random(30));
      const [last] = [...answered].slice(-1);
      if (last) {
        answered.delete(last[0]);
        uncertain.add(last[1]);
      }
    }
  }
  const url = await start();
  const reader = ends(new Client(url));
  const found = new Map<number, string>();
  for await (const message of reader.getRoom(1).history()) found.set(message.id, await message.textContent);

  const isClosed = child && once(child, "close");
  child?.kill("SIGKILL");
  await isClosed; // and with it all that it had to say

  const lost = [...answered].filter(([id, text]) => found.get(id) !== text.trim());
  const invented = [...found].filter(
    ([id, text]) => !answered.has(id) && ![...uncertain].some((each) => each.trim() === text),
  );
  expect(lost).toEqual([]);
  expect(invented).toEqual([]);
  expect([...found.values()].length).toBe(new Set(found.values()).size);
  expect(answered.size).toBeGreaterThan(KILLS);
  expect(warnings.match(/ended in the middle of a line/g)?.length).toBeGreaterThanOrEqual(Math.floor(KILLS / 5) || 1);
});

test(`a journal that is compacted all the time survives ${COMPACTED_KILLS} kills: the restored world is the acknowledged one`, {
  timeout: 60_000 + COMPACTED_KILLS * 12_000,
}, async () => {
  const journal = join(temporaryFolder(), "world.jsonl");
  const numbers = fc.sample(fc.nat(1_000_000), { numRuns: 1_000, seed: 5 });
  const random = (below: number): number => (numbers.pop() ?? 0) % below;
  const { clock, options } = smallWorld();
  await using reference = await ChatServer.start(options);
  let done = 0;
  let compactions = 0;
  const isCompacting = (): boolean => existsSync(`${journal}.tmp`);
  for (let round = 0; round < COMPACTED_KILLS; round++) {
    const child = spawn(process.execPath, ["test/programs/journal-writer.mjs", journal], {
      cwd: resolve(import.meta.dirname, ".."),
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface(child.stdout);
    const [found] = await once(lines, "line");
    // An action under way at the kill is stored completely, or not at all.
    if (done > 0 && found !== digestOf(reference.site)) await act(clock, reference.site, done++);
    if (done > 0) expect(found).toBe(digestOf(reference.site));
    const least = done + 1 + random(30);
    let last = done - 1;
    lines.on("line", (line) => {
      last = Number(line);
      // Every second time in the middle of a compaction.
      if (child.killed || last < least || (round % 2 === 1 && !isCompacting())) return;
      if (isCompacting()) compactions += 1;
      child.kill("SIGKILL");
    });
    child.stdin.write(`${done}\n`);
    await once(lines, "close");
    while (done <= last) await act(clock, reference.site, done++);
  }
  console.info(`${COMPACTED_KILLS} kills, ${compactions} of them in a compaction, ${done} deeds: all there`);
  expect(compactions).toBeGreaterThan(COMPACTED_KILLS / 4);
});

/** A dead server gives no response; an invalid response fails the test. */
function orNobody(error: unknown): null {
  if (String(error).includes("unexpected answer")) throw error;
  return null;
}

async function logIn(url: string): Promise<{ cookie: string; fkey: string }> {
  const cookies = new Map<string, string>();
  const header = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const get = async (path: string, body?: string): Promise<string> => {
    const answer = await request(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        cookie: header(),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer.body.text();
  };
  const key = (page: string): string => /name="fkey"[^>]*value="([0-9a-f]+)"/.exec(page)?.[1] ?? "";
  const loginKey = key(await get("/users/login"));
  await get(
    "/users/login",
    new URLSearchParams({ email: "alice@example.com", password: "password", fkey: loginKey }).toString(),
  );
  return { fkey: key(await get("/chats/join/favorite")), cookie: header() };
}

/** The id of the message, if the server responded before the kill. */
async function say(url: string, cookie: string, fkey: string, text: string): Promise<number> {
  const answer = await request(`${url}/chats/1/messages/new`, {
    method: "POST",
    headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ text, fkey }).toString(),
  });
  const body = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`unexpected answer ${answer.statusCode}: ${body}`);
  return (JSON.parse(body) as { id: number }).id;
}
