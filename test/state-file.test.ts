/** Restarts with a state file, in one process; test/killed.test.ts has the kills. */
import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatEvent, MessagePosted } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test, vi } from "vitest";
import { failureOf, stage, turning, until } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const statePath = (): string => join(temporaryFolder(), "state.jsonl");

test("after a restart a handled event is not delivered again, and an unsent message is sent once", async () => {
  const set = await stage();
  const stateFile = statePath();
  const clock = new ManualClock(Date.now());
  const { faults } = set.server.site;
  const first = set.client({ stateFile, clock, onError: () => {} });
  expect(await first.resume()).toEqual([]);
  const heard: string[] = [];
  const watch = first.getRoom(1).watch((event) => {
    if (event instanceof MessagePosted && event.user?.id === set.alice.id) heard.push(event.textContent ?? "");
  });
  await watch.ready;
  set.alice.in(1).says("one");
  await until(clock, () => heard.length === 1);
  await turning(clock, first.getRoom(1).sendMessage("said before"));
  faults.cut("/chats/1/messages/new");
  faults.fail(/^\/chats\/1/, { status: 503, times: 1_000 });
  const lost = [
    failureOf(first.getRoom(1).sendMessage("unanswered")),
    failureOf(first.getRoom(1).sendMessage("never tried")),
  ];
  await until(clock, () => set.server.site.room(1).messages.some(({ source }) => source === "unanswered"));
  await first.logout({ drain: false });
  for (const failure of await Promise.all(lost))
    expect(failure).toMatchObject({ code: "CLOSED", context: { sent: "maybe" } });
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  expect(await readFile(stateFile, "utf8")).not.toContain("s3cret");
  faults.clear();
  set.alice.in(1).says("two");
  await appendFile(stateFile, '{"cursor":{"1":'); // the line that was cut off by a power failure

  const second = set.client({ stateFile, clock });
  const resumed = await second.resume();
  expect(resumed).toHaveLength(2);
  second.getRoom(1).watch((event) => {
    if (event instanceof MessagePosted && event.user?.id === set.alice.id) heard.push(event.textContent ?? "");
  });
  await turning(clock, Promise.all(resumed));
  await until(clock, () => heard.length === 2);
  expect(heard).toEqual(["one", "two"]);
  const mine = set.server.site.room(1).messages.filter(({ userId }) => userId === set.bot.id);
  expect(mine.map(({ source }) => source)).toEqual(["said before", "unanswered", "never tried"]);
  await second.logout();
  expect(await set.client({ stateFile, clock }).resume()).toEqual([]);
});

test("an event whose handler closes another watch is still acknowledged", async () => {
  const set = await stage();
  const stateFile = statePath();
  const first = set.client({ stateFile });
  await first.resume();
  const heard: string[] = [];
  const hear = (event: ChatEvent): void => {
    if (event instanceof MessagePosted) heard.push(event.textContent ?? "");
  };
  const watch = first.getRoom(1).watch((event) => {
    hear(event);
    if (heard.at(-1) === "one") other.close();
  });
  const other = first.watch(() => {});
  await watch.ready;
  for (const text of ["zero", "one"]) set.alice.in(1).says(text);
  await vi.waitUntil(() => heard.length === 2, { timeout: 30_000 });
  await first.logout();

  const second = set.client({ stateFile });
  await second.resume();
  const again = second.getRoom(1).watch(hear);
  await again.ready;
  set.alice.in(1).says("two");
  await vi.waitUntil(() => heard.includes("two"), { timeout: 30_000 });
  expect(heard).toEqual(["zero", "one", "two"]);
});

test("invalid uses are refused by name", async () => {
  const set = await stage();
  const stateFile = statePath();
  expect(await failureOf(set.client().resume())).toMatchObject({
    code: "BAD_ARGUMENT",
    message: expect.stringMatching(/needs the option stateFile/),
  });
  const chat = set.client({ stateFile });
  expect(await failureOf(chat.getRoom(1).sendMessage("too soon"))).toMatchObject({ code: "BAD_ARGUMENT" });
  expect(() => chat.getRoom(1).newMessages()).toThrow(/call await client.resume\(\) first/);
  await chat.resume();
  expect(await failureOf(chat.resume())).toMatchObject({ message: expect.stringMatching(/already resumed/) });
  await chat.logout();
  for (const [text, reason] of [
    ['{"host":"stackoverflow.com"}\n', /holds the state of stackoverflow.com/],
    [
      '{"state":"chatexchange-ts","version":3,"host":"stackexchange.com"}\n',
      /state version 3.*; update chatexchange-ts/,
    ],
    ["not a state file\n{}\n", /is not a state file \(line 1\)/],
    ['\n{"buy":"milk"}\n', /is not a state file \(line 1\)/],
    ["buy milk", /is not a state file \(line 1\)/],
  ] as const) {
    await writeFile(stateFile, text);
    expect(await failureOf(set.client({ stateFile }).resume())).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringMatching(reason),
    });
    expect(await readFile(stateFile, "utf8")).toBe(text);
  }
});

test.each([
  '{"cursor":{"1":-1}}',
  '{"cursor":{"1":[]}}',
  '{"cursor":{"1":1e300}}',
  '{"cursor":{"1":1.5}}',
  '{"cursor":7}',
  '{"posted":{"1":"x"}}',
  '{"done":{"1":[null]}}',
  '{"done":{"1":5}}',
  '[{"cursor":{"1":null}}]',
])("a state file with the line %s, which has an invalid id, is reported as damaged by its path", async (line) => {
  const set = await stage();
  const stateFile = join(temporaryFolder(), "state.jsonl");
  const text = `{"state":"chatexchange-ts","version":2,"host":"stackexchange.com"}\n${line}\n`;
  await writeFile(stateFile, text);
  expect(await failureOf(set.client({ stateFile }).resume())).toMatchObject({
    code: "BAD_ARGUMENT",
    message: `${stateFile} is not a state file (line 2); delete it or use another path`,
  });
  expect(await readFile(stateFile, "utf8")).toBe(text);
});

test("resume fails with STORAGE for an unusable state file, and can be called again once the file is usable", async () => {
  const set = await stage();
  const folder = temporaryFolder();
  const stateFile = join(folder, "below", "state.jsonl");
  const chat = set.client({ stateFile });
  expect(await failureOf(chat.resume())).toMatchObject({
    code: "STORAGE",
    path: stateFile,
    message: expect.stringMatching(/no such file or folder; check that its folder exists/),
  });
  await mkdir(join(folder, "below"));
  expect(await chat.resume()).toEqual([]);
  await mkdir(join(folder, "folder"));
  expect(await failureOf(set.client({ stateFile: join(folder, "folder") }).resume())).toMatchObject({
    code: "STORAGE",
  });
});
