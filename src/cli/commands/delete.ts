/** `chatexchange delete`: deletes messages. */
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { forEachMessage } from "../message-actions.js";

export async function run(context: CliContext, ids: readonly string[]): Promise<number> {
  await forEachMessage(context, ids, "deleted", (message) => message.delete({ signal: context.signal }));
  return EXIT_CODES.success;
}
