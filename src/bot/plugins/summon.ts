/** Commands that bring the bot to other rooms and send it away. */
import { isChatError, type Room } from "../../index.js";
import { checkCount, checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link summon}. */
export interface SummonTexts {
  /** The first words in the new room; an empty text for none. */
  greeting(): string;
  /** The bot has entered the room. */
  came(roomId: number): string;
  /** The bot leaves the room. */
  left(roomId: number): string;
  /** The bot is in the room already. */
  here(roomId: number): string;
  /** The bot is not in the room. */
  notHere(roomId: number): string;
  /** The person is no owner of the bot or the room. */
  notAllowed(roomId: number): string;
  /** The bot does not leave home rooms. */
  isHome(roomId: number): string;
  /** The bot is in too many rooms. */
  tooMany(most: number): string;
  /** The room does not exist, or lets the bot not in. */
  closed(roomId: number): string;
}

/** Options of {@link summon}. */
export interface SummonOptions {
  /** Its commands. @default "summon" and "unsummon", for everybody: the target room decides */
  readonly commands?: { readonly summon?: CommandChoice; readonly unsummon?: CommandChoice };
  /** The most rooms that the bot is in at once, home rooms included. @default 20 */
  readonly most?: number;
  /** Other texts. @default English ones */
  readonly texts?: Partial<SummonTexts>;
}

const TEXTS: SummonTexts = {
  greeting: () => "Hello.",
  came: (roomId) => `I am in room ${roomId}.`,
  left: (roomId) => `I have left room ${roomId}.`,
  here: (roomId) => `I am in room ${roomId} already.`,
  notHere: (roomId) => `I am not in room ${roomId}.`,
  notAllowed: (roomId) => `Only my owners and the owners of room ${roomId} can ask for that.`,
  isHome: (roomId) => `Room ${roomId} is one of my home rooms, so I stay.`,
  tooMany: (most) => `I am in ${most} rooms already.`,
  closed: (roomId) => `I cannot enter room ${roomId}.`,
};

/**
 * A plugin with `summon ROOM` and `unsummon [ROOM]`, for owners of the bot and owners of that room. The rooms are kept
 * over restarts.
 * @throws {BAD_ARGUMENT}
 */
export function summon(options: SummonOptions = {}): Plugin {
  checkOptions("summon", options, ["commands", "most", "texts"]);
  const { most = 20 } = options;
  checkCount("summon.most", most, 1);
  const say = chooseTexts("summon", TEXTS, options.texts);
  const chosen = chooseCommands("summon.commands", options.commands, {
    summon: { about: "brings me to a room" },
    unsummon: { about: "sends me out of a room" },
  });
  return (bot) => {
    const { summon: come, unsummon: go } = chosen;
    if (come)
      bot.command(`${come.name} <where:room>`, come.options, async (c) =>
        c.reply(await enter(c, c.args.where, most, say)),
      );
    if (go)
      bot.command(`${go.name} [where:room=here]`, go.options, async (c) => {
        const { where } = c.args;
        const standing = c.bot.standingIn(where);
        if (standing === false) return c.reply(say.notHere(where.id));
        if (standing === "home") return c.reply(say.isHome(where.id));
        if (!(await mayDecide(c, where))) return c.reply(say.notAllowed(where.id));
        // In the same room, before it is left: an answer would enter it again.
        await c.reply(say.left(where.id));
        return c.bot.leave(where);
      });
  };
}

async function enter(c: BotContext, where: Room, most: number, say: SummonTexts): Promise<string> {
  const { bot } = c;
  if (bot.standingIn(where)) return say.here(where.id);
  try {
    if (!(await mayDecide(c, where))) return say.notAllowed(where.id);
    if (bot.rooms.length >= most) return say.tooMany(most);
    await bot.join(where);
    const greeting = say.greeting();
    if (greeting !== "") await where.sendMessage(greeting, { signal: c.signal });
    return say.came(where.id);
  } catch (error) {
    if (!isChatError(error, "FORBIDDEN", "NOT_FOUND", "ROOM_FROZEN")) throw error;
    if (bot.standingIn(where)) await bot.leave(where);
    return say.closed(where.id);
  }
}

async function mayDecide({ bot, userId }: BotContext, where: Room): Promise<boolean> {
  return userId !== null && (bot.isOwner(userId) || where.isOwner(userId));
}
