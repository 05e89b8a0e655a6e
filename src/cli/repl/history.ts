/** The REPL's history: a private file, without lines that contain a password. */
import { once } from "node:events";
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { REPLServer } from "node:repl";
import { fileReason } from "../../storage/failures.js";
import { resolvePlainFile } from "../../storage/plain-file.js";
import { codeOf } from "../../util/error-code.js";

/** Lines that may contain a secret. */
const SECRET_LINE = /\blogin\s*\(|password|cookie/i;

/** How long to wait on exit for the last lines to be written, in milliseconds. */
const FLUSH_TIMEOUT_MS = 1_000;

/** The state of the history. */
export interface History {
  /** Why it is off. */
  readonly trouble?: string;
  /** Resolves when the last lines are in the file. */
  written(): Promise<void>;
}

/** Stores the history in the folder; returns the reason if that is not possible. */
export async function keepHistory(server: REPLServer, folder: string): Promise<History> {
  const path = join(folder, "repl-history");
  const off = (reason: string): History => ({ trouble: `History is off: ${reason}.`, written: async () => {} });
  try {
    // Synchronous, so that no line is read before there is a history to store it in.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(resolvePlainFile(path), "a+", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    return off(`cannot write ${path} (${codeOf(error) ?? fileReason(error) ?? "unknown"})`);
  }
  server.on("history", (lines: string[]) => {
    const kept = lines.filter((line) => !SECRET_LINE.test(line));
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
      if (isWaiting)
        await once(server, "flushHistory", { signal: AbortSignal.timeout(FLUSH_TIMEOUT_MS) }).catch(() => {});
    },
  };
}
