/**
 * The latency of the servers in tests: CHATEXCHANGE_TEST_LATENCY is milliseconds, such as "60" or "30-80", none by
 * default; CHATEXCHANGE_TEST_SEED seeds the delays.
 */
import type { ChatServerOptions, Delay } from "chatexchange-ts/server";
import { Random } from "../src/server/seed/random.js";

/** The server's options for this run. */
export function latency(): Pick<ChatServerOptions, "latencyMs" | "random"> {
  const text = process.env.CHATEXCHANGE_TEST_LATENCY;
  if (!text) return {};
  const random = new Random(Number(process.env.CHATEXCHANGE_TEST_SEED ?? 1));
  return { latencyMs: delayOf(text), random: () => random.next() };
}

function delayOf(text: string): Delay {
  const [least = 0, most = least] = text.split("-").map(Number);
  return [least, most];
}
