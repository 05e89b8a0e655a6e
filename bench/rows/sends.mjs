import { once } from "node:events";
import { Client } from "chatexchange-ts";
import { request } from "undici";
import { NO_BAR } from "../support/bars.mjs";
import { cpuMs, inTurn, rateAndCpu, start } from "../support/measure.mjs";
import { Visitor } from "../support/visitor.mjs";

const MESSAGES = Number(process.env.MESSAGES ?? 200);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const OURS = "chatexchange-ts";
const BARE = "bare undici";

/** Sends by a function, all in order; the rate, and the CPU of this process for each. */
async function measure(sendAll) {
  const begun = performance.now();
  const cpu = await cpuMs(sendAll);
  return { rate: (MESSAGES / (performance.now() - begun)) * 1000, cpu: cpu / MESSAGES };
}

let said = 0;
const texts = () => Array.from({ length: MESSAGES }, () => `message number ${said++}, with some **markup**`);

export const row = {
  title: "Sends without a throttle",
  about: `
${MESSAGES} messages to a local server in a process of its own, which does not throttle, one request after the other on one connection; ${ROUNDS} rounds in turn. Ours are
\`room.sendMessage(text)\`, all called at once: the outbox sends the messages of a room in order. The other posts the same bodies with undici and parses the JSON.
CPU is that of the sending process. On the live site the throttle sets the pace: [throttle](#throttle).`,
  figures: {
    rate: { what: "sends to one room", against: "bare undici, the same bodies", unit: "/s", bar: NO_BAR },
    cpu: { what: "CPU for a send", against: "bare undici, the same bodies", unit: "ms", bar: NO_BAR },
  },
  async run() {
    const server = start("world-server", [0, 1]);
    const [place] = await once(server, "message");
    const client = new Client(place.url, place.email, place.password);
    const room = client.getRoom(place.roomIds[0]);
    await room.join();
    const { headers, fkey } = (await Visitor.logIn(place)).credentials;
    const post = async (text) => {
      const { body } = await request(`${place.url}/chats/${room.id}/messages/new`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: new URLSearchParams({ text, fkey }).toString(),
      });
      return body.json();
    };
    const candidates = {
      [BARE]: () =>
        measure(async () => {
          for (const text of texts()) await post(text);
        }),
      [OURS]: () => measure(() => Promise.all(texts().map((text) => room.sendMessage(text)))),
    };
    const results = await inTurn(candidates, { rounds: ROUNDS, warmup: 2 });
    await client.logout();
    server.disconnect();
    return rateAndCpu(results, OURS, BARE, ["sends/s", "CPU ms a send"]);
  },
};
