/** Sees to it that one process at a time writes to a file. What a killed process leaves behind holds nobody up. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { CliError, exitCodes } from "../exit-codes.js";

/** Resolves to the way to let go of the file. @throws {CliError} when another process writes there */
export async function lockWriter(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const take = (): Promise<void> => writeFile(lock, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
  await take().catch(async (error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const owner = Number.parseInt(await readFile(lock, "utf8").catch(() => ""), 10);
    // In a container every run may have the same number: one of ours is left from an earlier life.
    if (owner !== process.pid && isAlive(owner)) {
      throw new CliError(
        `process ${owner} is writing ${path}; wait for it, or delete ${lock} if that is not so`,
        exitCodes.failure,
      );
    }
    await rm(lock, { force: true });
    await take();
  });
  return () => rm(lock, { force: true });
}

/** Whether there is such a process; one that can't be told counts as none. */
function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
