// Compiles src/ to dist/, copies what the compiler does not know, the browser files of the local server, and reduces
// the declarations to what is public.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
cpSync(join(root, "src/server/web"), join(dist, "server/web"), { recursive: true });
if (existsSync(join(dist, "cli/main.js"))) chmodSync(join(dist, "cli/main.js"), 0o755);
await keepPublicDeclarations();

/**
 * Replaces the declarations of all files by those of the four entries and of what they name, so that a user's compiler
 * never reads an internal type, nor the types of a package that only the inside uses.
 */
async function keepPublicDeclarations() {
  const entries = ["index", "server/index", "testing/index", "protocol/index"];
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.d.ts`)])),
    external: (id) => /^[^./]/.test(id),
    plugins: [dts()],
  });
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".d.ts")) rmSync(join(dist, name));
  await bundle.write({
    dir: dist,
    entryFileNames: "[name].d.ts",
    // Their names end in ".d" already.
    chunkFileNames: "types/[name].ts",
    minifyInternalExports: false,
  });
}
