/**
 * A part of `npm run attack` with a fixed seed: hostile requests have answers within their bounds, and memory, too. The
 * server runs in a process of its own, whose end would fail the attack.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isRecord } from "../src/protocol/values.js";

const root = resolve(import.meta.dirname, "..");

async function attack(kind: string, more: readonly string[]): Promise<Record<string, unknown>> {
  const args = ["scripts/attack.mjs", "--seed", "20261130", "--only", kind, "--json", ...more];
  // It exits with 1 when a bound does not hold: the result itself says more.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: unknown) => {
    if (isRecord(error) && typeof error.stdout === "string" && error.stdout !== "") return { stdout: error.stdout };
    throw error;
  });
  const [result]: unknown[] = JSON.parse(stdout);
  if (!isRecord(result)) throw new Error(`no result: ${stdout}`);
  return result;
}

test.each([
  ["answers", 150, ["--most", "150"], "answers no hostile request with more than its bound"],
  ["memory", 3, ["--rounds", "3"], "keeps its heap once its bounds are reached"],
])("%s (%i): the server under attack with %j %s", { timeout: 300_000 }, async (kind, count, more) => {
  const { tried, bad } = await attack(kind, more);
  expect(bad).toEqual([]);
  expect(tried).toBe(count);
});
