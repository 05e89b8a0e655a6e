/** 6: an edited command edits its answer; one that failed before is simply run. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("add <a:integer> <b:integer>", (c) => c.reply(`${c.args.a + c.args.b}`));
  await bot.start(rooms);
  return bot;
}
