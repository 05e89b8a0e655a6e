/** Folders that a test file may write to; `test/clean-up.ts` removes them when the file is done. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "vitest";

const folders = new Set<string>();

/** A new empty folder, named after the test file. */
export function temporaryFolder(): string {
  const name = basename(expect.getState().testPath ?? "test").replace(/\.test\.ts$/, "");
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.add(folder);
  return folder;
}

/** Removes the folders once everything that the tests started has ended. */
export function removeTemporaryFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.clear();
}
