/** `chatexchange edit`: edits a message. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { forEachMessage } from "../message-actions.js";
import { type Flags, parseId } from "../table/arguments.js";
import { typedText } from "../typed-text.js";

export async function run(context: CliContext, [id, ...words]: readonly string[], flags: Flags): Promise<number> {
  parseId("message", id);
  const text = await typedText(context, words, flags);
  await forEachMessage(context, [id ?? ""], "edited", (message) => message.edit(text, { signal: context.signal }));
  return EXIT_CODES.success;
}
