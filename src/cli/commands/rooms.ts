/** `chatexchange rooms`: lists the rooms of the site. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { fitColumns, oneLine, shorten } from "../output/text.js";
import { countFlag, type Flags } from "../table/arguments.js";

export async function run(context: CliContext, [filter]: readonly string[], flags: Flags): Promise<number> {
  const limit = countFlag(flags, "limit", 0) ?? 50;
  const client = await context.client();
  let shown = 0;
  for await (const room of client.rooms({ ...(filter ? { filter } : {}), signal: context.signal })) {
    if (limit > 0 && shown >= limit) {
      if (!context.json) context.note(`showing the first ${limit}; use --limit 0 to show all`);
      break;
    }
    shown += 1;
    const { name = "", description = "", state } = room.peek;
    if (context.json) {
      const { access, frozen } = state ?? {};
      await context.printJson({ id: room.id, name, description, access, frozen });
      continue;
    }
    const marks = [state?.access === "public" ? "" : (state?.access ?? ""), state?.frozen ? "frozen" : ""];
    const mark = marks
      .filter(Boolean)
      .map((word) => ` [${word}]`)
      .join("");
    const title = `${context.style("bold", fitColumns(oneLine(name), 24))}${context.style("yellow", mark)}`;
    const left = Math.max(10, context.columns - 34 - mark.length);
    const about = context.style("dim", shorten(oneLine(description), left));
    await context.print(`${String(room.id).padStart(6)}  ${title}  ${about}`.trimEnd());
  }
  if (shown === 0 && !context.json) context.note(filter ? `no rooms match "${oneLine(filter)}"` : "no rooms");
  return EXIT_CODES.success;
}
