/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<void> {
  for (const room of rooms) {
    const watch = room.watch(async (event) => {
      if (!(event instanceof MessagePosted) || event.byYou || event.textContent !== "!!hello") return;
      await event.message.reply(`Hello from ${room.site.host}`);
    });
    await watch.ready;
  }
}
