/** 5: `sd tp - fp` marks the last reports of the bot, in order. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("report <text:text...>", (c) => c.say(c.args.text));
  bot.hears(/^sd( (tp|fp|-))+$/, async (c) => {
    const marks = c.text.split(" ").slice(1);
    const reports = bot.answersIn(c.room).slice(-marks.length);
    for (const [at, mark] of marks.entries()) if (mark !== "-") await reports[at]?.edit(`report: ${mark}`);
  });
  await bot.start(rooms);
  return bot;
}
