/** A hijacked site, or a proxy that impersonates it, redirects requests and sockets to other hosts: cookies are never sent there. */

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client, type Resolver, type Site, sites } from "chatexchange-ts";
import { expect, onTestFinished, test } from "vitest";
import { distant } from "./latency.js";
import { ends, failureOf } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const cookies = "acct=s3cret-acct; prov=x";
const page = '<div class="topbar-menu-links"><a href="/users/5/bot">Bot</a></div><input name="fkey" value="x">';

interface Seen {
  readonly host: string;
  readonly isTls: boolean;
  readonly cookie: string | undefined;
}

/** A stand-in for the live site that also records requests over http and to other hosts. */
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
  ["//evil.example/", "evil.example"],
  ["https://evil.example:8443/chats", "evil.example:8443"],
  ["https://169.254.169.254/latest/meta-data/", "169.254.169.254"],
  ["http://169.254.169.254/latest/meta-data/", "169.254.169.254"],
  ["https://127.0.0.1/", "127.0.0.1"],
  ["https://localhost/", "localhost"],
  ["https://[::1]/", "[::1]"],
  ["https://notstackoverflow.com/", "notstackoverflow.com"],
  ["https://stackoverflow.com.evil.example/", "stackoverflow.com.evil.example"],
  ["https://chat.stackoverflow.com./", "chat.stackoverflow.com."],
  ["https://chat.stackoverflow.com:8443/", "chat.stackoverflow.com:8443"],
  ["https://chat.stackoverflow.com@evil.example/", "evil.example"],
  ["https://user:pw@chat.stackoverflow.com/", "chat.stackoverflow.com"],
  ["\\\\evil.example/", "evil.example"],
  ["https://com/", "com"],
  ["http://chat.stackoverflow.com/x", "http://chat.stackoverflow.com, which is not https"],
  ["http://x.stackoverflow.com/", "http://x.stackoverflow.com, which is not https"],
  ["ftp://chat.stackoverflow.com/", "a ftp: address"],
  ["javascript:alert(1)", "a javascript: address"],
  ["data:text/html,hello", "a data: address"],
  ["https://", "an invalid address"],
])("a redirect to %s is an error that names both hosts, and not even a request", async (location, named) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { site, seen } = await hijacked((path) => (path === "/" ? {} : { status, location }));
    const chat = ends(new Client(site, { cookies, outbox: { patienceMs: 0 } }));
    for (const call of [() => chat.login(), async () => chat.getRoom(1).name, () => chat.action("/x")]) {
      const error = await failureOf(call());
      expect(error).toMatchObject({
        code: "NOT_UNDERSTOOD",
        message: expect.stringContaining(`chat.stackoverflow.com redirects to ${named}`),
        context: { bare: true },
      });
    }
    expect(seen.filter(({ host, isTls }) => !isTls || host !== "chat.stackoverflow.com")).toEqual([]);
  }
});

test.each(["about:blank", "javascript:alert(1)", "data:text/html,hello"])(
  "a login form that leads to %s is an error, and no resolver is asked for that",
  async (location) => {
    const form = `<form id="login-form" method="post"><input type="hidden" name="fkey" value="${"ab".repeat(32)}"></form>`;
    let count = 0;
    const { site } = await hijacked((path) => {
      if (!path.startsWith("/users/login")) return {};
      return ++count === 1 ? { body: form } : { status: 302, location };
    });
    const origins: string[] = [];
    const resolve: Site["resolve"] = (origin) => {
      origins.push(origin);
      return site.resolve?.(origin);
    };
    const chat = ends(new Client({ ...site, resolve }, { email: "bot@example.com", password: "wrong" }));
    expect(await failureOf(chat.login())).toMatchObject({ code: "NOT_UNDERSTOOD", context: { bare: true } });
    expect(count).toBe(2);
    expect(origins.filter((origin) => !/^(?:https|wss):/.test(origin))).toEqual([]);
  },
);

test.each([
  "/here",
  "//stackoverflow.com/",
  "https://x.stackoverflow.com/",
  "https://chat.stackexchange.com/",
  "https://CHAT.StackOverflow.com:443/",
])("a redirect to %s stays on the site, and is followed", async (location) => {
  const { site, seen } = await hijacked((path) => (path.startsWith("/rooms/") ? { status: 302, location } : {}));
  const chat = ends(new Client(site, { cookies }));
  await chat.login();
  await failureOf(chat.getRoom(1).name);
  expect(seen.at(-1)?.host).toBe(new URL(location, "https://chat.stackoverflow.com").host);
  expect(seen.every(({ host, cookie }) => host.endsWith("stackoverflow.com") === (cookie !== undefined))).toBe(true);
});

test.each(["https://chat.stackexchange.com/", "https://x.stackoverflow.com/"])(
  "a local server does not lead its clients to the real host of %s",
  async (location) => {
    const hosts = [sites["stackoverflow.com"].chatOrigin, sites["stackoverflow.com"].loginOrigin];
    const { site } = await hijacked(() => ({ status: 302, location }));
    const resolve = (origin: string): ReturnType<Resolver> =>
      hosts.includes(origin) ? site.resolve?.(origin) : undefined;
    const error = await failureOf(ends(new Client({ ...site, resolve })).getRoom(1).name);
    const message = `chat.stackoverflow.com redirects to ${new URL(location).host}, which does not belong to the site`;
    expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", message: expect.stringContaining(message) });
  },
);

test("cookies given as text are sent only over TLS", async () => {
  const { site } = await hijacked(() => ({}));
  const folder = temporaryFolder();
  const sessionFile = join(folder, "session.json");
  await ends(new Client(site, { cookies, sessionFile })).login();
  const stored: unknown = JSON.parse(await readFile(sessionFile, "utf8"));
  const some = { domain: "stackoverflow.com", secure: true };
  expect(stored).toMatchObject({
    cookies: [
      { key: "acct", ...some },
      { key: "prov", ...some },
    ],
  });
});

test("a local server cannot redirect its clients to the live sites or to another port", async () => {
  for (const location of ["https://chat.stackoverflow.com/", "http://127.0.0.1:1/", "http://localhost/"]) {
    const server = createServer((_, response) => void response.writeHead(302, { location }).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await failureOf(ends(new Client(`http://127.0.0.1:${port}`)).getRoom(1).name)).toMatchObject({
      code: "NOT_UNDERSTOOD",
      message: expect.stringContaining(
        `127.0.0.1:${port} redirects to ${new URL(location).host}, which does not belong to the site`,
      ),
    });
  }
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
