/** The same without the bot layer. */
import { type Message, MessageEdited, MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const answers = new Map<number, Message>();
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted || event instanceof MessageEdited) || event.byYou) return;
    const [isAdd, rest = ""] = /^!!add (.*)$/.exec(event.textContent ?? "") ?? [];
    if (isAdd === undefined) return;
    const [, a, b] = /^(-?\d+) (-?\d+)$/.exec(rest) ?? [];
    const text = a === undefined ? "Usage: !!add <a> <b>" : `${Number(a) + Number(b)}`;
    const answer = answers.get(event.messageId);
    if (answer) await answer.edit(text);
    else answers.set(event.messageId, await event.message.reply(text));
    if (answers.size > 1_000) answers.delete([...answers.keys()][0] ?? 0);
  });
  await watch.ready;
}
