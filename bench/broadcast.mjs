// Messages posted into a room with 1,000 sockets, until all have them: our server, by `POST /chats/1/messages/new`, against
// a bare `ws` server that sends the same frames to as many. Each server and its readers have a process of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { printRates } from "./measure.mjs";

const sockets = Number(process.env.SOCKETS ?? 1_000);
const messages = Number(process.env.MESSAGES ?? 200);
const rounds = Number(process.env.ROUNDS ?? 9);
const names = ["bare ws", "chatexchange-ts"];

/** A server with its readers; `run` answers how many messages a second reached them all. */
async function stage(name) {
  const server = fork(new URL("./support/broadcast-server.mjs", import.meta.url), [name, String(sockets)]);
  const [{ urls, origin }] = await once(server, "message");
  const readers = fork(new URL("./support/socket-readers.mjs", import.meta.url));
  const tell = async (message) => {
    readers.send(message);
    await once(readers, "message");
  };
  await tell({ urls, origin });
  return {
    async run(round) {
      const last = `the last of round ${round}.`;
      await tell({ text: last });
      const start = performance.now();
      server.send({ messages, last });
      await once(readers, "message");
      return (messages / (performance.now() - start)) * 1000;
    },
    close() {
      readers.disconnect();
      server.disconnect();
    },
  };
}

const stages = [];
for (const name of names) stages.push(await stage(name));
const rates = new Map(names.map((name) => [name, []]));
for (let round = -1; round < rounds; round++) {
  for (const [at, name] of names.entries()) {
    const rate = await stages[at].run(round);
    if (round >= 0) rates.get(name).push(rate);
  }
}
for (const { close } of stages) close();
console.log(`${messages} messages to ${sockets} sockets, ${rounds} rounds`);
printRates(rates, "messages/s");
