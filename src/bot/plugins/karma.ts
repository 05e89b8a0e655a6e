/** Counts `name++` and `name--`. */
import { checkCount, checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { type Duration, durationMs, nameKey } from "../pattern/index.js";
import { type Json, type Store, scoped } from "../store/index.js";
import { harmlessLine, harmlessText } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link karma}. Names ping nobody. */
export interface KarmaTexts {
  /** A vote counted. */
  changed(name: string, score: number): string;
  /** Somebody voted about themselves. */
  own(): string;
  /** The answer to `karma NAME`. */
  score(name: string, score: number): string;
  /** A place in the list. */
  place(place: number, name: string, score: number): string;
  /** There are no votes in the room. */
  none(): string;
}

/** Options of {@link karma}. */
export interface KarmaOptions {
  /** Its command. @default "karma", for everybody */
  readonly commands?: { readonly karma?: CommandChoice };
  /** The least time between two votes of a person about the same name. @default "1h" */
  readonly every?: Duration;
  /** The most names of a room; further ones are not counted. @default 2,000 */
  readonly most?: number;
  /** Other texts. @default English ones */
  readonly texts?: Partial<KarmaTexts>;
}

/** The score of a name in a room, as it is stored. */
interface Score {
  readonly name: string;
  readonly score: number;
  /** The latest message that counted: the same one, handled again, does not. */
  readonly lastId: number;
  /** The people who have voted lately. */
  readonly votes: readonly { readonly by: number; readonly at: number }[];
}

const VOTE = /(?:^|\s)@?([\p{L}\p{N}_][\p{L}\p{N}_.'-]{0,28}[\p{L}\p{N}_])(\+\+|--)(?=$|[\s.,!?])/u;
const MOST_VOTES = 50;
const TOP = 10;
const TEXTS: KarmaTexts = {
  changed: (name, score) => `${name}: ${score}`,
  own: () => "That is for others to say.",
  score: (name, score) => `${name}: ${score}`,
  place: (place, name, score) => `${place}. ${name}: ${score}`,
  none: () => "Nobody has any karma here yet.",
};

/**
 * A plugin that counts `name++` and `name--` in each room, and `karma [NAME]`, which shows a score or the highest ones.
 * @throws {BAD_ARGUMENT}
 */
export function karma(options: KarmaOptions = {}): Plugin {
  checkOptions("karma", options, ["commands", "every", "most", "texts"]);
  const { most = 2_000 } = options;
  checkCount("karma.most", most, 1);
  const everyMs = durationMs("karma.every", options.every ?? "1h");
  const say = chooseTexts("karma", TEXTS, options.texts);
  const { karma: command } = chooseCommands("karma.commands", options.commands, {
    karma: { about: "shows who is liked" },
  });
  const storeOf = ({ bot, room }: BotContext): Store => scoped(bot.store, "karma", room.site.host, String(room.id));
  return (bot) => {
    bot.hears(VOTE, { name: "karma" }, async (c, next) => {
      const [, name = "", sign] = c.match;
      if (nameKey(name) === nameKey((c.userName ?? "").replace(/\s/g, ""))) await c.reply(say.own());
      else {
        const score = await vote(c, storeOf(c), name, sign === "++" ? 1 : -1, { everyMs, most });
        if (score) await c.reply(say.changed(harmlessText(score.name), score.score));
      }
      await next();
    });
    if (!command) return;
    bot.command(`${command.name} [name:text...]`, command.options, async (c) => {
      const { name } = c.args;
      if (name !== undefined) {
        const found = scoreOf(await storeOf(c).get(nameKey(name.replace(/^@|\s/g, ""))));
        return c.reply(say.score(harmlessText(found?.name ?? name, 40), found?.score ?? 0));
      }
      const highest = await topOf(storeOf(c));
      const lines = highest.map((one, index) => say.place(index + 1, harmlessLine(one.name), one.score));
      return c.reply(lines.length === 0 ? say.none() : lines.join("\n"));
    });
  };
}

/** Counts a vote. Resolves to undefined if it comes too early, or if there are too many names. */
async function vote(
  c: BotContext,
  store: Store,
  name: string,
  change: number,
  { everyMs, most }: { readonly everyMs: number; readonly most: number },
): Promise<Score | undefined> {
  const { userId, message } = c;
  if (userId === null || !message) return undefined;
  const key = nameKey(name);
  if ((await store.get(key)) === undefined && (await countOf(store)) >= most) return undefined;
  const now = c.bot.clock.now();
  let result: Score | undefined;
  await store.update(key, (value) => {
    const { votes, ...before } = scoreOf(value) ?? { name, score: 0, lastId: 0, votes: [] };
    const recent = votes.filter(({ at }) => at > now - everyMs);
    const isRepetition = before.lastId >= message.id;
    const isEarly = !isRepetition && recent.some(({ by }) => by === userId);
    const kept = isRepetition || isEarly ? recent : [...recent, { by: userId, at: now }].slice(-MOST_VOTES);
    const isCounted = !isRepetition && !isEarly;
    const after = {
      name: before.name,
      score: before.score + (isCounted ? change : 0),
      lastId: isCounted ? message.id : before.lastId,
      votes: kept,
    };
    result = isEarly ? undefined : after;
    return { ...after, votes: kept.map((one) => ({ ...one })) };
  });
  return result;
}

async function topOf(store: Store): Promise<readonly Score[]> {
  let top: readonly Score[] = [];
  for await (const [, value] of store.list()) {
    const score = scoreOf(value);
    if (score) top = [...top, score].sort((a, b) => b.score - a.score).slice(0, TOP);
  }
  return top;
}

async function countOf(store: Store): Promise<number> {
  let count = 0;
  for await (const _ of store.list()) count += 1;
  return count;
}

function scoreOf(value: Json | undefined): Score | undefined {
  return typeof value === "object" && value !== null ? (value as unknown as Score) : undefined;
}
