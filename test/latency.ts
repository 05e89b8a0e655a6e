/**
 * The latency of the servers in tests: CHATEXCHANGE_TEST_LATENCY is milliseconds, such as "60" or "30-80", none by
 * default; CHATEXCHANGE_TEST_SEED seeds the delays.
 */
import type { ChatServerOptions } from "chatexchange-ts/server";
import { Random } from "../src/server/seed/random.js";

interface Range {
  readonly latencyMs: readonly [least: number, most: number];
  random(): number;
}

function range(): Range | undefined {
  const { CHATEXCHANGE_TEST_LATENCY: text, CHATEXCHANGE_TEST_SEED: seed = 1 } = process.env;
  if (!text) return undefined;
  const [least = 0, most = least] = text.split("-").map(Number);
  const random = new Random(Number(seed));
  return { latencyMs: [least, most], random: () => random.next() };
}

/** The server's options for this run. */
export function latency(): Pick<ChatServerOptions, "latencyMs" | "random"> {
  return range() ?? {};
}

/** The request handler of a stand-in, with the latency of the run. */
export function distant<Args extends unknown[]>(handle: (...args: Args) => void): (...args: Args) => void {
  const far = range();
  if (!far) return handle;
  const [least, most] = far.latencyMs;
  return (...args) => void setTimeout(handle, least + far.random() * (most - least), ...args);
}
