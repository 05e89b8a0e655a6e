/** A proxy between the client and the site, from the option or from the environment; the option ca. */
import { inspect } from "node:util";
import { Client, type ClientOptions, type Endpoint } from "chatexchange-ts";
import type { ChatServer, ServerUser } from "chatexchange-ts/server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { certificate } from "./certificate.js";
import { type LocalProxy, localProxy } from "./local-proxy.js";
import { ends, failureOf, meanwhile, next, startServer } from "./support.js";

const HOST = "chat.stackoverflow.com";
const NOWHERE = "http://127.0.0.1:1";
const secret = "pr0xy-p@ss:w/rd";

interface Behind {
  readonly server: ChatServer;
  readonly proxy: LocalProxy;
  readonly url: string;
  readonly ca: string;
  readonly bot: ServerUser;
  /** A client of the live hosts, which only the proxy maps to the local server. */
  client(options?: ClientOptions): Client;
}

async function behindProxy(): Promise<Behind> {
  const tls = await certificate();
  const server = await startServer({ tls, sites: ["stackoverflow.com"] });
  const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret-Passw0rd" });
  const proxy = await localProxy(Number(new URL(server.url).port));
  const ca = tls.cert;
  return {
    server,
    proxy,
    url: `http://127.0.0.1:${proxy.port}`,
    ca,
    bot,
    client: (options = {}) =>
      ends(new Client("stackoverflow.com", { ca, email: bot.email, password: "s3cret-Passw0rd", ...options })),
  };
}

