/** The health server of a bot, asked by a plain HTTP client. */
import { connect } from "node:net";
import { register } from "prom-client";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type HandlerTimes, type Health, type HealthOptions, startHealth } from "../src/bot/health/index.js";
import type { BotStatus } from "../src/bot/status.js";
import { COUNT_NAMES, type Counts } from "../src/util/counters.js";

const status = (more: Partial<BotStatus> = {}): BotStatus => ({
  isRunning: true,
  startedAt: Date.UTC(2024, 0, 1),
  rooms: [{ id: 1, host: "chat.example", isHome: true, state: "live" }],
  lastEventAt: Date.UTC(2024, 0, 2),
  handled: 7,
  failed: 1,
  refused: 2,
  skipped: 3,
  running: 4,
  waiting: 5,
  questions: 6,
  sending: 8,
  handlers: new Map([['say "hi"', { count: 3, failed: 1, totalMs: 1_500 }]]),
  ...more,
});

const counts = (sent: number): Counts =>
  Object.fromEntries(COUNT_NAMES.map((name) => [name, name === "outbox:sent" ? sent : 0])) as Counts;

async function started(options: Partial<HealthOptions> = {}): Promise<Health> {
  const health = await startHealth({ port: 0, look: () => status(), ...options });
  onTestFinished(() => health.close());
  return health;
}

const ask = async (health: Health, path: string, init?: RequestInit): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`${health.url}${path}`, init);
  return { status: answer.status, text: await answer.text() };
};

describe("/healthz", () => {
  test("says that a bot is ready whose rooms all receive events", async () => {
    const { status: code, text } = await ask(await started(), "/healthz");
    expect(code).toBe(200);
    expect(JSON.parse(text)).toEqual({
      ready: true,
      live: true,
      startedAt: "2024-01-01T00:00:00.000Z",
      lastEventAt: "2024-01-02T00:00:00.000Z",
      rooms: [{ id: 1, host: "chat.example", state: "live" }],
    });
  });

  test.each([
    ["polling", true, true],
    ["connecting", false, true],
    ["stale", false, true],
    ["resuming", false, true],
    ["closed", false, false],
  ] as const)("of a bot with a room that is %s has ready %s and live %s", async (state, ready, live) => {
    const rooms = [...status().rooms, { id: 2, host: "chat.example", isHome: false, state }];
    const health = await started({ look: () => status({ rooms }) });
    const healthz = await ask(health, "/healthz?from=docker");
    expect(JSON.parse(healthz.text)).toMatchObject({ ready, live });
    expect(healthz.status).toBe(ready ? 200 : 503);
    expect((await ask(health, "/livez")).status).toBe(live ? 200 : 503);
  });

  test("is 503 for a bot that does not run, and follows the bot", async () => {
    let isRunning = false;
    const health = await started({ look: () => status({ isRunning, lastEventAt: null }) });
    expect(await ask(health, "/healthz")).toMatchObject({ status: 503, text: expect.stringContaining('"live":false') });
    isRunning = true;
    expect((await ask(health, "/healthz")).status).toBe(200);
  });
});

