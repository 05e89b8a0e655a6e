/** `chatexchange send`: posts a message. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { clientForAction } from "../message-actions.js";
import { type Flags, parseId, textFlag } from "../table/arguments.js";
import { typedText } from "../typed-text.js";

export async function run(context: CliContext, [room, ...words]: readonly string[], flags: Flags): Promise<number> {
  const roomId = parseId("room", room);
  const replyTo = textFlag(flags, "reply-to");
  const split = textFlag(flags, "split");
  const options = {
    ...(replyTo === undefined ? {} : { replyTo: parseId("message", replyTo) }),
    signal: context.signal,
  };
  const text = await typedText(context, words, flags);
  const target = (await clientForAction(context)).getRoom(roomId);
  const sent =
    split === "words" || split === "lines"
      ? await target.sendParts(text, { ...options, split })
      : [await target.sendMessage(text, options)];
  for (const { id, permalink } of sent) {
    if (context.json) await context.printJson({ id, roomId, permalink });
    else await context.print(`${id}  ${permalink}`);
  }
  return EXIT_CODES.success;
}
