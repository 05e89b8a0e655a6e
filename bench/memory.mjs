// Memory of a client while 1,000,000 distinct messages pass through a room: the heap after a collection, each 100,000.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "chatexchange-ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const total = Number(process.env.MESSAGES ?? 1_000_000);
const batch = 1_000;

const child = fork(new URL("./support/talk-server.mjs", import.meta.url));
const [{ url, email, password }] = await once(child, "message");
const chat = new Client(url, email, password);
const messages = chat.getRoom(1).newMessages();
await messages.ready;

/** The heap once everything collectable is gone; finalizers run between two collections. */
async function heap() {
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed / 1e6;
}

const started = performance.now();
const samples = [];
let seen = 0;
child.send(batch);
for await (const message of messages) {
  await message.textContent;
  await message.owner;
  seen += 1;
  if (seen % batch === 0 && seen < total) child.send(batch);
  if (seen % (total / 10) === 0) {
    samples.push(await heap());
    console.log(`  ${String(seen).padStart(9)} messages   ${samples.at(-1).toFixed(1).padStart(6)} MB`);
  }
  if (seen === total) break;
}
const growth = Math.max(...samples.slice(1)) - samples[0];
console.log(
  `  grew by ${growth.toFixed(1)} MB after the first ${total / 10}, dropped ${messages.dropped}, ${Math.round((performance.now() - started) / 1000)} s`,
);
await chat.logout();
child.disconnect();
