/**
 * How far away the servers of the tests are: CHATEXCHANGE_TEST_LATENCY is milliseconds, such as "60" or "30-80", and
 * CHATEXCHANGE_TEST_SEED says which delays are drawn. Without it they are at hand.
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
