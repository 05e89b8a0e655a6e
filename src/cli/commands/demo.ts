/** `chatexchange demo`: a bot and a person in a local chat. */
import { countFlag, type Flags } from "../arguments.js";
import type { CliContext } from "../context.js";
import { runDemo } from "../demo.js";

export function run(_context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  return runDemo({ keep: flags.keep === true, port: countFlag(flags, "port", 0) ?? 0 });
}
