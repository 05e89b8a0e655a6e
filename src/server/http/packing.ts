/** Compressed answers, in the encoding that the request accepts, or broken on purpose. */
import { promisify } from "node:util";
import { brotliCompress, constants, deflate, gzip, gzipSync } from "node:zlib";

/** A broken packed answer: a gzip bomb, one that is cut off in the middle, or one that is packed many times. */
export type BadPacking = "bomb" | "truncated" | "stacked";

/** Smaller answers cost more packed than plain. */
const minBytes = 1_024;
const packers: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body) => promisify(gzip)(body, { level: 4 }),
  deflate: (body) => promisify(deflate)(body, { level: 4 }),
};
/** The size of an unpacked bomb: so many MiB of spaces follow the answer. */
const bombMebibytes = 256;
const layers = 10;

/** The answer as it goes out to a client that takes these encodings. */
export async function packed(response: Response, accepted: string, fault?: BadPacking): Promise<Response> {
  const encoding = fault ? "gzip" : chosenEncoding(accepted);
  const type = response.headers.get("content-type") ?? "";
  if (!response.body || response.headers.has("content-encoding") || (!fault && !/^text\/|json|xml|script/.test(type))) {
    return response;
  }
  response.headers.append("Vary", "Accept-Encoding");
  const pack = packers[encoding ?? ""];
  if (!encoding || !pack) return response;
  const body = Buffer.from(await response.arrayBuffer());
  if (fault) return answer(response, ...badlyPacked(body, fault));
  return body.length < minBytes ? answer(response, body) : answer(response, await pack(body), encoding);
}

function answer({ status, headers }: Response, body: Buffer, encoding?: string): Response {
  if (encoding) headers.set("Content-Encoding", encoding);
  headers.delete("content-length");
  return new Response(new Uint8Array(body), { status, headers });
}

/** The best of what is accepted: the order is ours where the client's weights do not decide. */
function chosenEncoding(accepted: string): string | undefined {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    weights.set(name, Number(weight) || 0);
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get("*") ?? 0;
  const best = Object.keys(packers).sort((a, b) => weightOf(b) - weightOf(a))[0];
  return best && weightOf(best) > 0 ? best : undefined;
}

function badlyPacked(body: Buffer, fault: BadPacking): [body: Buffer, encoding: string] {
  const once = gzipSync(body);
  if (fault === "truncated") return [once.subarray(0, Math.ceil(once.length / 2)), "gzip"];
  if (fault === "stacked") {
    let layered = once;
    for (let layer = 1; layer < layers; layer++) layered = gzipSync(layered);
    return [layered, Array<string>(layers).fill("gzip").join(", ")];
  }
  // A gzip stream may have many members, one after the other.
  const mebibyte = gzipSync(Buffer.alloc(1_048_576, " "));
  return [Buffer.concat([once, ...Array<Buffer>(bombMebibytes).fill(mebibyte)]), "gzip"];
}
