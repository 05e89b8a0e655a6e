/** Responses are compressed, and their decompressed size is bounded. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { Client } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { standIn } from "./stand-in.js";
import { ends, failureOf } from "./support.js";

const text = "<b>the same words again</b> ".repeat(400).trim();

/** The source of a message as the client reads it from an answer packed like this. */
async function readPacked(encoding: string, body: Buffer): Promise<string | null> {
  const url = await standIn((_, response) => response.writeHead(200, { "content-encoding": encoding }).end(body));
  return ends(new Client(url)).getMessage(5).contentSource;
}

describe("an answer", () => {
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["identity", Buffer.from(text)],
  ])("is unpacked when it is packed as %s", async (encoding, body) => {
    expect(await readPacked(encoding, body)).toBe(text);
  });

  test("is requested packed", async () => {
    let asked: string | string[] | undefined;
    const url = await standIn((request, response) => {
      asked = request.headers["accept-encoding"];
      response.end("hello");
    });
    expect(await ends(new Client(url)).getMessage(5).contentSource).toBe("hello");
    expect(asked).toBe("gzip, deflate, br");
  });

  const bomb = Buffer.alloc(64 * 1024 * 1024);
  test.each([
    ["gzip", gzipSync(bomb)],
    ["br", brotliCompressSync(bomb)],
    ["deflate", deflateSync(bomb)],
  ])("is cut off at the limit when a few kilobytes of %s unpack to 64 MiB", async (encoding, body) => {
    const error = await failureOf(readPacked(encoding, body));
    expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", context: { bare: true } });
    expect(String(error)).toMatch(/16777216 bytes/);
  });

  test.each(["gzip, gzip", "br, gzip", "gzip, deflate", "zstd", "compress"])(
    "is refused when it is packed as %s",
    async (encoding) => {
      const error = await failureOf(readPacked(encoding, gzipSync(gzipSync(text))));
      expect(error).toMatchObject({ code: "NOT_UNDERSTOOD" });
    },
  );

  test.each([
    ["gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate", deflateSync(text)],
  ])("is CONNECTION_LOST when its %s has no end", async (encoding, body) => {
    const error = await failureOf(readPacked(encoding, body.subarray(0, body.length - 9)));
    expect(error).toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("is NOT_UNDERSTOOD when its encoding is not the declared one", async () => {
    expect(await failureOf(readPacked("gzip", Buffer.from("hello, hello")))).toMatchObject({ code: "NOT_UNDERSTOOD" });
  });
});
