/** Commands that people teach the bot: `learn tea Tea for {0} is ready.`, and then `tea Alice`. */
import { checkChoice, checkCount, checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import type { BotContext, CommandContext } from "../context.js";
import { nameKey } from "../pattern/index.js";
import { type Json, type Store, scoped } from "../store/index.js";
import { harmlessMarkdown, harmlessText } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link learnedCommands}. */
export interface LearnedTexts {
  /** A command was learned. */
  learned(name: string): string;
  /** The name has other characters than letters, digits, `-` and `_`, or too many. */
  badName(name: string): string;
  /** There is a command of that name in the bot. */
  taken(name: string): string;
  /** Somebody has taught a command of that name before. */
  known(name: string, author: string): string;
  /** There are too many learned commands. */
  full(most: number): string;
  /** A command was forgotten. */
  unlearned(name: string): string;
  /** There is no learned command of that name. */
  unknown(name: string): string;
  /** The command is of another author. */
  notYours(name: string, author: string): string;
  /** There are no learned commands. */
  none(): string;
  /** The answer to `learned NAME`. */
  source(name: string, author: string, text: string): string;
}

/** Options of {@link learnedCommands}. */
export interface LearnedOptions {
  /** Its commands. @default "learn", "unlearn" and "learned", for everybody */
  readonly commands?: {
    readonly learn?: CommandChoice;
    readonly unlearn?: CommandChoice;
    readonly learned?: CommandChoice;
  };
  /** Whether what is learned in a room holds there alone, or in all rooms of the site. @default "room" */
  readonly per?: "room" | "site";
  /** The most learned commands in a room or site. @default 500 */
  readonly most?: number;
  /** Other texts. @default English ones */
  readonly texts?: Partial<LearnedTexts>;
}

/** A learned command, as it is stored. */
interface Learned {
  readonly text: string;
  readonly by: number | null;
  readonly author: string;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,29}$/u;
/** The longest text that is said, in characters: {0} may stand in it more than once. */
const LONGEST = 500;
const TEXTS: LearnedTexts = {
  learned: (name) => `I have learned ${name}.`,
  badName: (name) => `${name} cannot be the name of a command; use letters and digits.`,
  taken: (name) => `${name} is a command of mine.`,
  known: (name, author) => `I know ${name} already, from ${author}.`,
  full: (most) => `I cannot learn more than ${most} commands.`,
  unlearned: (name) => `I have forgotten ${name}.`,
  unknown: (name) => `I have not learned ${name}.`,
  notYours: (name, author) => `${name} is from ${author}; only they and the owners can remove it.`,
  none: () => "I have learned nothing yet.",
  source: (name, author, text) => `${name}, from ${author}: ${text}`,
};

/**
 * A plugin with `learn NAME TEXT`, `unlearn NAME` and `learned [NAME]`. In the text, `{0}` to `{9}` stand for the words
 * after the name of the command, and `{*}` for all of them. Learned commands never hide a command of the bot. People
 * remove their own; owners of the bot and of the room remove all.
 * @throws {BAD_ARGUMENT}
 */
export function learnedCommands(options: LearnedOptions = {}): Plugin {
  checkOptions("learnedCommands", options, ["commands", "per", "most", "texts"]);
  const { per = "room", most = 500 } = options;
  checkChoice("learnedCommands.per", per, ["room", "site"]);
  checkCount("learnedCommands.most", most, 1);
  const say = chooseTexts("learnedCommands", TEXTS, options.texts);
  const chosen = chooseCommands("learnedCommands.commands", options.commands, {
    learn: { about: "teaches me a command", details: "{0} stands for the first word after it, {*} for all" },
    unlearn: { about: "forgets a learned command" },
    learned: { about: "lists what I have learned" },
  });
  const storeOf = ({ bot, room }: BotContext): Store =>
    scoped(bot.store, "learned", room.site.host, per === "room" ? String(room.id) : "all");
  return (bot) => {
    const { learn, unlearn, learned } = chosen;
    if (learn) {
      bot.command(`${learn.name} <name> <text:text...>`, learn.options, async (c) =>
        c.reply(await learnOne(c, storeOf(c), most, say)),
      );
    }
    if (unlearn)
      bot.command(`${unlearn.name} <name>`, unlearn.options, async (c) => {
        const [key, shown] = namesOf(c.args.name);
        const known = learnedOf(await storeOf(c).get(key));
        if (!known) return c.reply(say.unknown(shown));
        if (!(await mayRemove(c, known))) return c.reply(say.notYours(shown, harmlessText(known.author)));
        await storeOf(c).delete(key);
        return c.reply(say.unlearned(shown));
      });
    if (learned)
      bot.command(`${learned.name} [name]`, learned.options, async (c) => {
        if (c.args.name === undefined) return list(c, storeOf(c), say);
        const [key, shown] = namesOf(c.args.name);
        const known = learnedOf(await storeOf(c).get(key));
        return c.reply(
          known ? say.source(shown, harmlessText(known.author), harmlessText(known.text, 300)) : say.unknown(shown),
        );
      });
    bot.unknownCommand({ name: "learned commands" }, async (c, next) => {
      // A reply to the bot that happens to begin with such a word is talk.
      const known = c.addressedBy === "reply" ? undefined : learnedOf(await storeOf(c).get(namesOf(c.name)[0]));
      await (known ? c.say(filledIn(known.text, c.markdown)) : next());
    });
  };
}

async function learnOne(
  c: CommandContext<{ readonly name: string; readonly text: string }>,
  store: Store,
  most: number,
  say: LearnedTexts,
): Promise<string> {
  const { userId, userName } = c;
  const [key, shown] = namesOf(c.args.name);
  if (!NAME.test(key)) return say.badName(shown);
  if (c.bot.commands.some(({ names }) => names.some((name) => namesOf(name)[0] === key))) return say.taken(shown);
  const known = learnedOf(await store.get(key));
  // An edit of the command that taught it, or its repetition after a kill, may write it again.
  if (known && !(known.by === userId && (c.isEdit || known.text === c.args.text)))
    return say.known(shown, harmlessText(known.author));
  if (!known && (await countOf(store)) >= most) return say.full(most);
  await store.set(key, { text: c.args.text, by: userId, author: userName ?? String(userId) });
  return say.learned(shown);
}

async function list(c: BotContext, store: Store, say: LearnedTexts): Promise<void> {
  const names: string[] = [];
  for await (const [key] of store.list()) names.push(harmlessText(key));
  if (names.length === 0) await c.reply(say.none());
  else await c.page(names, { size: 40, separator: ", " });
}

/** The key of a name, and how it is shown. */
function namesOf(name: string): readonly [key: string, shown: string] {
  return [nameKey(name), harmlessText(name, 40)];
}

async function countOf(store: Store): Promise<number> {
  let count = 0;
  for await (const _ of store.list()) count += 1;
  return count;
}

async function mayRemove({ bot, room, userId }: BotContext, { by }: Learned): Promise<boolean> {
  return userId !== null && (userId === by || bot.isOwner(userId) || room.isOwner(userId));
}

function filledIn(text: string, given: string): string {
  const words = given.split(/\s+/).filter((word) => word !== "");
  const filled = text.replace(/\{(\d|\*)\}/g, (_, which: string) =>
    which === "*" ? given : (words[Number(which)] ?? ""),
  );
  return harmlessMarkdown(filled, LONGEST);
}

function learnedOf(value: Json | undefined): Learned | undefined {
  return typeof value === "object" && value !== null ? (value as unknown as Learned) : undefined;
}
