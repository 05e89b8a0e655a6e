/** 4: a reply to a report of the bot changes the report; its address comes from the markdown. */
import { Bot } from "../../src/bot/index.js";
import type { Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("tp|fp <report:message>", async (c) => {
    const [link] = /^\[.*?\]\(https?:[^)]+\)/.exec(await c.args.report.contentSource) ?? [];
    if (link) await c.args.report.edit(`${link}: ${c.name}, says ${c.userName}`);
  });
  await bot.start(rooms);
  return bot;
}
