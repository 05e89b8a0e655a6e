/** A hijacked site, or a proxy that plays it, leads requests and sockets elsewhere: cookies do not go along. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, type Site, sites } from "chatexchange-ts";
import { expect, onTestFinished, test } from "vitest";
import { distant } from "./latency.js";
import { ends, failureOf } from "./support.js";

const cookies = "acct=s3cret-acct; prov=x";
const page = '<div class="topbar-menu-links"><a href="/users/5/bot">Bot</a></div><input name="fkey" value="x">';

interface Seen {
  readonly host: string;
  readonly isTls: boolean;
  readonly cookie: string | undefined;
}

/** A stand-in for the live site; what goes to http, and to other hosts, is seen, too. */
async function hijacked(answers: (path: string) => { status?: number; location?: string; body?: string }) {
  const seen: Seen[] = [];
  const listen = async (isTls: boolean): Promise<number> => {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const { host = "", cookie } = request.headers;
      seen.push({ host, isTls, cookie });
      const { status = 200, location, body = page } = answers(request.url ?? "");
      response.writeHead(status, location ? { location } : {}).end(body);
    };
    const server = createServer(distant(answer));
    server.on("upgrade", (request, socket) => {
      seen.push({ host: request.headers.host ?? "", isTls, cookie: request.headers.cookie });
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };
  const [secure, clear] = [await listen(true), await listen(false)];
  const site: Site = {
    ...sites["stackoverflow.com"],
    resolve: (origin) => ({ hostname: "127.0.0.1", port: /^(https|wss):/.test(origin) ? secure : clear }),
  };
  return { site, seen };
}

test.each([
  "http://chat.stackoverflow.com/x",
  "http://x.stackoverflow.com/",
  "//evil.example/",
  "http://evil.example/",
])("a redirect to %s takes no cookie along", async (location) => {
  const { site, seen } = await hijacked((path) => (path.startsWith("/chats") ? { status: 302, location } : {}));
  await ends(new Client(site, { cookies }))
    .login()
    .catch(() => {});
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter(({ isTls }) => !isTls)).toEqual([]);
  expect(seen.filter(({ host, cookie }) => host.includes("evil") && cookie !== undefined)).toEqual([]);
});

test("a redirect out of https is not followed, and the error says so", async () => {
  const { site } = await hijacked(() => ({ status: 302, location: "http://chat.stackoverflow.com/x" }));
  const error = await failureOf(ends(new Client(site)).getRoom(1).name);
  expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", context: { bare: true } });
  expect(String(error)).toMatch(/over https/);
});

test.each([
  "wss://evil.example/events/1/abc",
  "ws://chat.stackoverflow.com/events/1/abc",
  "ws://127.0.0.1:1/x",
  "wss://user:pw@chat.stackoverflow.com/x",
])("no socket is opened to %s", async (url) => {
  const { site, seen } = await hijacked((path) => {
    if (path === "/ws-auth") return { body: JSON.stringify({ url }) };
    if (path === "/chats/1/events") return { body: '{"events":[],"time":5,"sync":1}' };
    return path === "/events" ? { body: '{"sync":1}' } : {};
  });
  const states: string[] = [];
  const chat = ends(new Client(site, { stream: { reconnectMs: 1, socketTries: 2, pollMs: 10 }, logger: {} }));
  chat.onStateChange((state) => void states.push(state));
  chat.getRoom(1).watch(() => {});
  await expect.poll(() => states).toContain("polling");
  expect(seen.filter(({ host, isTls }) => !isTls || host !== "chat.stackoverflow.com")).toEqual([]);
});
