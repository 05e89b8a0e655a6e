/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start([commands, ...reports]: readonly [Room, ...Room[]]): Promise<void> {
  await Promise.all([commands, ...reports].map((room) => room.join()));
  const watch = commands.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    const [, text] = /^!!report (.+)$/s.exec(event.textContent ?? "") ?? [];
    if (text !== undefined) await Promise.all(reports.map((room) => room.sendParts(text)));
  });
  await watch.ready;
  await Promise.all([commands, ...reports].map((room) => room.sendMessage("Here I am.")));
}
