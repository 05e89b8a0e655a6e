/** Planned faults, and their entries in the request log. */
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { brotliDecompressSync, createGunzip, gunzipSync, inflateSync } from "node:zlib";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";
import { failureOf, stage } from "./support.js";

describe("a request that gets no answer", () => {
  test.each(["hang", "hangUp", "cut"] as const)("is logged with status 0: %s", async (kind) => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const { faults } = server.site;
    const browser = new Browser(server.site);
    faults[kind]("/faq");
    const answer = failureOf(browser.get("/faq"));
    if (kind === "hang") {
      await expect.poll(() => faults.hanging).toBe(1);
      expect(server.requests.map(({ path, status }) => [path, status])).toEqual([["/faq", 0]]);
      await server.close();
    }
    await answer;
    expect(server.requests.map(({ path, status }) => [path, status])).toEqual([["/faq", 0]]);
  });

  test("is logged with its form, without secrets", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const bot = server.site.user("Bot");
    const browser = await new Browser(server.site).logIn(bot.email);
    for (const kind of ["cut", "hangUp"] as const) {
      server.clearRequests();
      server.site.faults[kind]("/chats/1/messages/new");
      await failureOf(browser.post("/chats/1/messages/new", { text: kind }));
      expect(server.requests).toMatchObject([{ method: "POST", status: 0, form: { text: kind } }]);
      expect(JSON.stringify(server.requests)).not.toContain(browser.fkey);
    }
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["cut"]);
  });

  test("a custom response is logged with its status and form", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.fail("/chats/1/messages/new", { status: 409 });
    await new Browser(server.site).post("/chats/1/messages/new", { text: "x" });
    expect(server.requests).toMatchObject([{ status: 409, form: { text: "x" } }]);
  });
});

test("the log keeps a bounded part of each request", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const browser = new Browser(server.site);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, n]));
  await browser.post("/chats/1/messages/new", { text: "x".repeat(500_000), ...many });
  const [request] = server.requests;
  expect(request?.form.text).toBe(`${"x".repeat(16_384)}…`);
  expect(Object.keys(request?.form ?? {})).toHaveLength(100);
});

test("the tests of this package see requests that arrive after the log is full", async () => {
  const set = await stage({ maxRequests: 3 });
  const browser = new Browser(set.server.site);
  for (let n = 0; n < 4; n++) await browser.get("/faq");
  expect(set.requests()).toEqual(["GET /faq", "GET /faq", "GET /faq"]);
  await browser.get("/users");
  expect(set.requests()).toEqual(["GET /users"]);
  expect(set.requests()).toEqual([]);
});

describe("a proxy in front", () => {
  const statuses = [403, 404, 429, 502, 503] as const;

  test.each(statuses)("answers %i with a page that has nothing of the site", async (status) => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const browser = await new Browser(server.site).visit();
    const own = await browser.post("/ws-auth", { roomid: 4711 });
    server.site.faults.proxy("/ws-auth", { status });
    const answer = await browser.post("/ws-auth", { roomid: 1 });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("text/html");
    expect(answer.text).toContain(`<h1>${status} `);
    for (const name of ["chat", "x-content-type-options", "set-cookie", "content-security-policy"]) {
      expect(answer.headers).not.toHaveProperty(name);
    }
    expect(own.headers).toHaveProperty("x-content-type-options");
    expect((await browser.post("/ws-auth", { roomid: 1 })).status).toBe(200);
    expect(server.requests.map(({ status: logged }) => logged).slice(-2)).toEqual([status, 200]);
  });

  test.each([
    [7, "7"],
    [new Date(Date.UTC(2024, 0, 1, 0, 0, 9)), "Mon, 01 Jan 2024 00:00:09 GMT"],
    ["soon", "soon"],
  ])("sends Retry-After: %s", async (retryAfter, header) => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.proxy("/faq", { status: 429, retryAfter });
    expect((await new Browser(server.site).get("/faq")).headers["retry-after"]).toBe(header);
  });

  test("answers 200 with an empty body or a foreign page, as often as planned", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const { faults } = server.site;
    const browser = await new Browser(server.site).visit();
    faults.proxy("/events", { status: 200, body: "", times: 2 });
    for (let n = 0; n < 2; n++)
      expect(await browser.post("/events", { r1: 0 })).toMatchObject({ status: 200, text: "" });
    faults.proxy("/events", { status: 200, times: Infinity });
    for (let n = 0; n < 3; n++) expect((await browser.post("/events", { r1: 0 })).text).toContain("<html>");
    faults.clear();
    expect((await browser.post("/events", { r1: 0 })).text).toContain('"sync"');
  });

  test("answers socket handshakes, too", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    const browser = await new Browser(server.site).visit();
    server.site.faults.proxy(/^\/events\//, { status: 503, retryAfter: 3 });
    expect(String(await failureOf(browser.open(1)))).toContain("503");
    await browser.open(1);
  });

  test.each([{ status: 99 }, { retryAfter: -1 }, { retryAfter: new Date(Number.NaN) }])(
    "refuses %j",
    async (answer) => {
      await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
      expect(() => server.site.faults.proxy("/", answer)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
    },
  );
});

