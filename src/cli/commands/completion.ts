/** `chatexchange completion`: the completion script for a shell. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { completionScript } from "../table/completions.js";

export async function run(context: CliContext, [shell = ""]: readonly string[]): Promise<number> {
  await context.print(completionScript(shell).trimEnd());
  return EXIT_CODES.success;
}
