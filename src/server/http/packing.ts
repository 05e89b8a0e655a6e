/** Compresses responses in an encoding that the request accepts, or incorrectly on purpose. */
import { promisify } from "node:util";
import { brotliCompress, constants, deflate, gzip, gzipSync } from "node:zlib";

/** How {@link Faults.packed} compresses a response badly: a gzip bomb, a truncated stream, or ten layers of gzip. */
export type BadPacking = "bomb" | "truncated" | "stacked";

/** Compressing smaller responses is not worth it. */
const MIN_BYTES = 1_024;
const COMPRESSORS: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body) => promisify(gzip)(body, { level: 4 }),
  deflate: (body) => promisify(deflate)(body, { level: 4 }),
};
/** The size of a bomb: this many MiB of spaces follow the response. */
const BOMB_MEBIBYTES = 256;
const STACKED_LAYERS = 10;

/** Compresses a response for a client that accepts these encodings. */
export async function compressed(response: Response, accepted: string, fault?: BadPacking): Promise<Response> {
  const encoding = fault ? "gzip" : chooseEncoding(accepted);
  const type = response.headers.get("content-type") ?? "";
  if (!response.body || response.headers.has("content-encoding") || (!fault && !/^text\/|json|xml|script/.test(type))) {
    return response;
  }
  response.headers.append("Vary", "Accept-Encoding");
  const pack = COMPRESSORS[encoding ?? ""];
  if (!encoding || !pack) return response;
  const body = Buffer.from(await response.arrayBuffer());
  if (fault) return withBody(response, ...corruptCompression(body, fault));
  return body.length < MIN_BYTES ? withBody(response, body) : withBody(response, await pack(body), encoding);
}

function withBody({ status, headers }: Response, body: Buffer, encoding?: string): Response {
  if (encoding) headers.set("Content-Encoding", encoding);
  headers.delete("content-length");
  return new Response(new Uint8Array(body), { status, headers });
}

/** Picks the best accepted encoding; our order decides between equal weights. */
function chooseEncoding(accepted: string): string | undefined {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    weights.set(name, Number(weight) || 0);
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get("*") ?? 0;
  const best = Object.keys(COMPRESSORS).sort((a, b) => weightOf(b) - weightOf(a))[0];
  return best && weightOf(best) > 0 ? best : undefined;
}

function corruptCompression(body: Buffer, fault: BadPacking): [body: Buffer, encoding: string] {
  const once = gzipSync(body);
  if (fault === "truncated") return [once.subarray(0, Math.ceil(once.length / 2)), "gzip"];
  if (fault === "stacked") {
    let layered = once;
    for (let layer = 1; layer < STACKED_LAYERS; layer++) layered = gzipSync(layered);
    return [layered, Array<string>(STACKED_LAYERS).fill("gzip").join(", ")];
  }
  // A gzip stream may have many members in sequence.
  const mebibyte = gzipSync(Buffer.alloc(1_048_576, " "));
  return [Buffer.concat([once, ...Array<Buffer>(BOMB_MEBIBYTES).fill(mebibyte)]), "gzip"];
}
