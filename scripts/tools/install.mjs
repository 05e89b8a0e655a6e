// Tools that the project is tested with but does not depend on: other runtimes, compilers, bundlers. Each set is installed
// from the npm registry into its own folder of a cache, which CHATEXCHANGE_TOOLS can override.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import envPaths from "env-paths";

const run = promisify(execFile);

/** The sets of packages by name, with exact versions, so that an upgrade is a commit. */
export const TOOL_SETS = {
  node22: ["node@22.23.3"],
  node24: ["node@24.21.0"],
  node26: ["node@26.10.0"],
  bun: ["bun@1.4.5"],
  deno: ["deno@2.9.6"],
  typescript5: ["typescript@5.9.3"],
  typescript6: ["typescript@6.0.3"],
  typescript7: ["typescript@7.0.2"],
  stryker: ["@stryker-mutator/core@9.6.1", "@stryker-mutator/vitest-runner@9.6.1", "vitest@4.1.11"],
  bundlers: [
    "esbuild@0.28.2",
    "rollup@4.68.8",
    "@rollup/plugin-node-resolve@16.0.3",
    "@rollup/plugin-commonjs@29.0.3",
    "@rollup/plugin-json@6.1.0",
  ],
};

function placeOf(name) {
  const packages = TOOL_SETS[name];
  if (!packages) throw new Error(`there is no set of tools "${name}"; there are ${Object.keys(TOOL_SETS).join(", ")}`);
  const cache = process.env.CHATEXCHANGE_TOOLS ?? envPaths("chatexchange-ts-tools", { suffix: "" }).cache;
  const folder = join(cache, packages.join("+").replace(/[^\w.@+-]/g, "-"));
  return { packages, cache, folder, modules: join(folder, "node_modules") };
}

/** The path of a command of an installed set; undefined if it is not installed. */
export function installedCommand(name, command) {
  const path = join(placeOf(name).modules, ".bin", command);
  return existsSync(path) ? path : undefined;
}

/**
 * Installs a set unless it is already installed.
 * @returns its `node_modules` folder
 */
export async function installTools(name) {
  const { packages, cache, folder, modules } = placeOf(name);
  if (existsSync(modules)) return modules;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, "new-"));
  try {
    // The packages of Node, Bun, Deno and esbuild install their binary by a script; only they may run one.
    const allowScripts = { node: true, bun: true, deno: true, esbuild: true };
    await writeFile(join(fresh, "package.json"), JSON.stringify({ private: true, allowScripts }));
    await run("npm", ["install", "--no-fund", "--no-audit", "--prefer-offline", "--save-exact", ...packages], {
      cwd: fresh,
    });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another process may have installed it meanwhile.
    if (!existsSync(modules)) throw new Error(`could not install ${packages.join(" ")}: ${error.stderr ?? error}`);
  }
  return modules;
}

/** Installs a set, and returns the path of one of its commands. */
export async function toolCommand(name, command) {
  return join(await installTools(name), ".bin", command);
}
