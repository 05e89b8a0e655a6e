// Installs the package as users do: packed, and into an empty folder.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs a program. Resolves to its output, or rejects with it if the program fails. */
export const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs `dist` unchanged, and installs the package into an empty folder; `remove()` deletes the folder.
 * @param more - additional packages to install
 */
export async function installPacked(...more) {
  const folder = await mkdtemp(join(tmpdir(), "chatexchange-packed-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const [{ filename }] = JSON.parse((await run("npm", pack, { cwd: ROOT })).stdout);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`, ...more];
    await run("npm", install, { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}
