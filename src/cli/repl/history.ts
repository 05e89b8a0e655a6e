/** The REPL's history: a file that only its owner reads, without the lines that hold a password. */
import { once } from "node:events";
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { REPLServer } from "node:repl";
import { codeOf, fileReason } from "../../storage/failures.js";
import { plainFile } from "../../storage/plain-file.js";

/** Lines that may hold a secret. */
const secretive = /\blogin\s*\(|password|cookie/i;

/** How long the end waits for the last lines to be written, in milliseconds. */
const patienceMs = 1_000;

/** How keeping a history goes. */
export interface History {
  /** Why there is none. */
  readonly trouble?: string;
  /** Resolves when the last lines are in the file. */
  written(): Promise<void>;
}

/** Keeps the history in the folder; tells why not when that can not be. */
export async function keepHistory(server: REPLServer, folder: string): Promise<History> {
  const path = join(folder, "repl-history");
  const off = (reason: string): History => ({ trouble: `History is off: ${reason}.`, written: async () => {} });
  try {
    // Synchronous, so that no line is read before there is a history to keep it in.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(plainFile(path), "a+", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    return off(`${path} can not be written (${codeOf(error) ?? fileReason(error) ?? "unknown"})`);
  }
  server.on("history", (lines: string[]) => {
    const kept = lines.filter((line) => !secretive.test(line));
    if (kept.length < lines.length) lines.splice(0, lines.length, ...kept);
  });
  // A REPL whose input ends meanwhile never calls back.
  const error = await new Promise<Error | null>((resolve) => {
    server.once("exit", () => resolve(null));
    server.setupHistory(path, resolve);
  });
  if (error) return off(error.message);
  let isWaiting = false;
  server.on("line", () => {
    isWaiting = true;
  });
  server.on("flushHistory", () => {
    isWaiting = false;
  });
  return {
    async written() {
      if (isWaiting) await once(server, "flushHistory", { signal: AbortSignal.timeout(patienceMs) }).catch(() => {});
    },
  };
}
