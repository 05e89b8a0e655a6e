import { requiredPauseMs } from "../../dist/server/index.js";
import { setStage } from "../../dist/testing/index.js";
import { bar } from "../support/bars.mjs";
import { columns } from "../support/measure.mjs";

/** Sends messages at once; how long they took on the clock, and whether each arrived once and in order. */
async function burst(count, server = {}) {
  const stage = await setStage({ server: { throttle: true, ...server } });
  try {
    const client = stage.client();
    await stage.until(client.login());
    const room = client.getRoom(stage.room.id);
    const begun = stage.clock.now();
    const texts = Array.from({ length: count }, (_, n) => `message ${n}`);
    await stage.until(Promise.all(texts.map((text) => room.sendMessage(text))), { timeoutMs: 60_000 });
    const took = stage.clock.now() - begun;
    const tries = stage.server.requests.filter(({ path }) => path.endsWith("/messages/new")).length;
    const arrived = stage.room.messages.map(({ source }) => source).filter((text) => text.startsWith("message "));
    const wrong = texts.filter((text, at) => arrived[at] !== text).length + Math.max(0, arrived.length - count);
    return { count, took, tries, wrong };
  } finally {
    await stage.close();
  }
}

function earliestMs(count) {
  let earliest = 0;
  for (let n = 2; n <= count; n++) earliest += requiredPauseMs(n);
  return earliest;
}

const AGAINST = "the earliest time that the server allows";

export const row = {
  title: "Bursts under the throttle",
  about: `
A logged-in client sends a burst at once to a server that throttles. The clock is turned by hand, so the figures do not depend on the machine. A request that comes too early is refused,
and the client tries again.`,
  figures: {
    12: { what: "burst of 12 messages", against: AGAINST, unit: "s", bar: bar("ratio", "<=", 1.08) },
    40: { what: "burst of 40 messages", against: AGAINST, unit: "s", bar: bar("ratio", "<=", 1.05) },
    wrong: {
      what: "messages lost, doubled or out of order",
      against: "none",
      unit: "",
      bar: bar("ours", "<=", 0, "messages"),
    },
  },
  async run() {
    // The code that sends is loaded and compiled before the clock counts: loading takes real time, in which the stage may turn it.
    await burst(2);
    const bursts = {
      "burst of 12": { ...(await burst(12)), earliest: earliestMs(12) },
      "burst of 40": { ...(await burst(40)), earliest: earliestMs(40) },
      "60 at a pause of 8 s": { ...(await burst(60, { throttlePauseMs: () => 8_000 })), earliest: 59 * 8_000 },
    };
    const figure = ({ took, earliest }) => ({ ours: took / 1000, theirs: earliest / 1000, ratio: took / earliest });
    const lines = Object.entries(bursts).map(([name, { took, earliest, tries, count }]) => [
      name,
      `${(took / 1000).toFixed(1)} s`,
      `${(took / earliest).toFixed(3)} x`,
      tries,
      (tries / count).toFixed(2),
    ]);
    const wrong = Object.values(bursts).reduce((sum, each) => sum + each.wrong, 0);
    return {
      figures: { 12: figure(bursts["burst of 12"]), 40: figure(bursts["burst of 40"]), wrong: { ours: wrong } },
      details: columns([["", "time", "ratio", "requests", "a message"], ...lines]),
    };
  },
};
