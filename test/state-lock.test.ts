/** One client at a time uses a state file; another is refused, or waits. */
import { existsSync } from "node:fs";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { LockedError, MessagePosted } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { commandLine, eventually, linesOf, place } from "./cli-support.js";
import { failureOf, stage, turning, until } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const statePath = (): string => join(temporaryFolder(), "state.jsonl");

test("a second client is refused with the name of the holder, and can do nothing until the first has ended", async () => {
  const set = await stage();
  const stateFile = statePath();
  const [first, second] = [set.client({ stateFile }), set.client({ stateFile })];
  await first.resume();
  const failure = await failureOf(second.resume());
  expect(failure).toBeInstanceOf(LockedError);
  expect(failure).toMatchObject({ code: "LOCKED", path: stateFile, holder: expect.stringContaining(`${process.pid}`) });
  // A client that continues anyway gets the same failure from every call, each with the line of its own call.
  const room = second.getRoom(1);
  const same = { code: "LOCKED", message: (failure as LockedError).message, path: stateFile };
  expect(await failureOf(room.sendMessage("twice"))).toMatchObject(same);
  const watch = room.watch(() => {});
  expect(await failureOf(watch.ready)).toMatchObject(same);
  expect(await failureOf(watch.closed)).toMatchObject(same);
  expect(await failureOf(room.newMessages().next())).toMatchObject(same);
  await first.logout();
  expect(existsSync(`${stateFile}.lock`)).toBe(false);
  expect(await second.resume()).toEqual([]);
});

test("a hard link to a state file shares its lock: a second client by the other name is refused until the first has ended", async () => {
  const set = await stage();
  const [stateFile, other] = [statePath(), statePath()];
  const first = set.client({ stateFile });
  await first.resume();
  await link(stateFile, other);
  const second = set.client({ stateFile: other });
  expect(await failureOf(second.resume())).toMatchObject({ code: "LOCKED", path: other });
  await first.logout();
  expect(await second.resume()).toEqual([]);
});

test("a command is answered by one of two clients, and by the waiting client once the first has ended", async () => {
  const set = await stage();
  const stateFile = statePath();
  const clock = new ManualClock(Date.now());
  const [first, second] = [set.client({ stateFile, clock }), set.client({ stateFile, clock })];
  const run = async (name: string, chat: typeof first): Promise<void> => {
    await chat.resume({ wait: true });
    chat.getRoom(1).watch((event) => {
      if (event instanceof MessagePosted && event.textContent?.startsWith("!!")) {
        void chat.getRoom(1).sendMessage(`${name}: ${event.textContent}`);
      }
    });
  };
  const answers = (): string[] =>
    set.server.site
      .room(1)
      .messages.filter(({ userId }) => userId === set.bot.id)
      .map(({ source }) => source);
  await run("first", first);
  const standby = run("second", second);
  await until(clock, () => first.state === "live");
  set.alice.in(1).says("!!one");
  await until(clock, () => answers().length === 1);
  await turning(clock, first.logout());
  set.alice.in(1).says("!!two, said while nobody listens");
  await turning(clock, standby);
  await until(clock, () => answers().length === 2);
  await turning(clock, second.outbox.idle());
  expect(answers()).toEqual(["first: !!one", "second: !!two, said while nobody listens"]);
});

test("a signal and a logout end the wait for the lock", async () => {
  const set = await stage();
  const stateFile = statePath();
  const clock = new ManualClock();
  await set.client({ stateFile, clock }).resume();
  const waiting = set.client({ stateFile, clock });
  const ending = new AbortController();
  const aborted = failureOf(waiting.resume({ wait: true, signal: ending.signal }));
  await clock.advance(60_000);
  ending.abort();
  expect(await aborted).toMatchObject({ code: "ABORTED" });
  const closed = failureOf(waiting.resume({ wait: true }));
  await waiting.logout();
  expect(await closed).toMatchObject({ code: "CLOSED" });
  expect(await failureOf(waiting.resume())).toMatchObject({ code: "CLOSED" });
  expect(clock.pending).toBe(0);
});

test("a second tail on one state file exits with a line that names the first", async () => {
  const { server, at } = await place();
  const { start, run, folder } = commandLine();
  const state = join(folder, "tail.state");
  const args = at("tail", "1", "-f", "--json", "--state", state);
  const first = start(args);
  const lines = linesOf(first.stdout);
  await eventually(() => server.site.openSockets === 1);
  const second = await run(args);
  expect(second).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      new RegExp(`^chatexchange: .*tail\\.state is in use by process ${first.pid} on .+; stop that process`),
    ),
  });
  server.site.user("Alice").in(1).says("still there");
  await eventually(() => lines.some((line) => line.includes("still there")));
});
