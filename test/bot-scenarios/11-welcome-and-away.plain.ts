/** The same without the bot layer. */
import { MessagePosted, type Room, UserEntered } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const away = new Map<string, string>();
  const watch = room.watch(async (event) => {
    if (event.byYou || !event.user) return;
    if (event instanceof UserEntered) {
      const messages = (await event.user.messagesByRoom).get(room.id) ?? 0;
      if (messages === 0) await room.sendMessage(`Welcome, ${event.userName}!`);
    }
    if (!(event instanceof MessagePosted)) return;
    const text = event.textContent ?? "";
    const [, why] = /^!!afk (.+)$/.exec(text) ?? [];
    if (why !== undefined) {
      away.set(event.userName ?? "", why);
      await event.message.reply("See you later.");
    }
    if (text === "!!who")
      await event.message.reply((await room.currentUsers()).map(({ peek }) => peek.name).join(", "));
    const [, name = ""] = /@(\w+)/.exec(text) ?? [];
    const reason = away.get(name);
    if (reason !== undefined) await event.message.reply(`${name} is away: ${reason}`);
  });
  await watch.ready;
}
