// The package as users get it: packed, and installed in an empty folder.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs a program; resolves to what it prints, and rejects with it when the program fails. */
export const run = promisify(execFile);

export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs `dist` as it is, and installs the package in an empty folder, which `await using` removes.
 * @param more - packages to install beside it
 */
export async function installPacked(...more) {
  const folder = await mkdtemp(join(tmpdir(), "chatexchange-packed-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const [{ filename }] = JSON.parse((await run("npm", pack, { cwd: root })).stdout);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`, ...more];
    await run("npm", install, { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}
