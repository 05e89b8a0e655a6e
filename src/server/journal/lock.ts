/** A file beside another that says which process uses it. A process that is gone holds no lock. */
import fs from "node:fs";
import { UsageError } from "../../errors/index.js";

/**
 * Takes the lock of a file; what it returns gives it back.
 * @throws {BAD_ARGUMENT} when a living process has it.
 */
export function lock(path: string): () => void {
  const beside = `${path}.lock`;
  const holder = holderOf(beside);
  if (holder !== null && isAlive(holder)) {
    throw new UsageError(
      `${path} is in use by process ${holder}; stop that server first (or delete ${beside} if it is no server)`,
    );
  }
  fs.rmSync(beside, { force: true });
  fs.writeFileSync(beside, String(process.pid), { flag: "wx", mode: 0o600 });
  return () => fs.rmSync(beside, { force: true });
}

function holderOf(path: string): number | null {
  try {
    return Number.parseInt(fs.readFileSync(path, "utf8"), 10) || null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
