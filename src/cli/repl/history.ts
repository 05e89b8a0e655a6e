/** The REPL's history: a file that only its owner reads, without the lines that hold a password. */
import { chmod, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { REPLServer } from "node:repl";

/** Lines that may hold a secret. */
const secretive = /\blogin\s*\(|password|cookie/i;

/** Keeps the history in the folder; tells why not when that can not be. */
export async function keepHistory(server: REPLServer, folder: string): Promise<string | undefined> {
  const path = join(folder, "repl-history");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await (await open(path, "a+", 0o600)).close();
    await chmod(path, 0o600);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return `History is off: ${path} can not be written (${code}).`;
  }
  server.on("history", (lines: string[]) => {
    const kept = lines.filter((line) => !secretive.test(line));
    if (kept.length < lines.length) lines.splice(0, lines.length, ...kept);
  });
  return new Promise((resolve) => {
    server.setupHistory(path, (error) => resolve(error ? `History is off: ${error.message}` : undefined));
  });
}
