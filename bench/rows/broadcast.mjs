import { once } from "node:events";
import { bar, NO_BAR } from "../support/bars.mjs";
import { ask, inTurn, rateAndCpu, start } from "../support/measure.mjs";

const SOCKETS = Number(process.env.SOCKETS ?? 1_000);
const MESSAGES = Number(process.env.MESSAGES ?? 200);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const BARE = "bare ws";
const OURS = "chatexchange-ts";

/** A server with its readers; `run` resolves to the messages a second that reached them all. */
async function stage(name) {
  const server = start("broadcast-server", [name, SOCKETS]);
  const [{ urls, origin }] = await once(server, "message");
  const readers = start("socket-readers");
  await ask(readers, { urls, origin });
  let round = 0;
  return {
    async run() {
      round += 1;
      const last = `the last of round ${round}.`;
      await ask(readers, { text: last });
      const begun = performance.now();
      server.send({ messages: MESSAGES, last });
      await once(readers, "message");
      const rate = (MESSAGES / (performance.now() - begun)) * 1000;
      const cpuMs = await ask(server, "CPU");
      return { rate, cpu: cpuMs / MESSAGES };
    },
    async close() {
      readers.disconnect();
      await once(readers, "exit");
      server.disconnect();
    },
  };
}

export const row = {
  title: "A message posted over HTTP reaches a thousand sockets",
  about: `
Each server has a process of its own, and so have its ${SOCKETS.toLocaleString("en-US")} readers, which read bytes and parse nothing. Our messages come by
\`POST /chats/1/messages/new\` from a client in the server's own process, one after the other, and that client's time counts against us; the bare server
sends the text at once. A message counts when the last socket has it. ${MESSAGES} messages a round, ${ROUNDS} rounds in turn.

Nearly all of the time goes to the operating system: one write for each socket. A frame is made once for all sockets that read the same room from the same place. A socket
that does not read is cut off once \`maxSocketBuffer\` bytes wait for it (4 MiB by default); the others notice nothing.`,
  figures: {
    rate: {
      what: "messages to 1,000 sockets of a room",
      against: "a bare `ws` broadcast of the same frames",
      unit: "/s",
      bar: bar("ratio", ">=", 0.5),
    },
    cpu: { what: "CPU of the server for such a message", against: "the same", unit: "ms", bar: NO_BAR },
  },
  async run() {
    const stages = { [BARE]: await stage(BARE), [OURS]: await stage(OURS) };
    const runs = Object.fromEntries(Object.entries(stages).map(([name, { run }]) => [name, run]));
    const results = await inTurn(runs, { rounds: ROUNDS, warmup: 1 });
    for (const { close } of Object.values(stages)) await close();
    return rateAndCpu(results, OURS, BARE, ["messages/s", "CPU ms a message"]);
  },
};
