/** The same without the bot layer. */
import { type Message, MessagePosted, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const reports: Message[] = [];
  const watch = room.watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    const text = event.textContent ?? "";
    const [, report] = /^!!report (.+)$/s.exec(text) ?? [];
    if (report !== undefined) reports.push(await room.sendMessage(report));
    if (!/^sd( (tp|fp|-))+$/.test(text)) return;
    const marks = text.split(" ").slice(1);
    const last = reports.splice(0).slice(-marks.length);
    for (const [at, mark] of marks.entries()) if (mark !== "-") await last[at]?.edit(`report: ${mark}`);
    reports.push(...last);
  });
  await watch.ready;
}
