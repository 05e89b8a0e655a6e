/** `chatexchange pin`: pins or unpins messages. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { forEachMessage } from "../message-actions.js";
import type { Flags } from "../table/arguments.js";

export async function run(context: CliContext, ids: readonly string[], flags: Flags): Promise<number> {
  const on = flags.off !== true;
  const done = on ? "pinned" : "unpinned";
  await forEachMessage(context, ids, done, (message) => message.pin(on, { signal: context.signal }));
  return EXIT_CODES.success;
}
