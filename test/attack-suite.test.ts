/**
 * A part of `npm run attack` with a fixed seed: responses to hostile requests and memory stay within their bounds. The
 * server runs in a process of its own; the attack fails if that process exits.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isRecord } from "../src/protocol/values.js";
import { IS_RELEASE, sizeOf } from "./sizes.js";

const root = resolve(import.meta.dirname, "..");

async function attack(kind: string, more: readonly string[]): Promise<Record<string, unknown>> {
  const args = ["scripts/attack.mjs", "--seed", "20261130", "--only", kind, "--json", ...more];
  // It exits with 1 when a bound does not hold; the printed result has the details.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: unknown) => {
    if (isRecord(error) && typeof error.stdout === "string" && error.stdout !== "") return { stdout: error.stdout };
    throw error;
  });
  const [result]: unknown[] = JSON.parse(stdout);
  if (!isRecord(result)) throw new Error(`no result: ${stdout}`);
  return result;
}

const ANSWERS = sizeOf({ near: 15, release: 600 });
/** The heap of the last round is compared with that of the second. */
const ROUNDS = 6;

test("the server answers no hostile request with more than its bound", { timeout: 300_000 }, async () => {
  expect(await attack("answers", ["--most", String(ANSWERS)])).toMatchObject({ bad: [], tried: ANSWERS });
});

// Each round sends 43 MB.
test.runIf(IS_RELEASE)(
  "the server under attack keeps its heap once its bounds are reached",
  { timeout: 300_000 },
  async () => {
    expect(await attack("memory", ["--rounds", String(ROUNDS)])).toMatchObject({ bad: [], tried: ROUNDS });
  },
);
