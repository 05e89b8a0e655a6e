import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificate } from "../../test/certificate.js";
import { type GuardedFetchOptions, guardedFetch } from "./guarded-fetch.js";

/** A server on loopback; the host `feeds.example` leads to it and may be private. */
async function serve(answer: RequestListener): Promise<{ url(path?: string): string; options: GuardedFetchOptions }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const lookup = async (): Promise<string[]> => ["127.0.0.1"];
  return {
    url: (path = "/") => `http://feeds.example:${port}${path}`,
    options: { lookup, allowPrivate: ["feeds.example"] },
  };
}

const say =
  (body: string | Uint8Array, headers: Record<string, string> = {}, status = 200) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

const textOf = (body: Uint8Array): string => Buffer.from(body).toString();

describe("a download", () => {
  test("returns status, headers, body and address, also of a failure of the server", async () => {
    const { url, options } = await serve(say("gone", { etag: '"1"' }, 404));
    const answer = await guardedFetch(url("/a#b"), options);
    expect(answer).toMatchObject({ status: 404, url: url("/a"), headers: { etag: '"1"' } });
    expect(textOf(answer.body)).toBe("gone");
  });

  test.each([
    ["gzip", gzipSync("hello")],
    ["br", brotliCompressSync("hello")],
    ["identity", Buffer.from("hello")],
  ])("is decompressed from %s", async (encoding, body) => {
    const { url, options } = await serve(say(body, { "content-encoding": encoding }));
    expect(textOf((await guardedFetch(url(), options)).body)).toBe("hello");
  });

  test("looks the host up once for all requests, so that a second answer cannot change the address", async () => {
    let asked = 0;
    const { url, options } = await serve((request, response) => {
      response.writeHead(request.url === "/" ? 302 : 200, { location: "/b" }).end("done");
    });
    const lookup = async (): Promise<string[]> => [asked++ === 0 ? "127.0.0.1" : "10.0.0.1"];
    expect(textOf((await guardedFetch(url(), { ...options, lookup })).body)).toBe("done");
    expect(asked).toBe(1);
  });

  test("sends the Host header of the address, and no cookies", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const { url, options } = await serve((request, response) => {
      seen.push(request.headers);
      response.writeHead(request.url === "/" ? 302 : 200, { location: "/b", "set-cookie": "a=b; Path=/" }).end();
    });
    await guardedFetch(url(), { ...options, headers: { "x-own": "1" } });
    expect(seen).toHaveLength(2);
    for (const headers of seen) {
      expect(headers).toMatchObject({ host: new URL(url()).host, "x-own": "1" });
      expect(headers).not.toHaveProperty("cookie");
    }
  });

  test("tries the next address when the first does not answer", async () => {
    const { url, options } = await serve(say("hello"));
    // Nothing listens on the port at this address of loopback.
    const lookup = async (): Promise<string[]> => ["127.0.0.9", "127.0.0.1"];
    expect(textOf((await guardedFetch(url(), { ...options, lookup })).body)).toBe("hello");
  });
});

