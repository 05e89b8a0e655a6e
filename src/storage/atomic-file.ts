/** Writes files atomically. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nodeFiles } from "./file-port.js";
import { removeLeftovers } from "./leftovers.js";
import { resolvePlainFile } from "./plain-file.js";

/** After how long a temporary file counts as left by a killed process, in milliseconds. */
const LEFT_AFTER_MS = 60_000;
const LEFTOVER = /^[\da-f]{12}\.tmp$/;

/**
 * Writes a file atomically, readable only by its owner: the text goes to a temporary file, which is then renamed over
 * the target. A symbolic link stays a link, and its target is replaced. The owner is kept if this process may change
 * owners. Removes what killed processes left of their tries.
 * @param temporary - the path of the temporary file, for a target with a single writer: a leftover of a killed process
 *   is then replaced
 */
export async function writeWholeFile(path: string, text: string, temporary?: string): Promise<void> {
  const real = resolvePlainFile(path);
  const next = temporary ?? temporaryBeside(real);
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

/** A file name that nothing else uses. */
function temporaryBeside(path: string): string {
  const prefix = join(dirname(path), `.${basename(path)}.`);
  removeLeftovers(prefix, LEFTOVER, (left) => Date.now() - statSync(left).mtimeMs > LEFT_AFTER_MS);
  return `${prefix}${randomBytes(6).toString("hex")}.tmp`;
}