describe("the option proxy", () => {
  test("sends requests and sockets through the proxy, with TLS inside", async () => {
    const { server, proxy, url, client } = await behindProxy();
    const chat = client({ proxy: url });
    const heard = chat.getRoom(1).newMessages();
    await heard.ready;
    expect(server.site.openSockets).toBe(1);
    const sent = await chat.getRoom(1).sendMessage("through the proxy");
    expect((await next(heard)).id).toBe(sent.id);
    expect(new Set(proxy.asked)).toEqual(
      new Set(["stackoverflow.com:443", `${HOST}:443`, "chat.sockets.stackexchange.com:443"]),
    );
    expect(proxy.plain).toEqual([]);
  });

  test("accepts a proxy that speaks TLS itself", async () => {
    const tls = await certificate();
    const server = await startServer({ tls, sites: ["stackoverflow.com"] });
    const proxy = await localProxy(Number(new URL(server.url).port), tls);
    const chat = ends(new Client("stackoverflow.com", { ca: tls.cert, proxy: `https://localhost:${proxy.port}` }));
    await chat.getRoom(1).newMessages().ready;
    expect(proxy.asked).toContain("chat.sockets.stackexchange.com:443");
    const stranger = ends(new Client("stackoverflow.com", { proxy: `https://localhost:${proxy.port}` }));
    expect(await failureOf(stranger.getRoom(1).name)).toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining(`the proxy localhost:${proxy.port} failed (DEPTH_ZERO_SELF_SIGNED_CERT)`),
    });
  });

  test("accepts a user name and a password, which only the proxy gets, and which are never printed", async () => {
    const { proxy, client } = await behindProxy();
    const given = `http://us%40er:${encodeURIComponent(secret)}@127.0.0.1:${proxy.port}`;
    const lines: unknown[] = [];
    const log = (...line: unknown[]): void => void lines.push(line);
    const chat = client({ proxy: given, logger: { debug: log, info: log, warn: log, error: log } });
    const heard = chat.getRoom(1).newMessages();
    await heard.ready;
    expect(new Set(proxy.authorizations)).toEqual(
      new Set([`Basic ${Buffer.from(`us@er:${secret}`).toString("base64")}`]),
    );
    proxy.refuses = () => 407;
    const error = await failureOf(client({ proxy: given }).getRoom(1).name);
    const shown = inspect([chat, heard, error, lines], { depth: 20, showHidden: true });
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(`us@er:${secret}`).toString("base64")])
      expect(shown).not.toContain(form);
  });

  test.each([407, 403, 502])("names the proxy when it answers %i to CONNECT", async (status) => {
    const { proxy, url, client } = await behindProxy();
    const lines: string[] = [];
    const warn = (...line: unknown[]): void => void lines.push(line.join(" "));
    const chat = client({
      proxy: url,
      stream: { reconnectMs: 1, socketTries: 2, pollMs: 10 },
      logger: { warn, debug: warn, info: warn },
    });
    proxy.refuses = (host) => (host.startsWith("chat.sockets.") ? status : undefined);
    chat.getRoom(1).watch(() => {});
    await meanwhile(() => chat.state === "polling");
    expect(lines.join("\n")).toContain(
      `(Unexpected server response: ${status}), through the proxy 127.0.0.1:${proxy.port}`,
    );
    proxy.refuses = () => status;
    const named = expect.stringContaining(`the proxy 127.0.0.1:${proxy.port} answered ${status}`);
    expect(await failureOf(client({ proxy: url }).login())).toMatchObject({ code: "CONNECTION_LOST", message: named });
  });

  test("names the proxy when the proxy cannot be reached", async () => {
    const { client } = await behindProxy();
    const error = await failureOf(client({ proxy: NOWHERE }).login());
    expect(error).toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("the proxy 127.0.0.1:1 failed (ECONNREFUSED)"),
    });
  });

  test("is not used for a resolved origin, and not for this machine", async () => {
    const { server, ca } = await behindProxy();
    const plain = await startServer();
    for (const site of [server.site, plain.site, plain.url]) {
      const heard = ends(new Client(site, { proxy: NOWHERE, ca }))
        .getRoom(1)
        .newMessages();
      await heard.ready;
    }
    expect(server.site.openSockets).toBe(1);
    expect(plain.site.openSockets).toBe(2);
  });

  test.each([
    "",
    "proxy.example:port",
    "socks5://127.0.0.1:1080",
    `http://user:${secret}@127.0.0.1:1`,
    `http://user:%zz${secret}@127.0.0.1:1`,
    `http://127.0.0.1:1/?${secret}`,
    5,
    true,
    { url: secret },
  ])("is refused by the constructor when it is %j, without its text in the error", (proxy) => {
    const make = (): Client => new Client("stackoverflow.com", { proxy: proxy as string });
    expect(make).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
    expect(make).toThrow(/the option proxy is not a valid proxy URL; use http:/);
    expect(make).not.toThrow(secret);
  });
});

