/** Reads the body of an answer in bounded memory, and tells the failures of a download apart. */

import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createUnzip } from "node:zlib";
import { AbortedError, ChatError, ConnectionError, ParseError, TimedOutError, UsageError } from "../errors/index.js";
import { codeOf } from "./error-code.js";

/**
 * The decompressed body.
 * @throws {NOT_UNDERSTOOD} when it is larger than `maxBytes`, compressed or not
 */
export async function readBounded(
  body: Readable,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  maxBytes: number,
): Promise<Uint8Array> {
  const tooLarge = (): ParseError => new ParseError("answer", `an end within ${maxBytes} bytes`);
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const decoder = decoderOf(headers["content-encoding"]);
  // A failure of either stream reaches the reader of the last one.
  const source = decoder ? pipeline(body, decoder, () => {}) : body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoderOf(encoding: string | string[] | undefined): Transform | undefined {
  const name = String(encoding ?? "")
    .trim()
    .toLowerCase();
  if (name === "" || name === "identity") return undefined;
  if (name === "br") return createBrotliDecompress();
  if (/^(?:x-)?gzip$|^deflate$/.test(name)) return createUnzip();
  throw new ParseError("answer", "one of the encodings gzip, deflate and br");
}

/** Converts the failure of a download: errors of this package pass unchanged. */
export function downloadFailure(error: unknown, host: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) {
    const { reason } = signal;
    const isTimeout = reason instanceof Error && reason.name === "TimeoutError";
    return isTimeout ? new TimedOutError({ host }) : new AbortedError({ host, cause: reason });
  }
  if (error instanceof ChatError) return error;
  const code = codeOf(error);
  const context = { host, cause: error };
  if (code?.startsWith("UND_ERR_INVALID")) return new UsageError("the request is invalid", context);
  if (/^(?:Z_(?!BUF)\w+|ERR_BROTLI\w*|ERR__ERROR_FORMAT\w*)$/.test(code ?? ""))
    return new ParseError("answer", "a body that can be decompressed", context);
  return new ConnectionError(context, `the connection failed (${code ?? "not HTTP"})`);
}
