// One client that performs one task, in its own process: it prepares, reports that it is ready, and acts on command.
import { once } from "node:events";
import { join } from "node:path";
import { temporaryFolder } from "./measure.mjs";

const HOST = "stackexchange.com";
/** Their client reads messages one by one; so many stand for all. */
const THEIR_MESSAGES = 50;
const [, , kind, task, text] = process.argv;
const { email, password, roomId, userIds, messageIds } = JSON.parse(text);
const folder = temporaryFolder();
const { Client } = kind === "ours" ? await import("chatexchange-ts") : {};
const { default: Theirs } = kind === "theirs" ? (await import("chatexchange")).default : {};

async function ourLogin(options = {}) {
  const client = new Client(HOST, { email, password, ...options });
  await client.login();
  return client;
}

async function ourHello(client) {
  const room = client.getRoom(roomId);
  await room.join();
  await room.sendMessage(`hello from ${kind}, ${task}`);
}

const ours = {
  login: { prepare: () => undefined, act: async () => ourHello(await ourLogin()) },
  session: {
    async prepare() {
      const options = { sessionFile: join(folder, "session.json") };
      await (await ourLogin(options)).logout();
      return options;
    },
    act: async (options) => ourHello(await ourLogin(options)),
  },
  properties: {
    prepare: ourLogin,
    act(client) {
      const user = client.getUser(userIds[0]);
      return Promise.all([user.about, user.messageCount, user.roomCount, user.lastSeen]);
    },
  },
  users: { prepare: ourLogin, act: (client) => Promise.all(userIds.map((id) => client.getUser(id).name)) },
  history: {
    prepare: ourLogin,
    async act(client) {
      let read = 0;
      for await (const message of client.getRoom(roomId).history({ limit: 1_000 })) {
        await message.textContent;
        read += 1;
      }
      return read;
    },
  },
  star: { prepare: ourLogin, act: (client) => client.getMessage(messageIds[0]).star() },
};

async function theirLogin() {
  const client = new Theirs(HOST);
  await client.login(email, password);
  return client;
}

async function theirHello(client) {
  const room = client.getRoom(roomId);
  await room.join();
  await room.sendMessage(`hello from ${kind}, ${task}`);
}

const theirs = {
  login: { prepare: () => undefined, act: async () => theirHello(await theirLogin()) },
  session: {
    prepare: () => new Theirs(HOST).login(email, password),
    async act(jar) {
      const client = new Theirs(HOST);
      await client.loginCookie(jar);
      await theirHello(client);
    },
  },
  properties: {
    prepare: theirLogin,
    act(client) {
      const user = client.getUser(userIds[0]);
      return Promise.all([user.about, user.messageCount, user.roomCount, user.lastSeen]);
    },
  },
  users: { prepare: theirLogin, act: (client) => Promise.all(userIds.map((id) => client.getUser(id).name)) },
  history: {
    prepare: theirLogin,
    async act(client) {
      for (const id of messageIds.slice(-THEIR_MESSAGES)) await client.getMessage(id).content;
      return THEIR_MESSAGES;
    },
  },
};

const { prepare, act } = { ours, theirs }[kind][task];
const prepared = await prepare();
process.send("ready");
await once(process, "message");
const value = await act(prepared);
process.send({ count: typeof value === "number" ? value : 1 });
process.on("disconnect", () => process.exit());
