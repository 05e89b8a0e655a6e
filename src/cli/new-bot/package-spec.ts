/** Finds out where npm gets this package from: the registry, or the file it was installed from. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../version.js";

const PACKAGE = "node_modules/chatexchange-ts";

/** The version range of this package for a package.json, or `file:…` if it was installed from a file. */
export function packageSpec(): string {
  const project = dirname(dirname(fileURLToPath(new URL("../..", import.meta.url))));
  const file = installedFile(project);
  return file === undefined ? `^${version()}` : `file:${resolve(project, file)}`;
}

/** The path of the package's file, as npm notes it in the folder of a project. */
function installedFile(project: string): string | undefined {
  try {
    const notes: { packages?: Record<string, { resolved?: unknown }> } = JSON.parse(
      readFileSync(resolve(project, "node_modules/.package-lock.json"), "utf8"),
    );
    const resolved = notes.packages?.[PACKAGE]?.resolved;
    return typeof resolved === "string" && resolved.startsWith("file:") ? resolved.slice("file:".length) : undefined;
  } catch {
    return undefined;
  }
}
