/** 13: a quote at midnight UTC, a word after 6 hours of silence, and good-bye after 3 days of it. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.schedule("0 0 * * *", (c) => c.say("Quote of the day"));
  bot.silence("6h", (c) => c.say("So quiet here…"));
  bot.silence("3d", (c) => bot.leave(c.room));
  await bot.start(rooms);
  return bot;
}
