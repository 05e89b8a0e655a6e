// npm runs this after an installation in a clone, before packing, and when another project installs a clone or the
// repository: it builds dist/. An installation of a plain clone by its path brings no development dependencies along,
// so they are installed first.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isInstalled = existsSync(join(root, "node_modules/typescript"));

if (!isInstalled && /\bdev\b/.test(process.env.npm_config_omit ?? "")) {
  console.error("chatexchange-ts: dist/ is not built, because the development dependencies are omitted");
} else {
  if (!isInstalled) {
    console.error(`chatexchange-ts: installing what the build in ${root} needs`);
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
    const install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    // Output of a program that npm runs must not mix with what `npm pack --json` prints.
    execFileSync(npm[0], [...npm.slice(1), ...install], { cwd: root, stdio: ["ignore", 2, 2] });
  }
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: ["ignore", 2, 2] });
}
