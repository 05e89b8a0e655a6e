/** Process signals, which shut a bot down in order, and abort signals of the caller, which keep no listener. */
import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { resolve } from "node:path";
import { Client, type LogoutOptions } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { eventually } from "./cli-support.js";
import { sizeOf } from "./sizes.js";
import { failureOf, meanwhile, type Stage, stage } from "./support.js";

const root = resolve(import.meta.dirname, "..");

interface Bot {
  /** The lines so far. */
  readonly lines: readonly string[];
  kill(signal: "SIGINT" | "SIGTERM"): void;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<unknown>;
}

/** A bot in a process of its own that has begun to listen, and sends two messages. */
async function bot(
  { server, bot: { email, password } }: Stage,
  options: { readonly logout?: LogoutOptions; readonly undo?: boolean; readonly ownHandler?: boolean } = {},
): Promise<Bot> {
  const given = JSON.stringify({ url: server.site.url, email, password, options });
  const args = ["--import", "./test/only-loopback.mjs", "test/programs/signal-bot.mjs", given];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => code ?? signal);
  const isReady = (): boolean => text.includes("ready\n");
  await Promise.race([ended, eventually(isReady)]);
  return {
    get lines() {
      return text.split("\n").filter(Boolean);
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

const said = ({ server }: Stage): readonly string[] => server.site.room(1).messages.map(({ source }) => source);

describe("closeOnSignals", () => {
  // Another test below ends a bot with SIGTERM.
  const interrupted = ["SIGINT", 130] as const;
  test.each(sizeOf({ near: [interrupted], release: [interrupted, ["SIGTERM", 143] as const] }))(
    "sends what waits at %s, leaves the rooms, and ends the process with %i",
    async (signal, code) => {
      const set = await stage();
      set.server.site.faults.slow("/chats/1/messages/new", 200);
      const child = await bot(set);
      child.kill(signal);
      expect(await child.ended).toBe(code);
      expect(child.lines).toEqual(["ready", "sent first", "sent second", `exit ${code}`]);
      expect(said(set)).toEqual(["first", "second"]);
      expect(set.server.site.room(1).present).not.toContain(set.bot.id);
    },
  );

  test("ends the process at once at a second signal", async () => {
    const set = await stage();
    set.server.site.faults.hang("/chats/1/messages/new");
    const child = await bot(set);
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect([130, 143]).toContain(await child.ended);
    expect(said(set)).toEqual([]);
  });

  test("takes the options of logout", async () => {
    const set = await stage();
    set.server.site.faults.hang("/chats/1/messages/new");
    const child = await bot(set, { logout: { drain: false } });
    child.kill("SIGINT");
    expect(await child.ended).toBe(130);
    expect(child.lines).toEqual(["ready", "CLOSED", "CLOSED", "exit 130"]);
    expect(
      await failureOf(Promise.resolve().then(() => set.client().closeOnSignals({ drain: 5 as never }))),
    ).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("leaves exiting to the program's own handler, and sets the exit code", async () => {
    const set = await stage();
    const child = await bot(set, { ownHandler: true });
    child.kill("SIGTERM");
    expect(await child.ended).toBe(143);
    expect(child.lines).toContain("own handler");
    expect(said(set)).toEqual(["first", "second"]);
  });

  test("can be undone, and ends with the client", async () => {
    const set = await stage();
    const child = await bot(set, { undo: true });
    child.kill("SIGTERM");
    expect(await child.ended).toBe("SIGTERM");
    const before = process.listenerCount("SIGTERM");
    const chat = set.client();
    chat.closeOnSignals();
    chat.closeOnSignals();
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    await chat.logout();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    const other = set.client();
    {
      using _ = other.closeOnSignals();
      expect(process.listenerCount("SIGINT")).toBeGreaterThan(0);
    }
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});

describe("an AbortSignal", () => {
  const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

  test("gets one listener of each kind when many calls share it, and none once they are done", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    onTestFinished(() => void process.removeListener("warning", warn));
    const { client, server } = await stage();
    const chat = client();
    await chat.login();
    const stop = new AbortController();
    const { signal } = stop;
    const room = chat.getRoom(1);
    server.site.faults.hang(/./, 99);
    const streams = Array.from({ length: 20 }, () => room.newMessages({ signal }));
    const pending = [
      ...Array.from({ length: 100 }, (_, n) => room.sendMessage(`message ${n}`, { signal })),
      ...Array.from({ length: 20 }, () => room.currentUsers({ signal })),
      ...streams.map((stream) => stream.next()),
    ];
    const outcomes = Promise.allSettled(pending);
    await meanwhile(() => listeners(signal) > 0);
    expect(listeners(signal)).toBe(1);
    stop.abort();
    const reasons = (await outcomes).map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "ended"));
    expect(new Set(reasons)).toEqual(new Set(["ABORTED", "ended"]));
    expect([listeners(signal), warnings]).toEqual([0, []]);
  });

  test("is released by settled calls, and by a client that is logged out", async () => {
    const { server, bot: account } = await stage();
    const ofClient = new AbortController();
    const ofCalls = new AbortController();
    const { signal } = ofCalls;
    const { email, password } = account;
    const chat = new Client(server.site, { email, password, signal: ofClient.signal });
    const room = chat.getRoom(1);
    await room.sendMessage("hello", { signal });
    await room.currentUsers({ signal });
    for await (const _ of room.history({ signal })) break;
    expect(listeners(signal)).toBe(0);
    const stream = room.newMessages({ signal });
    await stream.ready;
    server.site.faults.hang("/chats/1/messages/new", 9);
    const sends = Promise.allSettled([room.sendMessage("one", { signal }), room.sendMessage("two", { signal })]);
    expect([listeners(signal), listeners(ofClient.signal)]).toEqual([1, 1]);
    await chat.logout({ drain: false });
    await sends;
    expect([listeners(signal), listeners(ofClient.signal)]).toEqual([0, 0]);
  });

  test("of another realm ends calls, too", async () => {
    const { client, server } = await stage();
    const chat = client();
    await chat.login();
    server.site.faults.hang(/./, 9);
    const listenersOf = new Set<() => void>();
    const signal = {
      aborted: false,
      reason: new Error("enough"),
      addEventListener: (_: string, listener: () => void) => void listenersOf.add(listener),
      removeEventListener: (_: string, listener: () => void) => void listenersOf.delete(listener),
      throwIfAborted() {},
    };
    const ended = failureOf(chat.getRoom(1).currentUsers({ signal: signal as unknown as AbortSignal }));
    await meanwhile(() => listenersOf.size > 0);
    signal.aborted = true;
    for (const listener of listenersOf) listener();
    expect(await ended).toMatchObject({ code: "ABORTED", cause: signal.reason });
  });
});
