/** 14: an owner keeps house: trash, the weekly pin, and access on request. */
import { Bot } from "../../src/bot/index.js";
import { AccessLevelChanged, type Room } from "../../src/index.js";

export async function start(rooms: readonly Room[]): Promise<Bot> {
  const bot = new Bot();
  bot.command("trash <who:user> [minutes:integer=10]", { needs: "room-owner" }, async (c) => {
    const messages = await c.recent({ by: c.args.who, minutes: c.args.minutes });
    await c.reply(`${await c.room.moveMessages(messages, 2)} moved.`);
  });
  bot.on(AccessLevelChanged, ({ event, room }) => event.requester && room.setAccess(event.requester, "read-write"));
  bot.schedule("0 8 * * 1", async (c) => {
    const [weekly] = await c.room.pinned();
    await weekly?.pin(false);
    await weekly?.pin();
  });
  await bot.start(rooms);
  return bot;
}
