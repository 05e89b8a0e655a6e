// `npm run bench [NAME]`: every benchmark, or one of them.
import { readdirSync } from "node:fs";

const only = process.argv[2];
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".mjs") && !["run.mjs", "measure.mjs"].includes(file))
  .map((file) => file.slice(0, -4));
if (only && !names.includes(only)) {
  console.error(`There is no benchmark "${only}". Usage: npm run bench [${names.join(" | ")}]`);
  process.exit(2);
}
for (const name of names) {
  if (only && name !== only) continue;
  console.log(`\n# ${name}`);
  await import(`./${name}.mjs`);
}
