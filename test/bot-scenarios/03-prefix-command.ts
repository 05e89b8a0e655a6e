/** 3: a command by prefix, mention, name or reply, dispatched once, never by itself, feeds, boxes or notices. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot({ prefix: "!!/", names: ["sdc"] });
  bot.command("status", (c) => c.reply("All is well."));
  await bot.start(rooms);
  return bot;
}
