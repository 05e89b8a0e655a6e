/** 2: several rooms, each with a role; the first one takes commands, the others get reports. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot({ roles: { everywhere: rooms, commands: rooms.slice(0, 1), reports: rooms.slice(1) } });
  bot.command("report <text:text...>", { rooms: "commands" }, (c) => bot.tell("reports", c.args.text));
  await bot.start(rooms);
  await bot.tell("everywhere", "Here I am.");
  return bot;
}
