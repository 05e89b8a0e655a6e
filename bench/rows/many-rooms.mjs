import { once } from "node:events";
import { Client } from "chatexchange-ts";
import { bar } from "../support/bars.mjs";
import { ask, columns, heapBytes, start, until } from "../support/measure.mjs";

const SIZES = (process.env.ROOMS ?? "100 300").split(" ").map(Number);
const MODES = ["room", "shared"];

async function listen(size, sockets) {
  const child = start("many-rooms-server", [size]);
  const [{ url, email, password }] = await once(child, "message");
  const before = await heapBytes();
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
  const heap = (await heapBytes()) - before;
  const saying = performance.now();
  await ask(child, "talk");
  await until(() => heard >= size);
  const heardMs = performance.now() - saying;
  await ask(child, "drop");
  await until(() => client.state !== "live");
  await until(() => client.state === "live");
  const { polls } = await ask(child, "count");
  await client.logout({ drain: false });
  child.disconnect();
  return { size, sockets, readyMs, requests, open, heap, heardMs, polls };
}

export const row = {
  title: "Listening to many rooms",
  about: `
One client watches every room, with a socket for each room and with the option \`sockets: "shared"\`; the server has a process of its own. "Heard in all" is the
time from a message in every room until the last handler has it; the polls are those after every socket was dropped. Requests and sockets do not depend on the
load of the machine, the times do. \`ROOMS="100 300 1000"\` measures more rooms.`,
  figures: {
    requests: {
      what: "requests until 100 rooms are ready, a socket each",
      against: "2 for each room, and 5",
      unit: "",
      bar: bar("ours", "<=", 205, "requests"),
    },
    shared: {
      what: "sockets of 100 rooms, shared",
      against: "a socket each",
      unit: "",
      bar: bar("ours", "<=", 1, "socket"),
    },
  },
  async run() {
    const results = [];
    for (const size of SIZES) for (const mode of MODES) results.push(await listen(size, mode));
    const of = (mode) => results.find(({ size, sockets }) => size === SIZES[0] && sockets === mode);
    const lines = results.map(({ size, sockets, readyMs, requests, open, heap, heardMs, polls }) => [
      `${size}, ${sockets}`,
      `${readyMs.toFixed(0)} ms`,
      requests,
      (requests / size).toFixed(2),
      open,
      `${(heap / 1e6).toFixed(1)} MB`,
      `${heardMs.toFixed(0)} ms`,
      polls,
    ]);
    const head = ["rooms, sockets", "ready in", "requests", "a room", "sockets", "heap", "heard in all", "polls"];
    return {
      figures: {
        requests: { ours: of("room").requests, theirs: 205, ratio: of("room").requests / 205 },
        shared: { ours: of("shared").open, theirs: of("room").open, ratio: of("shared").open / of("room").open },
      },
      details: columns([head, ...lines]),
    };
  },
};
