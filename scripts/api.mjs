// Writes the public API to etc/api, one file for each entry: `npm run api`. With `--check` writes nothing, and exits
// with 1 when a file is not current or something public has no doc comment.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readApi } from "./package/api.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "etc/api");
const isCheck = process.argv.includes("--check");
const { reports, undocumented } = readApi(root);
mkdirSync(folder, { recursive: true });
for (const [name, text] of reports) {
  const path = join(folder, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (isCheck) process.exitCode = 1;
  else writeFileSync(path, text);
  console.log(isCheck ? `etc/api/${name} is not current: npm run api` : `wrote etc/api/${name}`);
}
for (const name of undocumented) console.log(`no doc comment: ${name}`);
if (undocumented.length > 0) process.exitCode = 1;
