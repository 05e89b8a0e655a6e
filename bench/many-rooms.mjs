// Listening to many rooms at once, each socket mode: requests and time until all are ready, sockets, memory, and one poll
// after a drop. The server has a process of its own. `ROOMS="100 300 1000" npm run bench many-rooms`.
import { once } from "node:events";
import { Client } from "chatexchange-ts";
import { start } from "./measure.mjs";

const sizes = (process.env.ROOMS ?? "100 300 1000").split(" ").map(Number);
const modes = ["room", "shared"];

const ask = async (child, what) => {
  child.send(what);
  const [answer] = await once(child, "message");
  return answer;
};
const megabytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function until(isTrue) {
  while (!(await isTrue())) await sleep(20);
}

console.log("  rooms  sockets:   ready in   requests  a room   sockets   heap      heard in all   polls after a drop");
for (const size of sizes) {
  for (const sockets of modes) {
    const child = start("many-rooms-server", [size]);
    const [{ url, email, password }] = await once(child, "message");
    const before = megabytes();
    const begun = performance.now();
    const client = new Client(url, { email, password, stream: { sockets } });
    let heard = 0;
    const watches = Array.from({ length: size }, (_, n) =>
      client.getRoom(1_000 + n).watch((event) => {
        if (event.type === 1) heard += 1;
      }),
    );
    await Promise.all(watches.map(({ ready }) => ready));
    const readyMs = performance.now() - begun;
    const { requests, open } = await ask(child, "count");
    const heap = megabytes() - before;
    await sleep(500);
    const saying = performance.now();
    await ask(child, "talk");
    await until(() => heard >= size);
    const heardMs = performance.now() - saying;
    await ask(child, "drop");
    await until(() => client.state !== "live");
    await until(() => client.state === "live");
    await sleep(300);
    const { polls } = await ask(child, "count");
    const row = [
      `${size}`.padStart(7),
      sockets.padEnd(9),
      `${readyMs.toFixed(0)} ms`.padStart(10),
      `${requests}`.padStart(10),
      (requests / size).toFixed(2).padStart(7),
      `${open}`.padStart(9),
      `${heap.toFixed(1)} MB`.padStart(10),
      `${heardMs.toFixed(0)} ms`.padStart(12),
      `${polls}`.padStart(12),
    ];
    console.log(row.join("  "));
    await client.logout({ drain: false });
    child.disconnect();
  }
}
