/** A bot with plugins on a stage. */
import type { Bot, BotOptions, Plugin } from "../src/bot/index.js";
import type { Stage } from "../src/testing/index.js";
import { PATIENCE, quietBot } from "./bot-support.js";

/** Starts a bot with plugins in the stage's room. It prints nothing; `stage.close()` ends it. */
export async function startBot(stage: Stage, plugins: readonly Plugin[], options: BotOptions = {}): Promise<Bot> {
  const bot = quietBot(options);
  bot.plugin(...plugins);
  await stage.until(bot.start(stage.client().getRoom(stage.room.id)), PATIENCE);
  return bot;
}