describe("short-lived sockets", () => {
  test("are closed when their time is over by the server's clock, whether opened before or after the call", async () => {
    const clock = new ManualClock();
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock, random: () => 0.5 });
    const { faults } = server.site;
    const browser = await new Browser(server.site).visit();
    const first = await browser.open(1);
    faults.shortLivedSockets([30_000, 40_000]);
    await clock.advance(20_000);
    const second = await browser.open(1);
    await clock.advance(14_999);
    expect(server.site.openSockets).toBe(2);
    await clock.advance(1);
    expect(await first.closed).toBe(1001);
    await clock.advance(19_999);
    expect(server.site.openSockets).toBe(1);
    await clock.advance(1);
    expect(await second.closed).toBe(1001);
    const third = await browser.open(1);
    faults.shortLivedSockets(false);
    await clock.advance(3_600_000);
    expect(server.site.openSockets).toBe(1);
    third.close();
  });
});

describe("packed answers", () => {
  /** The response as received, and the function that unpacks it. */
  async function fetched(server: ChatServer, accepted: string, path = "/rooms/1"): Promise<RawAnswer> {
    return rawGet(server.site.url, path, { "accept-encoding": accepted });
  }

  test.each([
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["deflate;q=1, gzip;q=0.5", "deflate", inflateSync],
    ["*", "br", brotliDecompressSync],
    ["br;q=0, gzip", "gzip", gunzipSync],
  ] as const)("are packed as is asked for: %s", async (accepted, encoding, unpack) => {
    // A page says what time it is.
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock: new ManualClock() });
    const plain = await fetched(server, "identity");
    const answer = await fetched(server, accepted);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(answer.headers["content-encoding"]).toBe(encoding);
    expect(answer.headers.vary).toBe("Accept-Encoding");
    expect(answer.body.length).toBeLessThan(plain.body.length / 2);
    const page = unpack(answer.body).toString();
    expect(page.replace(/[0-9a-f]{32}/g, "")).toBe(plain.body.toString().replace(/[0-9a-f]{32}/g, ""));
  });

  test("are left unpacked when they are small", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    expect((await fetched(server, "gzip", "/rooms/thumbs/1")).headers["content-encoding"]).toBeUndefined();
  });

  test("can still be cut off", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.cut("/rooms/1");
    expect(await failureOf(fetched(server, "gzip"))).toMatchObject({ code: "ECONNRESET" });
  });

  test("can be a bomb that begins like the answer and unpacks to 256 MiB", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.packed("/rooms/thumbs/1", "bomb");
    const { headers, body } = await fetched(server, "", "/rooms/thumbs/1");
    expect(headers["content-encoding"]).toBe("gzip");
    expect(body.length).toBeLessThan(1_000_000);
    let size = 0;
    for await (const chunk of Readable.from([body]).pipe(createGunzip())) {
      if (size === 0) expect(String(chunk).trimEnd()).toMatch(/^\{"id":1,.*\}$/);
      size += chunk.length;
    }
    expect(size).toBeGreaterThan(256 * 1_048_576);
  });

  test("can end in the middle, or be packed ten times", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
    server.site.faults.packed("/rooms/1", "truncated");
    const truncated = await fetched(server, "gzip");
    expect(() => gunzipSync(truncated.body)).toThrow("unexpected end of file");
    server.site.faults.packed("/rooms/1", "stacked");
    const stacked = await fetched(server, "gzip");
    const layers = String(stacked.headers["content-encoding"]).split(", ");
    expect(layers).toEqual(Array(10).fill("gzip"));
    expect(layers.reduce((body) => gunzipSync(body), stacked.body).toString()).toContain("</html>");
    expect(() => server.site.faults.packed("/", "flat" as "bomb")).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT" }),
    );
  });
});

interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer exactly as it came. */
async function rawGet(origin: string, path: string, headers: Record<string, string>): Promise<RawAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}${path}`, { headers, agent: false }, resolve).on("error", reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { headers: answer.headers, body: Buffer.concat(chunks) };
}
