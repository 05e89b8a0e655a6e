/** Files that are written whole or not at all. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodeFiles } from "./file-port.js";

/**
 * Writes a file whole or not at all, readable by its owner only: into a temporary file first, which then replaces it.
 * @param temporary - the temporary file, for a path with one writer: one left behind by a kill is then replaced
 */
export async function writeWholeFile(path: string, text: string, temporary: string = besides(path)): Promise<void> {
  try {
    await rm(temporary, { force: true });
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    nodeFiles.syncFolderOf(path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** A name that nothing else uses. */
function besides(path: string): string {
  return join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
}
