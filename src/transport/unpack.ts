/**
 * Decompresses the body of an answer. The compressed size is limited while reading; the decompressed size is limited
 * here, so that a few kilobytes cannot fill the memory.
 */

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { ConnectionError, type FailureContext, ParseError } from "../errors/index.js";
import { codeOf } from "../util/error-code.js";

/** The accepted encodings, as an `accept-encoding` header. */
export const ACCEPT_ENCODING = "gzip, deflate, br";

/**
 * The decompressed body.
 * @throws {NOT_UNDERSTOOD} when it is larger than `limit` bytes, and for encodings that were not asked for
 * @throws {CONNECTION_LOST} when its end is missing
 */
export function unpack(
  body: Buffer,
  encoding: string | string[] | undefined,
  limit: number,
  about: FailureContext,
): Buffer {
  const name = (Array.isArray(encoding) ? encoding.join(",") : (encoding ?? "")).trim().toLowerCase();
  if (name === "" || name === "identity" || body.length === 0) return body;
  const context: FailureContext = { ...about, bare: true };
  try {
    const options = { maxOutputLength: limit };
    if (name === "gzip" || name === "x-gzip") return gunzipSync(body, options);
    if (name === "br") return brotliDecompressSync(body, options);
    if (name === "deflate") return hasZlibHeader(body) ? inflateSync(body, options) : inflateRawSync(body, options);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new ParseError("answer", `an end within ${limit} bytes, decompressed`, { ...context, cause: error });
    if (code === "Z_BUF_ERROR")
      throw new ConnectionError({ ...about, cause: error }, "the compressed answer is truncated");
    throw new ParseError("answer", `a body compressed as ${name}`, { ...context, cause: error });
  }
  throw new ParseError("answer", `one of the encodings ${ACCEPT_ENCODING}`, context);
}

/** "deflate" should have a zlib header; some servers omit it. */
function hasZlibHeader(body: Buffer): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}
