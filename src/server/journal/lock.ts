/** A file beside another that says which process uses it. A process that is gone holds no lock. */
import fs from "node:fs";
import { UsageError } from "../../errors/index.js";

/**
 * Takes the lock of a file; what it returns gives it back.
 * @throws {BAD_ARGUMENT} when a living process has it.
 */
export function lock(path: string): () => void {
  const beside = `${path}.lock`;
  if (!take(beside)) {
    const holder = holderOf(beside);
    const refusal = `${path} is in use by process ${holder}; stop that server first (or delete ${beside} if it is no server)`;
    if (holder !== null && isAlive(holder) && !isOfAnEarlierRun(beside, holder)) throw new UsageError(refusal);
    fs.rmSync(beside, { force: true });
    if (!take(beside)) throw new UsageError(refusal);
  }
  return () => fs.rmSync(beside, { force: true });
}

/** Makes the file, unless it is there. */
function take(path: string): boolean {
  try {
    fs.writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** In a container every run may have the same process id, so an older lock with ours is of a run that was killed. */
function isOfAnEarlierRun(path: string, holder: number): boolean {
  if (holder !== process.pid) return false;
  const startedAt = Date.now() - process.uptime() * 1000;
  return (fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < startedAt - 1000;
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
