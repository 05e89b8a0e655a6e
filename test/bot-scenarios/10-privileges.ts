/** 10: a command for owners, moderators and people with reputation; others are told once. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("secret", { needs: ["room-owner", "moderator", { reputation: 200 }] }, (c) => c.reply("42"));
  await bot.start(rooms);
  return bot;
}
