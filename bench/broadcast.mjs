// Messages posted into a room with 1,000 sockets, until all have them: our server, by `POST /chats/1/messages/new`, against
// a bare `ws` server that sends the same frames to as many. Each server and its readers have a process of their own.
import { once } from "node:events";
import { median, printRates, start } from "./measure.mjs";

const sockets = Number(process.env.SOCKETS ?? 1_000);
const messages = Number(process.env.MESSAGES ?? 200);
const rounds = Number(process.env.ROUNDS ?? 9);
const names = ["bare ws", "chatexchange-ts"];

/** A server with its readers; `run` answers how many messages a second reached them all. */
async function stage(name) {
  const server = start("broadcast-server", [name, sockets]);
  const [{ urls, origin }] = await once(server, "message");
  const readers = start("socket-readers");
  const tell = async (message) => {
    readers.send(message);
    await once(readers, "message");
  };
  await tell({ urls, origin });
  return {
    async run(round) {
      const last = `the last of round ${round}.`;
      await tell({ text: last });
      const begun = performance.now();
      server.send({ messages, last });
      await once(readers, "message");
      const rate = (messages / (performance.now() - begun)) * 1000;
      server.send("CPU");
      const [cpuMs] = await once(server, "message");
      return { rate, cpu: cpuMs / messages };
    },
    async close() {
      readers.disconnect();
      await once(readers, "exit");
      server.disconnect();
    },
  };
}

const stages = [];
for (const name of names) stages.push(await stage(name));
const runs = new Map(names.map((name) => [name, []]));
for (let round = -1; round < rounds; round++) {
  for (const [at, name] of names.entries()) {
    const result = await stages[at].run(round);
    if (round >= 0) runs.get(name).push(result);
  }
}
for (const { close } of stages) await close();
console.log(`${messages} messages to ${sockets} sockets, ${rounds} rounds`);
printRates(new Map([...runs].map(([name, all]) => [name, all.map(({ rate }) => rate)])), "messages/s");
for (const [name, all] of runs) {
  console.log(
    `  ${name.padEnd(22)} ${median(all.map(({ cpu }) => cpu)).toFixed(2)} ms CPU a message in the server's process`,
  );
}
