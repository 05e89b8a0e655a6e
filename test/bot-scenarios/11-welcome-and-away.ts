/** 11: first-time visitors are greeted; a mention of somebody who is away is answered; who is here? */
import { Bot } from "../../src/bot/index.js";
import { type Room, UserEntered } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.on(UserEntered, async (c) => (await c.firstTimeHere) && c.say(`Welcome, ${c.userName}!`));
  bot.command("afk <why:text...>", async (c) => {
    await c.store.set(`afk/${c.userName}`, c.args.why);
    await c.reply("See you later.");
  });
  bot.command("who", async (c) => c.reply((await c.room.currentUsers()).map(({ peek }) => peek.name).join(", ")));
  bot.hears(/@(\w+)/, async (c) => {
    const why = await c.store.get(`afk/${c.match[1]}`);
    if (why !== undefined) await c.reply(`${c.match[1]} is away: ${why}`);
  });
  await bot.start(rooms);
  return bot;
}
