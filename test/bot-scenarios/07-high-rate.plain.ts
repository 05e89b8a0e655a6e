/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const watch = room.watch((event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    const text = event.textContent ?? "";
    const [, report] = /^spam (\d+)$/.exec(text) ?? [];
    if (report !== undefined) void room.sendMessage(`report ${report}`, { priority: "low" });
    if (text === "!!status") void event.message.reply("All is well.", { priority: "high" });
  });
  await watch.ready;
}
