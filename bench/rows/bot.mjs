import { once } from "node:events";
import { bar, NO_BAR } from "../support/bars.mjs";
import { columns, inTurn, rateAndCpu, start } from "../support/measure.mjs";

const EVENTS = Number(process.env.EVENTS ?? 300_000);
const WARMUP = 100_000;
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const TALKERS = 20;
const COMMAND_EVERY = 100;
const TOTAL = Number(process.env.MESSAGES ?? 1_000_000);
const SAMPLES = 10;
/** In the run for the heap, so many commands that every bound is reached within the first tenth. */
const HEAP_COMMAND_EVERY = 10;
const BARE = "watch";
const OURS = "bot";
/** A reader that says nothing for this long has lost a command. */
const PATIENCE_MS = 120_000;

/** The reader's report after a number of events. Given the commands among all events sent, a lost one fails the row. */
async function reportAt(n, reader, commands) {
  for (;;) {
    const [report] = await once(reader, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (report.n < n) continue;
    if (commands !== undefined && report.handled !== commands)
      throw new Error(`the bot handled ${report.handled} of ${commands} commands`);
    return report;
  }
}

async function startReader(...args) {
  const reader = start("bot-reader", args);
  await once(reader, "message");
  return reader;
}

async function end(child) {
  child.disconnect();
  await once(child, "exit");
}

async function measureRate(server, port, kind) {
  const reader = await startReader(kind, port, WARMUP);
  server.send({ push: true });
  const first = await reportAt(WARMUP, reader);
  const last = await reportAt(WARMUP + EVENTS, reader, kind === OURS ? (WARMUP + EVENTS) / COMMAND_EVERY : 0);
  await end(reader);
  return { rate: (EVENTS / (last.at - first.at)) * 1000, cpu: ((last.cpuMs - first.cpuMs) / EVENTS) * 1000 };
}

/** The heap of a bot with cooldowns and a guard against floods, in MB, after each tenth of the messages. */
async function measureHeap() {
  const server = start("frame-server", [0, TOTAL, HEAP_COMMAND_EVERY]);
  const [{ port }] = await once(server, "message");
  const step = TOTAL / SAMPLES;
  const reader = await startReader("bot with limits", port, step);
  const samples = [];
  for (let n = step; n <= TOTAL; n += step) {
    server.send({ more: step });
    const { heap } = await reportAt(n, reader, n / HEAP_COMMAND_EVERY);
    samples.push(heap / 1e6);
  }
  await end(reader);
  await end(server);
  return samples;
}

export const row = {
  title: "A bot with 200 commands and 50 listeners",
  about: `
A server in a process of its own pushes frames made beforehand: one event each, as ${TALKERS} people talk in a room. One in ${COMMAND_EVERY} calls a command, one in 50 is an edit, a quarter
are replies to others; the rest is sentences with and without markup. Each candidate reads them in a fresh process: ${WARMUP.toLocaleString("en-US")} events warm it up, the next
${EVENTS.toLocaleString("en-US")} count. Ratios are medians over ${ROUNDS} rounds.

- The bare one is \`room.watch(handler)\` with a handler that counts. So a ratio of 1 would mean that a bot costs nothing, its commands included.
- The bot has 200 commands with two arguments, 25 regular expressions that ignore case, and 25 listeners for events that do not occur. All commands have to be handled; a lost one
  fails the row.
- For the heap, ${TOTAL.toLocaleString("en-US")} people say one message each, and one in ${HEAP_COMMAND_EVERY} is a command with a cooldown, under the guard against floods, so that every bound on what is
  kept of people and messages is reached within the first tenth. The heap is read after a full garbage collection every ${(TOTAL / SAMPLES).toLocaleString("en-US")} messages; growth is the highest
  reading minus the first.`,
  figures: {
    rate: {
      what: "messages from a socket past a bot",
      against: "a bare `watch`",
      unit: "/s",
      bar: bar("ratio", ">=", 0.9),
    },
    cpu: { what: "CPU for such a message", against: "a bare `watch`", unit: "µs", bar: NO_BAR },
    growth: {
      what: "growth of a bot's heap over 1,000,000 people",
      against: "the heap after the first tenth",
      unit: "MB",
      bar: bar("ours", "<", 5, "MB"),
    },
  },
  async run() {
    const server = start("frame-server", [WARMUP + EVENTS, TALKERS, COMMAND_EVERY]);
    const [{ port }] = await once(server, "message");
    const candidates = Object.fromEntries([BARE, OURS].map((kind) => [kind, () => measureRate(server, port, kind)]));
    const { figures, details } = rateAndCpu(await inTurn(candidates, { rounds: ROUNDS }), OURS, BARE, [
      "messages/s",
      "CPU µs a message",
    ]);
    await end(server);
    const samples = await measureHeap();
    const [first] = samples;
    const most = Math.max(...samples);
    const heaps = samples.map((heap, at) => [((at + 1) * (TOTAL / SAMPLES)).toLocaleString("en-US"), heap.toFixed(1)]);
    return {
      figures: { ...figures, growth: { ours: most - first, theirs: first, ratio: most / first } },
      details: `${details}\n\n${columns([["messages", "heap, MB"], ...heaps])}`,
    };
  },
};
