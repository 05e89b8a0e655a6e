/** Reads the version of this package from its package.json. */
import { readFileSync } from "node:fs";

/** The version, such as `0.1.0`. */
export function version(): string {
  const { version: text }: { version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return text;
}
