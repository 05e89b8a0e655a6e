/** Says who is away when they are mentioned, and welcomes them back. */
import { MessagePosted, mentions, type Room } from "../../index.js";
import { checkOptions } from "../../util/options.js";
import type { Bot, Plugin } from "../bot.js";
import { Once } from "../limits.js";
import { type Duration, durationMs, formatDuration } from "../pattern/index.js";
import { type Json, scoped } from "../store/index.js";
import { harmlessText } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link afk}. `reason` is empty if there is none; names and reasons ping nobody. */
export interface AfkTexts {
  /** To the person who goes. */
  goes(name: string, reason: string): string;
  /** To the person who mentions somebody who is away. */
  isAway(name: string, reason: string, since: string): string;
  /** To the person who is back. */
  back(name: string, since: string): string;
}

/** Options of {@link afk}. */
export interface AfkOptions {
  /** Its command. @default "afk", for everybody */
  readonly commands?: { readonly afk?: CommandChoice };
  /** The least time between two notices to one person about another. @default "15m" */
  readonly every?: Duration;
  /** Other texts. @default English ones */
  readonly texts?: Partial<AfkTexts>;
}

/** Somebody who is away, as it is stored. */
interface Away {
  readonly userId: number;
  readonly name: string;
  readonly reason: string;
  readonly since: number;
  /** The message that said so, which is no sign of being back. */
  readonly messageId: number;
}

/** The most people of a room who are away; who has been longest is forgotten. */
const MOST_AWAY = 200;
const TEXTS: AfkTexts = {
  goes: (name, reason) => `See you later, ${name}${reason === "" ? "." : ` (${reason}).`}`,
  isAway: (name, reason, since) => `${name} has been away for ${since}${reason === "" ? "." : `: ${reason}`}`,
  back: (name, since) => `Welcome back, ${name}. You were away for ${since}.`,
};

/**
 * A plugin with `afk [REASON]`. A message that mentions somebody who is away gets a notice, and the first message of
 * somebody who was away a welcome. Each holds for one room.
 * @throws {BAD_ARGUMENT}
 */
export function afk(options: AfkOptions = {}): Plugin {
  checkOptions("afk", options, ["commands", "every", "texts"]);
  const everyMs = durationMs("afk.every", options.every ?? "15m");
  const say = chooseTexts("afk", TEXTS, options.texts);
  const { afk: command } = chooseCommands("afk.commands", options.commands, {
    afk: { about: "says that you are away" },
  });
  return (bot) => {
    if (!command) return;
    const list = new AwayList(bot);
    let notices: Once | undefined;
    bot.command(`${command.name} [reason:text...]`, command.options, async (c) => {
      const { userId, userName, message } = c;
      if (userId === null || userName === null) return;
      const reason = harmlessText(c.args.reason ?? "", 200);
      const since = c.bot.clock.now();
      await list.add(c.room, { userId, name: userName, reason, since, messageId: message.id });
      await c.reply(say.goes(harmlessText(userName), reason));
    });
    bot.on(MessagePosted, { name: "afk" }, async (c) => {
      const away = await list.of(c.room);
      const { userId, text, bot: running } = c;
      if (away.length === 0 || userId === null) return;
      notices ??= new Once(running.clock, everyMs);
      const sinceThen = ({ since }: Away): string => formatDuration(running.clock.now() - since);
      const returned = away.find((one) => one.userId === userId && one.messageId < c.event.messageId);
      if (returned && (await list.remove(c.room, userId)))
        await c.reply(say.back(harmlessText(returned.name), sinceThen(returned)));
      for (const one of away) {
        if (one.userId === userId || !mentions(text, one.name)) continue;
        if (notices.first(`${c.room.site.host}/${c.room.id} ${userId} ${one.userId}`))
          await c.reply(say.isAway(harmlessText(one.name), one.reason, sinceThen(one)));
      }
    });
  };
}

/** The people who are away in each room: in memory for every message, and in the store. */
class AwayList {
  readonly #bot: Bot;
  readonly #rooms = new WeakMap<Room, Promise<readonly Away[]>>();

  constructor(bot: Bot) {
    this.#bot = bot;
  }

  of(room: Room): Promise<readonly Away[]> {
    const known = this.#rooms.get(room);
    if (known) return known;
    const read = this.#store(room).get(String(room.id)).then(awayOf);
    read.catch(() => this.#rooms.delete(room));
    this.#rooms.set(room, read);
    return read;
  }

  async add(room: Room, away: Away): Promise<void> {
    await this.#change(room, (list) =>
      [...list.filter(({ userId }) => userId !== away.userId), away].slice(-MOST_AWAY),
    );
  }

  /** Resolves to whether the person was away. */
  async remove(room: Room, gone: number): Promise<boolean> {
    let wasAway = false;
    await this.#change(room, (list) => {
      wasAway = list.some(({ userId }) => userId === gone);
      return list.filter(({ userId }) => userId !== gone);
    });
    return wasAway;
  }

  async #change(room: Room, change: (list: readonly Away[]) => readonly Away[]): Promise<void> {
    const value = await this.#store(room).update(String(room.id), (before) =>
      change(awayOf(before)).map((away) => ({ ...away })),
    );
    this.#rooms.set(room, Promise.resolve(awayOf(value)));
  }

  #store(room: Room): ReturnType<typeof scoped> {
    return scoped(this.#bot.store, "afk", room.site.host);
  }
}

function awayOf(value: Json | undefined): readonly Away[] {
  return Array.isArray(value) ? (value as unknown as readonly Away[]) : [];
}