describe("over https", () => {
  test("the host of the address is asked for and its certificate checked, although the connection is by address", async () => {
    const asked: string[] = [];
    const files = await certificate(["feeds.example"]);
    const server = createTlsServer({
      ...files,
      SNICallback(name, callback) {
        asked.push(name);
        callback(null);
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const options = { lookup: async (): Promise<string[]> => ["127.0.0.1"], allowPrivate: true };
    await expect(guardedFetch(`https://feeds.example:${port}/`, options)).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringMatching(/SELF_SIGNED/),
    });
    expect(asked).toEqual(["feeds.example"]);
  });
});

describe("the guard refuses", () => {
  test.each([
    ["http://127.0.0.1/", "127.0.0.1, which is loopback"],
    ["http://2130706433/", "127.0.0.1, which is loopback"],
    ["http://0x7f.1/", "127.0.0.1, which is loopback"],
    ["http://0177.0.0.1./", "127.0.0.1, which is loopback"],
    ["http://[::1]/", "::1, which is loopback"],
    ["http://[::ffff:10.0.0.1]/", "::ffff:a00:1, which is private"],
    ["https://169.254.169.254/latest/meta-data", "169.254.169.254, which is link-local"],
  ])("%s", async (url, reason) => {
    const message = expect.stringMatching(new RegExp(`${reason} and not public; allowPrivate: true allows it`));
    await expect(guardedFetch(url)).rejects.toMatchObject({ code: "FORBIDDEN", message });
  });

  test("a name with one private address among public ones, naming host and kind", async () => {
    const lookup = async (): Promise<string[]> => ["1.1.1.1", "fd00::1"];
    await expect(guardedFetch("https://rebinding.example/", { lookup })).rejects.toMatchObject({
      code: "FORBIDDEN",
      message:
        "rebinding.example has the address fd00::1, which is unique-local and not public; allowPrivate: true allows it",
    });
  });

  test("a redirect to a private address, before anything is sent there", async () => {
    let reached = 0;
    const inner = await serve((_request, response) => {
      reached += 1;
      response.end("secret");
    });
    const target = inner.url("/").replace("feeds.example", "internal.example");
    const { url, options } = await serve(say("", { location: target }, 302));
    await expect(guardedFetch(url(), options)).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("internal.example"),
    });
    expect(reached).toBe(0);
  });

  test.each([
    ["ftp://example.com/", /not an http or https address/],
    ["file:///etc/passwd", /not an http or https address/],
    ["http://user:hunter2@example.com/", /contains a user name or a password/],
    ["http://[fe80::1%25eth0]/", /is not an address/],
    ["feed.xml", /is not an address/],
  ])("the address %s", async (url, message) => {
    const error = await guardedFetch(url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("hunter2");
  });

  test.each(["Cookie", "authorization", "Host"])("the header %s", async (name) => {
    await expect(guardedFetch("https://example.com/", { headers: { [name]: "x" } })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      message: `guardedFetch cannot send the header ${name}`,
    });
  });

  test.each([
    ["ftp://example.com/", "a ftp: address"],
    ["http://user:secret@example.com/", "an address with a user name or a password"],
    ["http://[", "an invalid address"],
  ])("a redirect to %s", async (location, reason) => {
    const { url, options } = await serve(say("", { location }, 301));
    await expect(guardedFetch(url(), options)).rejects.toMatchObject({
      code: "NOT_UNDERSTOOD",
      message: expect.stringContaining(`redirects to ${reason}`),
    });
  });

  test("the sixth redirect", async () => {
    const paths: string[] = [];
    const { url, options } = await serve((request, response) => {
      paths.push(request.url ?? "");
      response.writeHead(302, { location: `/${paths.length}` }).end();
    });
    await expect(guardedFetch(url(), options)).rejects.toMatchObject({
      code: "NOT_UNDERSTOOD",
      message: expect.stringContaining("an end within 5 redirects"),
    });
    expect(paths).toHaveLength(6);
  });
});

describe("a body", () => {
  test.each([
    ["announced as too large", { "content-length": "1001" }, Buffer.alloc(1001)],
    ["too large without a length", { "transfer-encoding": "chunked" }, Buffer.alloc(100_000)],
    ["too large once decompressed", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(10_000_000))],
    ["compressed in an unknown way", { "content-encoding": "zstd" }, Buffer.alloc(10)],
    ["not as compressed as it says", { "content-encoding": "gzip" }, Buffer.from("plain text")],
  ])("%s is not understood", async (_what, headers: Record<string, string>, body) => {
    const { url, options } = await serve(say(body, headers));
    await expect(guardedFetch(url(), { ...options, maxBytes: 1_000 })).rejects.toMatchObject({
      code: "NOT_UNDERSTOOD",
    });
  });

  test("of exactly the limit is read", async () => {
    const { url, options } = await serve(say(Buffer.alloc(1_000)));
    expect((await guardedFetch(url(), { ...options, maxBytes: 1_000 })).body).toHaveLength(1_000);
  });

  test("whose end is missing is a lost connection", async () => {
    const { url, options } = await serve(say(gzipSync("hello hello").subarray(0, -9), { "content-encoding": "gzip" }));
    await expect(guardedFetch(url(), options)).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });
});

describe("a download ends", () => {
  test("with TIMED_OUT or ABORTED when the signal says so while the server is silent", async () => {
    const { url, options } = await serve((_request, response) => {
      response.write("begin");
    });
    const timeout = new AbortController();
    const timedOut = guardedFetch(url(), { ...options, signal: timeout.signal });
    timeout.abort(new DOMException("too slow", "TimeoutError"));
    await expect(timedOut).rejects.toMatchObject({ code: "TIMED_OUT" });
    await expect(guardedFetch(url(), { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  test("with ABORTED while the lookup takes forever", async () => {
    const stop = new AbortController();
    const lookup = (): Promise<string[]> => {
      setImmediate(() => stop.abort());
      return new Promise(() => {});
    };
    await expect(guardedFetch("http://slow.example/", { lookup, signal: stop.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  test("with CONNECTION_LOST when the host has no address, and when nothing listens there", async () => {
    const lookup = async (): Promise<string[]> => [];
    await expect(guardedFetch("http://none.example/", { lookup })).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("ENOTFOUND"),
    });
    await expect(guardedFetch("http://127.0.0.1:1/", { allowPrivate: true })).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
