/** 15: handlers that throw, an outage, a silent socket: every command is answered once, and the status tells. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot({ print: () => {} });
  bot.command("echo <text:text...>", (c) => c.reply(c.args.text));
  bot.command("fail", () => Promise.reject(new Error("a bug")));
  bot.command("health", (c) => c.reply(`${bot.status().failed} failed`));
  await bot.start(rooms);
  return bot;
}
