import { once } from "node:events";
import { Client } from "chatexchange-ts";
import { bar } from "../support/bars.mjs";
import { columns, heapBytes, start } from "../support/measure.mjs";

const TOTAL = Number(process.env.MESSAGES ?? 1_000_000);
const BATCH = 1_000;
const SAMPLES = 10;

/** Reads every message of a room; returns the heap size after each tenth of them, and the number of dropped messages. */
async function readAll(url, child) {
  const client = new Client(url);
  const messages = client.getRoom(1).newMessages();
  await messages.ready;
  const samples = [];
  let seen = 0;
  child.send({ more: BATCH });
  for await (const message of messages) {
    await message.textContent;
    await message.owner;
    seen += 1;
    if (seen % BATCH === 0 && seen < TOTAL) child.send({ more: BATCH });
    if (seen % (TOTAL / SAMPLES) === 0) samples.push((await heapBytes()) / 1e6);
    if (seen === TOTAL) break;
  }
  const { dropped } = messages;
  await client.logout();
  return { samples, dropped };
}

export const row = {
  title: "Memory over a million messages",
  about: `
${TOTAL.toLocaleString("en-US")} distinct messages pass through a room, and a loop over \`room.newMessages()\` reads the text and the owner of each. The heap is read after a full garbage
collection every ${(TOTAL / SAMPLES).toLocaleString("en-US")} messages; growth is the highest reading minus the first. A server in a process of its own sends ${BATCH.toLocaleString("en-US")} at a time.`,
  figures: {
    growth: {
      what: "growth of the heap over 1,000,000 messages",
      against: "the heap after the first tenth",
      unit: "MB",
      bar: bar("ours", "<", 30, "MB"),
    },
    dropped: { what: "messages dropped", against: "none", unit: "", bar: bar("ours", "<=", 0, "messages") },
  },
  async run() {
    const child = start("frame-server", [0]);
    const [{ port }] = await once(child, "message");
    const { samples, dropped } = await readAll(`http://127.0.0.1:${port}`, child);
    child.disconnect();
    const [first] = samples;
    const most = Math.max(...samples);
    const head = ["messages", ...samples.map((_, at) => (((at + 1) * TOTAL) / SAMPLES).toLocaleString("en-US"))];
    return {
      figures: { growth: { ours: most - first, theirs: first, ratio: most / first }, dropped: { ours: dropped } },
      details: columns([["messages", "heap, MB"], ...samples.map((heap, at) => [head[at + 1], heap.toFixed(1)])]),
    };
  },
};
