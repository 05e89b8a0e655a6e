/**
 * Unpacks the body of an answer. The packed size is bounded during reading; the unpacked size is bounded here, so that
 * a few kilobytes cannot fill the memory.
 */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { ConnectionError, type FailureContext, ParseError } from "../errors/index.js";

/** The encodings we accept, as an `accept-encoding` header. */
export const ACCEPT_ENCODING = "gzip, deflate, br";

/**
 * The unpacked body.
 * @throws {NOT_UNDERSTOOD} when more than `limit` bytes come out, and for encodings that were not asked for
 * @throws {CONNECTION_LOST} when the end is missing
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
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new ParseError("answer", `an end within ${limit} bytes, unpacked`, { ...context, cause: error });
    if (code === "Z_BUF_ERROR") throw new ConnectionError({ ...about, cause: error }, "the packed answer has no end");
    throw new ParseError("answer", `a body packed as ${name}`, { ...context, cause: error });
  }
  throw new ParseError("answer", `one of the encodings ${ACCEPT_ENCODING}`, context);
}

/** "deflate" should have the header of zlib; some servers leave it out. */
function hasZlibHeader(body: Buffer): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}
