/** Removes what killed processes left beside a file: temporary files, which nothing else would ever remove. */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Removes files beside a file whose names begin with a prefix and end with a random part. Never throws.
 * @param ending - the rest of such a name
 * @param isLeft - whether the process that made a file is gone
 */
export function removeLeftovers(prefix: string, ending: RegExp, isLeft: (path: string) => boolean): void {
  try {
    const start = basename(prefix);
    for (const name of fs.readdirSync(dirname(prefix))) {
      if (!name.startsWith(start) || !ending.test(name.slice(start.length))) continue;
      const path = join(dirname(prefix), name);
      if (isLeft(path)) fs.rmSync(path, { force: true });
    }
  } catch {
    // They do no harm.
  }
}
