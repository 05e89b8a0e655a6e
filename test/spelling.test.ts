/**
 * The spelling of every text of ours: American English, and the words of scripts/words.txt. Reading all files takes a
 * quarter of a minute, so it is a release test; `npm run spell` is the same at once.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { IS_RELEASE } from "./sizes.js";

const ROOT = resolve(import.meta.dirname, "..");
const CSPELL = resolve(ROOT, "node_modules/cspell/bin.mjs");
const TIMEOUT_MS = 300_000;

test.runIf(IS_RELEASE)("every word is in a dictionary or in scripts/words.txt", { timeout: TIMEOUT_MS }, async () => {
  const flags = ["lint", "--no-progress", "--no-summary", "--cache", "--cache-location", "build/cspell.json"];
  const { stdout } = await promisify(execFile)(process.execPath, [CSPELL, ...flags], { cwd: ROOT }).catch(
    (failure: { stdout: string }) => failure,
  );
  expect(stdout.split("\n").filter(Boolean)).toEqual([]);
});

test("scripts/words.txt is sorted, without repeats", () => {
  const words = readFileSync(resolve(ROOT, "scripts/words.txt"), "utf8").trimEnd().split("\n");
  const key = (word: string): string => word.toLowerCase();
  expect(words).toEqual(
    [...new Set(words)].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a < b ? -1 : 1)),
  );
});
