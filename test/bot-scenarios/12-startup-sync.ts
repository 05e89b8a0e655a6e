/** 12: each question of the feed is announced once, also those that came while the bot was away. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.hears(/^question (\d+)$/, { also: ["system"] }, (c) => c.say(`New: ${c.match[1]}`));
  await bot.start(rooms);
  return bot;
}
