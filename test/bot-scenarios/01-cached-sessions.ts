/** 1: one bot on several sites, each client with its stored session. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("hello", (c) => c.reply(`Hello from ${c.room.site.host}`));
  await bot.start(rooms);
  return bot;
}
