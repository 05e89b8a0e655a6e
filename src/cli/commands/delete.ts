/** `chatexchange delete`: takes back what you said. */
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { actOn } from "../message-actions.js";

export async function run(context: CliContext, ids: readonly string[]): Promise<number> {
  await actOn(context, ids, "deleted", (message) => message.delete({ signal: context.signal }));
  return exitCodes.success;
}
