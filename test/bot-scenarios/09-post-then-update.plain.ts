/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const { clock } = room.client;
  const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, ms));
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    if (event.textContent === "!!build") {
      const answer = await event.message.reply("building…");
      await after(30_000);
      await answer.edit("built");
    } else if (event.textContent === "!!cat") {
      const picture = await room.sendMessage("https://i.sstatic.net/cat.png");
      await after(20_000);
      await picture.edit("<https://i.sstatic.net/cat.png>");
    } else if (event.textContent === "!!hint") {
      const parts = await room.sendParts("many words ".repeat(100).trim());
      await after(60_000);
      await Promise.all(parts.map((part) => part.delete()));
    }
  });
  await watch.ready;
}
