import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bar, NO_BAR } from "../support/bars.mjs";
import { ask, columns, start, temporaryFolder } from "../support/measure.mjs";

const RIVAL = "`chatexchange@0.6.5`";
const MESSAGES = 1_000;
const PRELOAD = new URL("../../test/programs/live-hosts-on-loopback.mjs", import.meta.url).href;
const TASKS = {
  login: "log in, join, say hello",
  session: "the same from a stored session",
  properties: "4 properties of a user at once",
  users: "the names of 20 users",
  history: "1,000 messages of history",
  star: "one star",
};

/** One task in a fresh process; what the server counted from the moment the client was prepared. */
async function measure(server, { port, file, world }, kind, task) {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: file, LOCAL_CHAT_PORT: port };
  const args = [kind, task, JSON.stringify(world)];
  const client = start("requests-client", args, { env, execArgv: ["--import", PRELOAD] });
  await once(client, "message");
  await ask(server, "reset");
  const { count } = await ask(client, "act");
  const { paths, connections, bytes } = await ask(server, "count");
  client.disconnect();
  await once(client, "exit");
  // Their history is read message by message, so a sample represents the whole.
  const scale = task === "history" ? MESSAGES / count : 1;
  return { requests: paths.length * scale, connections: connections * scale, bytes: bytes * scale };
}

const requests = (task, limit) => ({
  what: `requests: ${TASKS[task]}`,
  against: task === "star" ? "nothing: theirs cannot star" : RIVAL,
  unit: "",
  bar: limit === undefined ? NO_BAR : bar("ours", "<=", limit, limit === 1 ? "request" : "requests"),
});

export const row = {
  title: "Requests, connections and bytes of everyday tasks",
  about: `
Both clients run unmodified, each task in a fresh process, on a local server under the names of the live site, with TLS. The server counts the requests in its own log, the
connections that it accepts, and the bytes on the wire in both directions, TLS included. In all tasks but the first two, the client is logged in before the count starts.

${RIVAL} has no history: each message is read from its permalink page. 50 messages are read one after the other, and the figures are times 20. It
cannot star. Our star reads first whether the message is starred already, because the server only toggles.`,
  figures: {
    login: requests("login", 5),
    connections: {
      what: `connections: ${TASKS.login}`,
      against: RIVAL,
      unit: "",
      bar: bar("ours", "<=", 2, "connections"),
    },
    session: requests("session", 3),
    properties: requests("properties", 1),
    users: requests("users", 1),
    history: requests("history", 2),
    star: requests("star"),
  },
  async run() {
    const server = start("requests-server");
    const [{ port, cert, world }] = await once(server, "message");
    const file = join(temporaryFolder(), "cert.pem");
    await writeFile(file, cert);
    const results = {};
    for (const task of Object.keys(TASKS)) {
      results[task] = { ours: await measure(server, { port, file, world }, "ours", task) };
      if (task !== "star") results[task].theirs = await measure(server, { port, file, world }, "theirs", task);
    }
    server.disconnect();
    return { figures: figuresOf(results), details: detailsOf(results) };
  },
};

function figuresOf(results) {
  const figure = ({ ours, theirs }, key) =>
    theirs ? { ours: ours[key], theirs: theirs[key], ratio: ours[key] / theirs[key] } : { ours: ours[key] };
  const entries = Object.entries(results).map(([task, result]) => [task, figure(result, "requests")]);
  return { ...Object.fromEntries(entries), connections: figure(results.login, "connections") };
}

function detailsOf(results) {
  const lines = Object.entries(results).flatMap(([task, clients]) =>
    Object.entries(clients).map(([kind, { requests: count, connections, bytes }]) => [
      `${TASKS[task]}, ${kind}`,
      count.toLocaleString("en-US"),
      connections.toLocaleString("en-US"),
      `${(bytes / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 })} kB`,
    ]),
  );
  return columns([["", "requests", "connections", "bytes"], ...lines]);
}
