/**
 * A part of `npm run hostile` with a fixed seed: whatever a site, a file or a user's function does, it ends in a value or
 * in a typed error. Each kind runs in a process of its own, which a crash would end, and a hang would keep.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { isRecord } from "../src/protocol/values.js";

const root = resolve(import.meta.dirname, "..");
const SEED = "20261129";

async function run(kind: string, most: number): Promise<Record<string, unknown>> {
  const args = ["scripts/hostile.mjs", "--seed", SEED, "--only", kind, "--most", String(most), "--json"];
  // It exits with 1 when the tally is bad: the tally itself says more.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }).catch(
    (error: unknown) => {
      if (isRecord(error) && typeof error.stdout === "string" && error.stdout !== "") return { stdout: error.stdout };
      throw error;
    },
  );
  const [tally]: unknown[] = JSON.parse(stdout);
  if (!isRecord(tally)) throw new Error(`no tally: ${stdout}`);
  return tally;
}

describe("ends in a value or a typed error, shows no secret and asks no foreign host", { timeout: 300_000 }, () => {
  // The first cases of redirects and answers are the 46 requests themselves, which nothing harms.
  test.each([
    ["redirects", 160, "60 redirects of each request to another place"],
    ["answers", 550, "500 answers of nonsense"],
    ["frames", 120, "100 frames and handshakes"],
    ["files", 140, "100 damaged files"],
    ["cli-files", 12, "damaged files of the command line"],
    ["hooks", 120, "100 hooks that throw, reject or answer nonsense"],
  ])("%s: %i cases of %s", async (kind, most) => {
    const { tried, bad } = await run(kind, most);
    expect(bad).toEqual([]);
    expect(tried).toBe(most);
  });
});