describe("the proxies of the environment", () => {
  const environment = (variables: Readonly<Record<string, string>>): void => {
    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"])
      vi.stubEnv(name, variables[name]);
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  test.each(["HTTPS_PROXY", "https_proxy"])("are used by %s, for requests and sockets", async (name) => {
    const { proxy, url, server, client } = await behindProxy();
    environment({ [name]: url, HTTP_PROXY: NOWHERE });
    const heard = client().getRoom(1).newMessages();
    await heard.ready;
    expect(server.site.openSockets).toBe(1);
    expect(proxy.asked).toContain(`${HOST}:443`);
    expect(proxy.asked).toContain("chat.sockets.stackexchange.com:443");
  });

  test("are read from the lower-case variable first, and need no http:// prefix, as with curl", async () => {
    const { proxy, client } = await behindProxy();
    environment({ HTTPS_PROXY: NOWHERE, https_proxy: `127.0.0.1:${proxy.port}` });
    await client().login();
    expect(proxy.asked).toContain(`${HOST}:443`);
  });

  test.each([
    ["stackoverflow.com", true],
    [".stackoverflow.com", true],
    ["*.stackoverflow.com", true],
    ["example.com, CHAT.StackOverflow.com:443", true],
    ["*", true],
    ["stackoverflow.com.", true],
    ["overflow.com", false],
    ["chat.stackoverflow.com:8443", false],
    ["meta.chat.stackoverflow.com", false],
    [",", false],
  ])("are not used for the hosts in NO_PROXY=%s: %s", async (exceptions, isExcepted) => {
    const { proxy, url } = await behindProxy();
    environment({ HTTPS_PROXY: url, NO_PROXY: exceptions });
    proxy.refuses = () => 502;
    const error = await failureOf(ends(new Client("stackoverflow.com")).getRoom(1).name);
    // The guard of the tests refuses what would leave this machine.
    const direct = {
      code: "CONNECTION_LOST",
      cause: { message: `a test tried to connect to ${HOST}; only loopback is allowed` },
    };
    expect(error).toMatchObject(isExcepted ? direct : { message: expect.stringContaining("the proxy") });
    expect(proxy.asked.length > 0).toBe(!isExcepted);
  });

  test("are ignored with proxy: false, and by the clients of a local server", async () => {
    const { server, proxy, url, client } = await behindProxy();
    environment({ HTTPS_PROXY: url, HTTP_PROXY: url, https_proxy: url, http_proxy: url });
    const alone = { message: expect.not.stringContaining("the proxy") };
    expect(await failureOf(client({ proxy: false }).login())).toMatchObject(alone);
    const plain = await startServer();
    for (const site of [server.site, plain.site, plain.url]) {
      const heard = ends(new Client(site)).getRoom(1).newMessages();
      await heard.ready;
    }
    expect(proxy.asked).toEqual([]);
    expect(proxy.plain).toEqual([]);
  });

  test("fail the first request when they are no URL; the error names the variable, without its text", async () => {
    environment({ HTTPS_PROXY: `socks5://user:${secret}@127.0.0.1:1` });
    const error = await failureOf(ends(new Client("stackoverflow.com")).getRoom(1).name);
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining("HTTPS_PROXY") });
    expect(inspect(error)).not.toContain(secret);
  });
});

describe("the option ca", () => {
  test("adds to the certificates of the runtime, for requests and sockets of every host", async () => {
    const { server, ca } = await behindProxy();
    const [hostname, port] = ["127.0.0.1", Number(new URL(server.url).port)];
    const { cert: other } = await certificate();
    for (const given of [ca, [ca], [other, ca], `some words\n${other}\n${ca}`]) {
      const resolve = (): Endpoint => ({ hostname, port, tls: true });
      await using chat = new Client("stackoverflow.com", { resolve, ca: given });
      await using heard = chat.getRoom(1).newMessages();
      await heard.ready;
      expect(server.site.openSockets).toBe(1);
    }
    const resolve = (): Endpoint => ({ hostname, port, tls: true });
    const stranger = ends(new Client("stackoverflow.com", { resolve, ca: other }));
    expect(await failureOf(stranger.getRoom(1).name)).toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("SELF_SIGNED_CERT"),
    });
  });

  test.each([
    ["", /content of a PEM file/],
    ["/etc/ssl/company.pem", /content of a PEM file.*not a path/],
    [[], /ca is empty/],
    [[5], /content of a PEM file/],
    [{}, /content of a PEM file/],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", /cannot parse certificate 1 of 1/],
  ])("is refused by the constructor when it is %j", (ca, message) => {
    const make = (): Client => new Client("stackoverflow.com", { ca: ca as string });
    expect(make).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT", message: expect.stringMatching(message) }));
  });
});

describe("without the package https-proxy-agent", () => {
  test("requests go through a proxy, and listening ends with the command that installs it", async () => {
    vi.doMock("https-proxy-agent", () => {
      throw new Error("Cannot find package 'https-proxy-agent'");
    });
    onTestFinished(() => void vi.doUnmock("https-proxy-agent"));
    const { url, client } = await behindProxy();
    const chat = client({ proxy: url });
    expect(await chat.getRoom(1).name).toBe("Sandbox");
    const error = await failureOf(next(chat.getRoom(1).newMessages()));
    expect(error).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining("npm install https-proxy-agent"),
    });
  });
});
