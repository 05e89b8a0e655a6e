/** `chatexchange history`: prints the revisions of a message. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { oneLine, sanitize, wrap } from "../output/text.js";
import { parseId } from "../table/arguments.js";

export async function run(context: CliContext, [id]: readonly string[]): Promise<number> {
  const message = (await context.client()).getMessage(parseId("message", id));
  const revisions = await message.history({ signal: context.signal });
  for (const { kind, source, timeLabel, user } of revisions) {
    const name = user === null ? null : await user.name;
    if (context.json) {
      await context.printJson({ kind, source, time: timeLabel, userId: user?.id ?? null, user: name });
      continue;
    }
    const who = oneLine(name ?? "somebody");
    await context.print(`${context.style("dim", (timeLabel ?? "").padEnd(13))} ${context.style("bold", who)} ${kind}`);
    const lines = source === null ? [] : wrap(sanitize(source), context.columns - 15);
    for (const line of lines) await context.print(`${" ".repeat(14)}${line}`);
  }
  return EXIT_CODES.success;
}