describe("/metrics", () => {
  test("has the figures of the bot and its handlers", async () => {
    const handlerTimes = (): HandlerTimes => ({ boundsMs: [5, 1_000], counts: [1, 0, 2] });
    const { status: code, text } = await ask(await started({ handlerTimes }), "/metrics");
    expect(code).toBe(200);
    for (const line of [
      "# TYPE chatexchange_bot_handled_total counter",
      "chatexchange_bot_handled_total 7",
      "chatexchange_bot_failed_total 1",
      "chatexchange_bot_waiting 5",
      "chatexchange_bot_last_event_seconds 1704153600",
      'chatexchange_bot_room_listening{host="chat.example",room="1"} 1',
      'chatexchange_bot_handler_run_seconds_count{handler="say \\"hi\\""} 3',
      'chatexchange_bot_handler_run_seconds_sum{handler="say \\"hi\\""} 1.5',
      "# TYPE chatexchange_bot_handler_seconds histogram",
      'chatexchange_bot_handler_seconds_bucket{le="0.005"} 1',
      'chatexchange_bot_handler_seconds_bucket{le="1"} 1',
      'chatexchange_bot_handler_seconds_bucket{le="+Inf"} 3',
      "chatexchange_bot_handler_seconds_count 3",
    ])
      expect(text.split("\n")).toContain(line);
  });

  test("has one series for each host and counter, also for two accounts of one host", async () => {
    const pending = [{}, {}];
    const clients = (): ReturnType<NonNullable<HealthOptions["clients"]>> => [
      { host: "chat.example", counts: counts(2), outbox: { pending } },
      { host: "chat.example", counts: counts(3), outbox: { pending: [] } },
    ];
    const { text } = await ask(await started({ clients }), "/metrics");
    expect(text).toContain('chatexchange_client_events_total{host="chat.example",event="outbox:sent"} 5\n');
    expect(text).toContain('chatexchange_client_outbox{host="chat.example"} 2\n');
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(new Set(series.map((line) => line.replace(/ \S+$/, ""))).size).toBe(series.length);
  });

  test("includes the metrics that the bot's author registers with prom-client", async () => {
    const { Counter } = await import("prom-client");
    onTestFinished(() => register.clear());
    new Counter({ name: "rolled_dice_total", help: "Dice." }).inc(6);
    const { text } = await ask(await started(), "/metrics");
    expect(text.split("\n")).toEqual(
      expect.arrayContaining(["rolled_dice_total 6", "chatexchange_bot_handled_total 7"]),
    );
  });

  test("names the package to install when it is missing", async () => {
    vi.doMock("prom-client", () => {
      throw new Error("Cannot find package 'prom-client'");
    });
    onTestFinished(() => void vi.doUnmock("prom-client"));
    expect(await ask(await started(), "/metrics")).toEqual({
      status: 501,
      text: "/metrics needs the package prom-client: run npm install prom-client\n",
    });
  });

  test("is no page with metrics: false", async () => {
    expect((await ask(await started({ metrics: false }), "/metrics")).status).toBe(404);
  });
});

describe("the health server", () => {
  test("refuses other pages and methods, and answers HEAD without a body", async () => {
    const health = await started();
    expect((await ask(health, "/")).status).toBe(404);
    expect((await ask(health, "/healthz", { method: "POST" })).status).toBe(405);
    expect(await ask(health, "/healthz", { method: "HEAD" })).toEqual({ status: 200, text: "" });
  });

  test("answers 500 and prints the failure when the state cannot be read", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => print.mockRestore());
    const look = (): BotStatus => {
      throw new TypeError("broken inside");
    };
    const { status: code, text } = await ask(await started({ look }), "/healthz");
    expect(code).toBe(500);
    expect(text).not.toContain("broken inside");
    expect(print).toHaveBeenCalledOnce();
  });

  test("listens on loopback, and rejects with ADDRESS_IN_USE for a port that is taken", async () => {
    const health = await started();
    expect(health.url).toBe(`http://127.0.0.1:${health.port}`);
    await expect(startHealth({ port: health.port, look: () => status() })).rejects.toMatchObject({
      code: "ADDRESS_IN_USE",
      port: health.port,
    });
  });

  test("ends open connections at once when it closes", async () => {
    const health = await startHealth({ port: 0, look: () => status() });
    const socket = connect(health.port, "127.0.0.1");
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    socket.write("GET /healthz HTTP/1.1\r\n");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    await health.close();
    await closed;
    await expect(ask(health, "/healthz")).rejects.toThrow();
  });

  test.each([
    [{ port: -1 }, /port must be a whole number/],
    [{ port: 80.5 }, /port must be a whole number/],
    [{ host: "" }, /host must be a non-empty string/],
    [{ look: 5 as never }, /look must be a function/],
    [{ prot: 1 } as never, /has no option "prot"/],
  ] satisfies [Partial<HealthOptions>, RegExp][])("refuses the option %j", async (options, message) => {
    await expect(startHealth({ port: 0, look: () => status(), ...options })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringMatching(message),
    });
  });
});
