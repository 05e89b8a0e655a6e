/** No failure is silent: a failure without a handler is printed on stderr once with its stack, unless onError is set. */
import { Client, type ClientOptions, MessagePosted } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ends, meanwhile, quiet, type Stage, stage, turning, until } from "./support.js";

/** The lines on stderr, each with its values. */
function stderr(): unknown[][] {
  const lines: unknown[][] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((...parts) => void lines.push(parts));
  onTestFinished(() => spy.mockRestore());
  return lines;
}

/** A client with defaults: without a logger, and without onError. */
function plain({ server, bot: { email, password } }: Stage, options: ClientOptions = {}): Client {
  return ends(new Client(server.site, { email, password, ...options }));
}

const failures: readonly (readonly [name: string, fail: (chat: Client, set: Stage) => Promise<void>, said: RegExp])[] =
  [
    [
      "a handler that throws",
      async (chat, { alice }) => {
        const watch = chat.getRoom(1).watch((event) => {
          if (event instanceof MessagePosted) throw new RangeError("a mistake in the bot");
        });
        await watch.ready;
        alice.in(1).says("hello");
      },
      /^RangeError: a mistake in the bot\n +at /,
    ],
    [
      "a send that nobody awaits",
      async (chat) => void chat.getRoom(1).sendMessage("x".repeat(600)),
      /^TooLongError: .*\n +at (.*\n)*.*silence\.test\.ts/,
    ],
    [
      "a read that nobody awaits",
      async (chat) => void chat.getRoom(1).starred({ count: -1 }),
      /^UsageError: .*\n +at (.*\n)*.*silence\.test\.ts/,
    ],
    [
      "an end of listening",
      async (chat) => void chat.getRoom(77).watch(() => {}),
      /^NotFoundError: .*\n +at (.*\n)*.*silence\.test\.ts/,
    ],
    [
      "a logout that fails, which nobody awaits",
      async (chat, { server }) => {
        await chat.login();
        server.site.faults.fail("/users/logout", { status: 500, times: 9 });
        void chat.logout({ endLogin: true });
      },
      /^ServerError: .*\n +at (.*\n)*.*silence\.test\.ts/,
    ],
  ];

describe("a failure that no caller handles", () => {
  test.each(failures)("is printed on stderr once, with its stack: %s", async (_, fail, said) => {
    const lines = stderr();
    const set = await stage();
    await fail(plain(set), set);
    await meanwhile(() => lines.length > 0);
    await quiet();
    expect(lines).toHaveLength(1);
    const [[line, error] = []] = lines;
    expect(line).toBe("stackexchange.com: a failure that nothing handled (set onError):");
    expect(error instanceof Error && error.stack).toMatch(said);
  });

  test.each(failures)("is passed to onError, which may ignore it: %s", async (_, fail) => {
    const lines = stderr();
    const set = await stage();
    let calls = 0;
    await fail(plain(set, { onError: () => void calls++ }), set);
    await meanwhile(() => calls > 0);
    await quiet();
    expect([calls, lines]).toEqual([1, []]);
  });
});

describe("a send that cannot reach the server", () => {
  const notice = /^cannot reach chat\.stackexchange\.com to post in room 1 \(\w+\); retrying for 15 min$/;

  test("is logged at the first failed attempt, once for each outage", async () => {
    const lines = stderr();
    const set = await stage();
    const clock = new ManualClock();
    const logged: string[] = [];
    const chat = plain(set, { clock, logger: { warn: (line) => void logged.push(line) } });
    await chat.login();
    const notices = (): string[] => logged.filter((line) => line.includes("cannot reach"));
    for (const outage of [1, 2]) {
      set.server.site.faults.hangUp("/chats/1/messages/new", 3);
      const sent = chat.getRoom(1).sendMessage(`message ${outage}`);
      await until(clock, () => notices().length === outage);
      expect(set.server.site.room(1).messages).toHaveLength(outage - 1);
      await turning(clock, sent);
      expect(notices()).toHaveLength(outage);
    }
    expect(notices().every((line) => notice.test(line.replace("stackexchange.com: ", "")))).toBe(true);
    expect(lines).toEqual([]);
  });

  test("is reported on stderr without a logger, with the remaining time", async () => {
    const lines = stderr();
    const set = await stage();
    const clock = new ManualClock();
    const chat = plain(set, { clock });
    await chat.login();
    set.server.site.faults.hangUp("/chats/1/messages/new", 2);
    await turning(clock, chat.getRoom(1).sendMessage("hello", { deadlineMs: 30_000 }));
    expect(lines).toEqual([
      [expect.stringMatching(/^stackexchange\.com: cannot reach chat\.stackexchange\.com .*; retrying for 30 s$/)],
    ]);
  });
});
