/** `chatexchange completion`: the completion script for a shell. */
import { completionScript } from "../completions.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";

export async function run(context: CliContext, [shell = ""]: readonly string[]): Promise<number> {
  await context.print(completionScript(shell).trimEnd());
  return exitCodes.success;
}
