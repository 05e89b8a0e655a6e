/** A command that deletes an answer of the bot. */
import { isChatError } from "../../index.js";
import { checkOptions } from "../../util/options.js";
import type { Answer } from "../answer.js";
import type { Plugin } from "../bot.js";
import type { CommandContext } from "../context.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link undo}. */
export interface UndoTexts {
  /** There is no answer to delete. */
  nothing(): string;
  /** The answer is for somebody else. */
  notYours(): string;
  /** The site does not let the answer be deleted any more. */
  tooLate(): string;
}

/** Options of {@link undo}. */
export interface UndoOptions {
  /** Its command. @default "undo", for everybody */
  readonly commands?: { readonly undo?: CommandChoice };
  /** Other texts. @default English ones */
  readonly texts?: Partial<UndoTexts>;
}

const TEXTS: UndoTexts = {
  nothing: () => "I have nothing to delete.",
  notYours: () => "That answer is for somebody else.",
  tooLate: () => "That is too old to be deleted.",
};

/**
 * A plugin with `undo`, which deletes the bot's last answer to the person in the room, or the one that the command replies
 * to. Owners of the bot and of the room delete answers to others, too.
 * @throws {BAD_ARGUMENT}
 */
export function undo(options: UndoOptions = {}): Plugin {
  checkOptions("undo", options, ["commands", "texts"]);
  const say = chooseTexts("undo", TEXTS, options.texts);
  const { undo: command } = chooseCommands("undo.commands", options.commands, {
    undo: { about: "deletes my last answer to you" },
  });
  return (bot) => {
    if (!command) return;
    /** The answers of this plugin itself, which are nothing to undo. */
    const excuses = new WeakSet<Answer>();
    bot.command(`${command.name} [which:message]`, command.options, async (c) => {
      const problem = await remove(c, c.args.which?.id, excuses, say);
      if (problem !== undefined) excuses.add(await c.reply(problem, { expires: "20s" }));
    });
  };
}

/** Deletes an answer. Resolves to the reason if it cannot be done. */
async function remove(
  c: CommandContext<unknown>,
  wanted: number | undefined,
  excuses: WeakSet<Answer>,
  say: UndoTexts,
): Promise<string | undefined> {
  const answers = c.bot.answersIn(c.room).filter((answer) => !excuses.has(answer) && isShown(answer));
  const mayAll = await isInCharge(c);
  const answer =
    wanted === undefined
      ? answers.findLast(({ to }) => mayAll || to === c.userId)
      : answers.findLast(({ messages }) => messages.some(({ id }) => id === wanted));
  if (!answer) return say.nothing();
  if (!mayAll && answer.to !== c.userId) return say.notYours();
  try {
    for (const message of answer.messages) await message.delete({ signal: c.signal });
  } catch (error) {
    if (!isChatError(error, "ALREADY_DELETED")) {
      if (isChatError(error, "TOO_LATE")) return say.tooLate();
      throw error;
    }
  }
  return undefined;
}

function isShown({ messages }: Answer): boolean {
  return messages.some(({ peek }) => peek.deleted !== true);
}

async function isInCharge({ bot, room, userId }: CommandContext<unknown>): Promise<boolean> {
  return userId !== null && (bot.isOwner(userId) || room.isOwner(userId));
}
