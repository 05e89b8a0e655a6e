/**
 * Chooses the site that an example runs on: a live site when CHATEXCHANGE_HOST, CHATEXCHANGE_EMAIL and
 * CHATEXCHANGE_PASSWORD are set, otherwise its own local chat server with users.
 */
import { Client, MessagePosted, type Site } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";

export interface Place extends AsyncDisposable {
  readonly host: string | Site;
  readonly email: string;
  readonly password: string;
  /** The room to use; on the live sites, be kind and use a sandbox. */
  readonly roomId: number;
  /** On a local server: lets a user enter, answer the next message in the room, and leave. */
  somebodyAnswers(text: string): Promise<void>;
}

export async function place(): Promise<Place> {
  const { CHATEXCHANGE_HOST: host, CHATEXCHANGE_EMAIL: email, CHATEXCHANGE_PASSWORD: password } = process.env;
  const roomId = Number(process.env.CHATEXCHANGE_ROOM ?? 1);
  if (host && email && password) {
    return { host, email, password, roomId, somebodyAnswers: async () => {}, [Symbol.asyncDispose]: async () => {} };
  }
  const server = await ChatServer.start({ world: "demo" });
  const { site } = server;
  const bot = site.user("Demo Bot");
  const alice = site.user("Alice");
  const open: Client[] = [];
  return {
    host: site,
    email: bot.email,
    password: bot.password,
    roomId,
    async somebodyAnswers(text) {
      const client = new Client(site, alice.email, alice.password);
      open.push(client);
      const watch = client.getRoom(roomId).watch(async (event) => {
        if (!(event instanceof MessagePosted) || event.user === (await client.getMe())) return;
        watch.close();
        await client.getRoom(roomId).sendMessage(text);
        await client.logout();
      });
      await watch.ready;
    },
    async [Symbol.asyncDispose]() {
      for (const client of open) await client.logout();
      await server.close();
    },
  };
}
