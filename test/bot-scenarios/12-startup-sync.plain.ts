/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  for (const waiting of await room.client.resume()) waiting.catch(console.error);
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    const [, number] = /^question (\d+)$/.exec(event.textContent ?? "") ?? [];
    if (number !== undefined) await room.sendMessage(`New: ${number}`, { key: `new ${event.id}` });
  });
  await watch.ready;
}
