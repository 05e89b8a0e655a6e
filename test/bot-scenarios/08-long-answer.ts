/** 8: a long answer with links, code and a quote, in parts. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";
import { LONG_ANSWER } from "./texts.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("explain", (c) => c.reply(LONG_ANSWER, { split: "lines" }));
  await bot.start(rooms);
  return bot;
}
