/** The recordings, if they are present: a fresh clone has none, and skips their tests with a warning. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../shared/fixtures");

/** Whether the recordings are present. */
export const haveRecordings: boolean = existsSync(folder);

if (!haveRecordings) {
  console.warn("\n*** The recordings (../shared/fixtures) are not at hand: the tests against them are SKIPPED. ***\n");
}

/** The text of a recording. */
export function recording(path: string): string {
  return readFileSync(resolve(folder, path), "utf8");
}

/** The recordings with this suffix, sorted. */
export function recordedFiles(ending: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(ending)).sort();
}
