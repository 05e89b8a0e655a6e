/** `chatexchange demo`: a bot and a person in a local chat. */

import type { CliContext } from "../context.js";
import { runDemo } from "../demo/index.js";
import { countFlag, type Flags } from "../table/arguments.js";

export function run(_context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  return runDemo({ keep: flags.keep === true, port: countFlag(flags, "port", 0) ?? 0 });
}
