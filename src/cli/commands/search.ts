/** `chatexchange search`: finds messages. */

import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { knownJson, lineOf } from "../output/message-line.js";
import { MessagePrinter } from "../output/message-printer.js";
import { countFlag, type Flags, idOf, textFlag } from "../table/arguments.js";

export async function run(context: CliContext, words: readonly string[], flags: Flags): Promise<number> {
  const limit = countFlag(flags, "limit", 0) ?? 20;
  const [room, user] = [textFlag(flags, "room"), textFlag(flags, "user")];
  const client = await context.client();
  const printer = new MessagePrinter(context);
  const hits = client.searchMessages(words.join(" "), {
    ...(room === undefined ? {} : { room: idOf("room", room) }),
    ...(user === undefined ? {} : { user: idOf("user", user) }),
    signal: context.signal,
  });
  let shown = 0;
  for await (const message of hits) {
    if (limit > 0 && shown >= limit) {
      if (!context.json) context.note(`more than ${limit}; --limit 0 shows all`);
      break;
    }
    shown += 1;
    if (context.json) {
      const { id, roomId, userId, user: name, text, content, stars, edits: _, ...rest } = knownJson(message);
      const edited = message.peek.edited ?? false;
      const { permalink } = rest;
      await context.printJson({ id, roomId, userId, user: name, text, content, stars, edited, permalink });
      continue;
    }
    await printer.print(lineOf(message, { time: null }));
    await context.print(context.style("dim", `${" ".repeat(7)}${message.permalink}`));
  }
  if (shown === 0 && !context.json) context.note("nothing was found");
  return exitCodes.success;
}
