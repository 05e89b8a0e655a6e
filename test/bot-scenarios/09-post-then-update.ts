/** 9: "working…" becomes the result, a box becomes an address, a hint goes away. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("build", async (c) => {
    await c.progress("building…");
    await new Promise((resolve) => c.client.clock.setTimeout(() => resolve(null), 30_000));
    await c.reply("built");
  });
  bot.command("cat", (c) => c.say("https://i.sstatic.net/cat.png", { hideOnebox: "20s" }));
  bot.command("hint", (c) => c.say("many words ".repeat(100).trim(), { expires: "1m" }));
  await bot.start(rooms);
  return bot;
}
