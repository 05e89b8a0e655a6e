/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";
import { LONG_ANSWER } from "./texts.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou || event.textContent !== "!!explain") return;
    await room.sendParts(LONG_ANSWER, { split: "lines", replyTo: event.messageId });
  });
  await watch.ready;
}
