/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  let failed = 0;
  const handle = async (text: string, reply: (text: string) => Promise<unknown>): Promise<unknown> => {
    const [, echo] = /^!!echo (.+)$/s.exec(text) ?? [];
    if (echo !== undefined) return reply(echo);
    if (text === "!!fail") throw new Error("a bug");
    return text === "!!health" ? reply(`${failed} failed`) : undefined;
  };
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    try {
      await handle(event.textContent ?? "", (text) => event.message.reply(text, { key: `answer ${event.id}` }));
    } catch {
      failed += 1;
      await event.message.reply("Something went wrong.", { key: `answer ${event.id}` });
    }
  });
  await watch.ready;
}
