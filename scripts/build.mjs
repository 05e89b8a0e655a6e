// Compiles src/ to dist/, bundles the libraries that are no dependencies, joins the files
// of each layer, copies the browser files of the local server, and writes the public declarations.
// Does nothing when dist/ is the result of exactly these sources; `--force` builds anyway.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isCurrent, DIST as PACKAGE, writeStamp } from "./package/stamp.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
/** The entries of the package. */
const ENTRIES = ["index", "bot/index", "server/index", "testing/index", "protocol/index"];
/** The command, and the table of commands that `npm run cli-docs` writes. */
const PROGRAMS = ["cli/main", "cli/table/reference"];
if (process.argv.includes("--force") || !isCurrent(ROOT, PACKAGE)) await build();
// `./repl` builds when a source is newer than this file.
else utimesSync(join(DIST, "cli/main.js"), new Date(), new Date());

async function build() {
  // The tools load only when there is something to build.
  const { bundleLibraries } = await import("./package/vendor.mjs");
  const { joinFiles } = await import("./package/join.mjs");
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  rmSync(DIST, { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, "-p", join(ROOT, "tsconfig.build.json")], { stdio: "inherit" });
  await bundleLibraries(DIST, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  await joinFiles(DIST, [...ENTRIES, ...PROGRAMS]);
  chmodSync(join(DIST, "cli/main.js"), 0o755);
  // The server looks for them beside the folder of its own file.
  cpSync(join(ROOT, "src/server/web"), join(DIST, "web"), { recursive: true });
  await writePublicDeclarations();
  writeStamp(ROOT, PACKAGE);
}

/**
 * Writes the declarations of the entries and of what they name, so that a user's compiler never reads an internal
 * type, nor the types of a package that only the inside uses.
 */
async function writePublicDeclarations() {
  const { rollup } = await import("rollup");
  const { dts } = await import("rollup-plugin-dts");
  const bundle = await rollup({
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(ROOT, "src", `${name}.ts`)])),
    external: (id) => /^[^./]/.test(id),
    plugins: [dts({ tsconfig: join(ROOT, "tsconfig.build.json"), compilerOptions: { removeComments: false } })],
  });
  await bundle.write({
    dir: DIST,
    entryFileNames: "[name].d.ts",
    chunkFileNames: "types/[name].d.ts",
    minifyInternalExports: false,
  });
}
