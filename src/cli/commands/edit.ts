/** `chatexchange edit`: changes what you said. */

import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { actOn } from "../message-actions.js";
import { type Flags, idOf } from "../table/arguments.js";
import { typedText } from "../typed-text.js";

export async function run(context: CliContext, [id, ...words]: readonly string[], flags: Flags): Promise<number> {
  idOf("message", id);
  const text = await typedText(context, words, flags);
  await actOn(context, [id ?? ""], "edited", (message) => message.edit(text, { signal: context.signal }));
  return exitCodes.success;
}
