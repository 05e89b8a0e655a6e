/** Files that are written whole or not at all. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodeFiles } from "./file-port.js";
import { plainFile } from "./plain-file.js";

/**
 * Writes a file whole or not at all, readable by its owner only: into a temporary file first, which then replaces it. A
 * link stays a link: its target is replaced. The owner stays, where this process may give files away.
 * @param temporary - the temporary file, for a path with one writer: one left behind by a kill is then replaced
 */
export async function writeWholeFile(path: string, text: string, temporary?: string): Promise<void> {
  const real = plainFile(path);
  const next = temporary ?? besides(real);
  try {
    await rm(next, { force: true });
    const file = await open(next, "wx", 0o600);
    try {
      await file.writeFile(text);
      nodeFiles.keepOwner(file.fd, real);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, real);
    nodeFiles.syncFolderOf(real);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
}

/** A name that nothing else uses. */
function besides(path: string): string {
  return join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
}
