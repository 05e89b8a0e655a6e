/** The same without the bot layer. */
import { MessageReply, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const me = await room.client.getMe();
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessageReply) || event.byYou) return;
    const verdict = event.textContent ?? "";
    const report = await event.message.parent;
    if (!/^(tp|fp)$/.test(verdict) || !report || (await report.owner) !== me) return;
    const [link] = /^\[.*?\]\(https?:[^)]+\)/.exec(await report.contentSource) ?? [];
    if (link) await report.edit(`${link}: ${verdict}, says ${event.userName}`);
  });
  await watch.ready;
}
