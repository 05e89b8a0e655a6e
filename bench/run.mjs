// `npm run bench [NAME]`: every benchmark, or one of them.
import { readdirSync } from "node:fs";

const only = process.argv[2];
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".mjs") && !["run.mjs", "measure.mjs"].includes(file))
  .map((file) => file.slice(0, -4));
for (const name of names) {
  if (only && name !== only) continue;
  console.log(`\n# ${name}`);
  await import(`./${name}.mjs`);
}
