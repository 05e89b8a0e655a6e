/** `chatexchange search`: searches messages. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { messageJson, messageLine } from "../output/message-line.js";
import { MessagePrinter } from "../output/message-printer.js";
import { countFlag, type Flags, parseId, textFlag } from "../table/arguments.js";

export async function run(context: CliContext, words: readonly string[], flags: Flags): Promise<number> {
  const limit = countFlag(flags, "limit", 0) ?? 20;
  const [room, user] = [textFlag(flags, "room"), textFlag(flags, "user")];
  const client = await context.client();
  const printer = new MessagePrinter(context);
  const hits = client.searchMessages(words.join(" "), {
    ...(room === undefined ? {} : { room: parseId("room", room) }),
    ...(user === undefined ? {} : { user: parseId("user", user) }),
    signal: context.signal,
  });
  let shown = 0;
  for await (const message of hits) {
    if (limit > 0 && shown >= limit) {
      if (!context.json) context.note(`showing the first ${limit}; use --limit 0 to show all`);
      break;
    }
    shown += 1;
    if (context.json) {
      const { id, roomId, userId, user: name, text, content, stars, edits: _, ...rest } = messageJson(message);
      const edited = message.peek.edited ?? false;
      const { permalink } = rest;
      await context.printJson({ id, roomId, userId, user: name, text, content, stars, edited, permalink });
      continue;
    }
    await printer.print(messageLine(message, { time: null }));
    await context.print(context.style("dim", `${" ".repeat(7)}${message.permalink}`));
  }
  if (shown === 0 && !context.json) context.note("no messages match");
  return EXIT_CODES.success;
}
