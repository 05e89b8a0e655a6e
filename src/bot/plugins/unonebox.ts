/** Turns a link of the bot that is shown as a box into a plain one. */
import { isChatError, type Message } from "../../index.js";
import { checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link unonebox}. */
export interface UnoneboxTexts {
  /** There is no message of the bot with a box, or another message was meant. */
  nothing(): string;
  /** The site does not let the message be edited any more. */
  tooLate(): string;
}

/** Options of {@link unonebox}. */
export interface UnoneboxOptions {
  /** Its command. @default "unonebox", for everybody */
  readonly commands?: { readonly unonebox?: CommandChoice };
  /** Other texts. @default English ones */
  readonly texts?: Partial<UnoneboxTexts>;
}

/** A message that is nothing but an address, perhaps of a picture (`!`), perhaps a reply. */
const BOX = /^(?::\d+\s+)?!?(https?:\/\/\S+)$/;
/** Keeps two messages with the same text apart. */
const INVISIBLE = /\u2060/g;
const TEXTS: UnoneboxTexts = {
  nothing: () => "I have shown no box here.",
  tooLate: () => "That is too old to be edited.",
};

/**
 * A plugin with `unonebox`: as a reply to a message of the bot that is shown as a box, or for its last one in the room.
 * @throws {BAD_ARGUMENT}
 */
export function unonebox(options: UnoneboxOptions = {}): Plugin {
  checkOptions("unonebox", options, ["commands", "texts"]);
  const say = chooseTexts("unonebox", TEXTS, options.texts);
  const { unonebox: command } = chooseCommands("unonebox.commands", options.commands, {
    unonebox: { about: "makes a plain link of a box" },
  });
  return (bot) => {
    if (!command) return;
    bot.command(`${command.name} [which:message]`, command.options, async (c) => {
      const { which } = c.args;
      const url = await boxOf(c, which ? [which] : latest(c));
      if (!url) return c.reply(say.nothing(), { expires: "20s" });
      try {
        return await url.message.edit(`<${url.address}>`, { signal: c.signal });
      } catch (error) {
        if (!isChatError(error, "TOO_LATE")) throw error;
        return c.reply(say.tooLate(), { expires: "20s" });
      }
    });
  };
}

function latest({ bot, room }: BotContext): readonly Message[] {
  return bot
    .answersIn(room)
    .flatMap(({ messages }) => messages)
    .reverse();
}

/** The first of these messages that is the bot's own, in this room, and nothing but an address. */
async function boxOf(
  c: BotContext,
  messages: readonly Message[],
): Promise<{ readonly message: Message; readonly address: string } | undefined> {
  const me = await c.client.getMe();
  for (const message of messages) {
    if (message.peek.deleted === true) continue;
    try {
      if ((await message.owner)?.id !== me.id || (await message.room) !== c.room) continue;
      const [, address] = BOX.exec((await message.contentSource).replace(INVISIBLE, "").trim()) ?? [];
      if (address !== undefined) return { message, address };
    } catch (error) {
      // The message is gone.
      if (!isChatError(error, "NOT_FOUND", "ALREADY_DELETED", "FORBIDDEN")) throw error;
    }
  }
  return undefined;
}
