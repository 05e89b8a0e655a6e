// Tells whether a folder is the result of the sources as they are: a stamp in build/ holds a hash of both.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The package, and the files that decide its contents; installed libraries count by their versions in package-lock.json. */
export const DIST = {
  output: "dist",
  inputs: [
    "src",
    "scripts/build.mjs",
    "scripts/package",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
  ],
};

/** The compiled examples. */
export const EXAMPLES = { output: "build/examples", inputs: ["examples", "tsconfig.json", "package-lock.json"] };

/** True when a build would write the same output again. */
export function isCurrent(root, target) {
  const path = stampOf(root, target);
  return (
    existsSync(path) && existsSync(join(root, target.output)) && readFileSync(path, "utf8") === hashOf(root, target)
  );
}

export function writeStamp(root, target) {
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(stampOf(root, target), hashOf(root, target));
}

function stampOf(root, { output }) {
  return join(root, "build", `${basename(output)}.stamp`);
}

function hashOf(root, { inputs, output }) {
  const hash = createHash("sha256");
  for (const path of [...inputs, output].flatMap((name) => filesBelow(root, name)))
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  return hash.digest("hex");
}

/** The files at or below a path, sorted; none when there is nothing at the path. */
function filesBelow(root, name) {
  const path = join(root, name);
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [name];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}
