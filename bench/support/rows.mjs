// The rows of the benchmark: one file each in bench/rows.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../rows");

/** The names of all rows. */
export function rowNames() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => file.slice(0, -".mjs".length));
}

/** A row by its name. */
export async function loadRow(name) {
  const { row } = await import(`../rows/${name}.mjs`);
  return row;
}
