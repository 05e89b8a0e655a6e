/** A local server that speaks TLS, and our own client with it. */
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { Client, MessagePosted } from "chatexchange-ts";
import type { ChatServer, TlsFiles } from "chatexchange-ts/server";
import { describe, expect, test } from "vitest";
import { certificate } from "./certificate.js";
import { ends, failureOf, next, startServer } from "./support.js";

async function secureServer(hosts?: readonly string[], ca?: TlsFiles): Promise<ChatServer> {
  return startServer({ tls: await certificate(hosts, ca), sites: ["stackoverflow.com"] });
}

describe("a server with a certificate", () => {
  test("works with its site object without any setting, because the object has the certificate", async () => {
    await using server = await secureServer();
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret" });
    const room = server.site.addRoom({ name: "Sandbox" });
    const client = ends(new Client(server.site, { email: bot.email, password: bot.password }));
    const heard = client.getRoom(room.id).newEvents(MessagePosted);
    const sent = await client.getRoom(room.id).sendMessage("over TLS");
    expect((await next(heard)).message.id).toBe(sent.id);
    expect(server.site.openSockets).toBe(1);
    await heard[Symbol.asyncDispose]();
  });

  test("may have one for loopback only, for the live hosts only, or one signed by a CA", async () => {
    const names = ["chat.stackoverflow.com", "stackoverflow.com"];
    for (const [hosts, ca] of [[["localhost"]], [names], [names, await certificate([])]] as const) {
      await using server = await secureServer(hosts, ca);
      const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret" });
      const client = ends(new Client(server.site, { email: bot.email, password: bot.password }));
      expect((await client.getMe()).id).toBe(bot.id);
    }
  });

  test("is not trusted without it", async () => {
    await using server = await secureServer();
    const endpoint = { hostname: "127.0.0.1", port: Number(new URL(server.url).port), tls: true };
    for (const client of [new Client("stackoverflow.com", { resolve: () => endpoint }), new Client(server.url)]) {
      const error = await failureOf(ends(client).getRoom(1).name);
      expect(error).toMatchObject({
        code: "CONNECTION_LOST",
        message: expect.stringMatching(/SELF_SIGNED|CERT|verify/),
      });
    }
    const { cert: ca } = await certificate();
    const stranger = ends(new Client("stackoverflow.com", { resolve: () => ({ ...endpoint, ca }) }));
    expect(await failureOf(stranger.getRoom(1).name)).toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("marks its cookies Secure, and its addresses are https and wss", async () => {
    await using server = await secureServer();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${server.url}/users/login`, { rejectUnauthorized: false }, resolve).on("error", reject);
    });
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["set-cookie"]).toEqual([expect.stringMatching(/^prov=.*; SameSite=Lax; Secure$/)]);
    const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret" });
    server.site.addRoom({ id: 5, name: "Sandbox" });
    const client = ends(new Client(server.site, { email: bot.email, password: bot.password }));
    expect(await client.action("/ws-auth", { roomid: 5 })).toMatchObject({ url: expect.stringMatching(/^wss:/) });
  });

  test("does not start without a usable certificate, and does not print the key", async () => {
    const { key, cert } = await certificate();
    for (const tls of [
      { key: "", cert },
      { key, cert: "x" },
      { key: `${key.slice(0, 60)}?`, cert },
    ]) {
      const error = await failureOf(startServer({ tls }));
      expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining('"tls"') });
      expect(String((error as Error).stack)).not.toContain(key.slice(40, 60));
    }
  });
});
