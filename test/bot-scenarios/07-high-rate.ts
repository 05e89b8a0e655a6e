/** 7: many reports in a minute; answers to commands overtake them. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.hears(/^spam (\d+)$/, { also: ["system"] }, (c) => void c.say(`report ${c.match[1]}`, { priority: "low" }));
  bot.command("status", (c) => c.reply("All is well.", { priority: "high" }));
  await bot.start(rooms);
  return bot;
}
