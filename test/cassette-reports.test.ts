/**
 * Reports as tests: cassettes that were recorded on a local server, by `chatexchange doctor --record` and by a client whose
 * socket broke. Each reader and the recovery meet the answers as they came.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replay } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { runDoctor } from "../src/cli/doctor/index.js";
import { testContext } from "./cli-context.js";
import { commandLine } from "./cli-support.js";
import { next, stage } from "./support.js";

const cassette = (name: string): string => join(import.meta.dirname, "cassettes", `${name}.cassette`);

test("every current parser reads a recording of doctor --record", async () => {
  await using played = await replay(cassette("doctor"));
  const context = testContext({ client: played.client(), json: true });
  const code = await played.until(runDoctor(context, { firstFrameMs: 5_000 }), { timeoutMs: 15_000 });
  const bad = context
    .output()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { check?: string; result?: string; seen?: string })
    // The clock of this machine is not that of the recording.
    .filter(({ check, result }) => check !== undefined && check !== "clock" && result !== "ok");
  expect(bad).toEqual([]);
  expect(code === 0 || context.output().includes('"check":"clock","result":"problem"')).toBe(true);
  expect(played.left).toEqual([]);
});

test("a broken socket is opened again, and every message of the recording is delivered once and in order", async () => {
  await using played = await replay(cassette("reconnect"));
  const chat = played.client();
  const messages = chat.getRoom(1).newMessages();
  await played.until(messages.ready);
  const ids: number[] = [];
  for (let count = 0; count < 4; count++) ids.push((await played.until(next(messages))).id);
  expect(ids).toEqual([44402002, 44402003, 44402004, 44402005]);
  expect(chat.counts["stream:drop"]).toBe(1);
  await chat.logout();
  expect(played.left).toEqual([]);
});

test("chatexchange cassette --full also shows bodies and frames, without terminal control sequences", async () => {
  const { run, folder } = commandLine();
  const file = join(folder, "small.cassette");
  const header = {
    cassette: 1,
    by: "a\u001b[2J",
    host: "x",
    name: "x",
    chat: "https://x.example",
    login: "https://x.example",
    began: 0,
    note: "n",
  };
  const entries = [
    { at: 1, ask: 1, method: "GET", url: "https://x.example/" },
    { at: 2, answer: 1, status: 200, body: "one\u001b[31m\ntwo" },
    { at: 3, socket: 1, open: "wss://x.example/events/1/a" },
    { at: 4, socket: 1, frame: '{"r1":{}}' },
  ];
  await writeFile(file, [header, ...entries].map((line) => JSON.stringify(line)).join("\n"));
  const { code, stdout } = await run(["cassette", file, "--full"]);
  expect(code).toBe(0);
  expect(stdout).not.toContain("\u001b");
  expect(stdout).toContain("        two\n");
  expect(stdout).toContain('        {"r1":{}}\n');
  expect(stdout).toContain("The recording is incomplete: its last line is missing.");
});

test("doctor --record lists its replacements, and chatexchange cassette shows the recording without a name", async () => {
  const { server, bot, alice } = await stage({ heartbeatMs: 50 });
  alice.in(1).says("a word for @Bot");
  const { run, folder } = commandLine();
  const file = join(folder, "report.cassette");
  const env = { CHATEXCHANGE_EMAIL: bot.email, CHATEXCHANGE_PASSWORD: bot.password };
  const doctor = await run(["doctor", "--site", server.url, "--record", file], { env });
  expect(doctor).toMatchObject({ code: 0 });
  expect(doctor.stdout).toMatch(/Recorded \d+ requests and \d+ frames? in .*\. Replaced: \d+ names?, \d+ texts, /);
  const shown = await run(["cassette", file]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/→ 1 {2}GET http.*\n.*← 1 {2}200, \d+ characters\n/);
  expect(await readFile(file, "utf8")).not.toMatch(/Alice|Liddell|Curiouser|bot@example|s3cret/i);
  const summary = JSON.parse((await run(["cassette", file, "--json"])).stdout) as { whole: boolean; requests: number };
  expect(summary.whole).toBe(true);
  expect(summary.requests).toBeGreaterThan(15);
  const again = await run(["doctor", "--site", server.url, "--record", file], { env });
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("the file already exists") });
  expect(await run(["cassette", join(folder, "none")])).toMatchObject({ code: 1 });
});
