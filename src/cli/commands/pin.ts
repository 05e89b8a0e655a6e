/** `chatexchange pin`: makes messages pinned, or not any more. */

import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { actOn } from "../message-actions.js";
import type { Flags } from "../table/arguments.js";

export async function run(context: CliContext, ids: readonly string[], flags: Flags): Promise<number> {
  const on = flags.off !== true;
  const done = on ? "pinned" : "unpinned";
  await actOn(context, ids, done, (message) => message.pin(on, { signal: context.signal }));
  return exitCodes.success;
}
