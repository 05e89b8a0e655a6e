// A store on a small disk of its own: fills the disk, goes on, frees space, and prints the outcome.
import { rmSync, writeFileSync } from "node:fs";
import { openStore } from "chatexchange-ts/bot";

const [folder, engine] = process.argv.slice(2);
const path = `${folder}/store.db`;
const options = engine ? { engine } : {};
const store = await openStore(path, options);
const outcomeOf = (promise) =>
  promise.then(
    () => "done",
    (error) => error.code,
  );
await store.set("before", 1);
for (const size of [4096, 1]) {
  try {
    for (let n = 0; ; n++) writeFileSync(`${folder}/fill-${size}-${n}`, "x".repeat(size));
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
  }
}
const large = "x".repeat(100_000);
const during = [];
for (let n = 0; n < 3; n++) during.push(await outcomeOf(store.set(`large ${n}`, large)));
const readDuring = await store.get("before");
rmSync(`${folder}/fill-4096-0`);
for (let n = 1; n < 100; n++) rmSync(`${folder}/fill-4096-${n}`, { force: true });
const after = await outcomeOf(store.set("after", large));
await store.close();
const next = await openStore(path, options);
const entries = [];
for await (const [key] of next.list()) entries.push(key);
process.stdout.write(JSON.stringify({ during, readDuring, after, entries }));
await next.close();
