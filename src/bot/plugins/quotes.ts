/** Starred messages again: one at random, and a digest of the week. */
import { message as compose, isChatError, type Message, type Room } from "../../index.js";
import { checkCount, checkFunction, checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import { checkRooms, type RoomChoice } from "../handler-options.js";
import { harmlessLine, harmlessText } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link quotes}. Texts and names are escaped and ping nobody. */
export interface QuoteTexts {
  /** There are no starred messages. */
  none(): string;
  /** The line above the digest. */
  digest(): string;
  /** A line of the digest. */
  line(stars: number, text: string, name: string): string;
}

/** Options of {@link quotes}. */
export interface QuoteOptions {
  /** Its command. @default "quote", for everybody */
  readonly commands?: { readonly quote?: CommandChoice };
  /** When the digest is said, as a cron line; false for none. @default "0 12 * * 5": Fridays at noon */
  readonly digest?: string | false;
  /** The time zone of the cron line. @default "UTC" */
  readonly timeZone?: string;
  /** The rooms of the digest, or their role. @default all rooms of the bot */
  readonly rooms?: RoomChoice;
  /** The most messages in the digest. @default 5 */
  readonly most?: number;
  /** The source of chance: from 0 to less than 1. @default Math.random */
  readonly random?: () => number;
  /** Other texts. @default English ones */
  readonly texts?: Partial<QuoteTexts>;
}

/** The most starred messages that are read. */
const MOST_READ = 200;
const WEEK_S = 7 * 86_400;
const TEXTS: QuoteTexts = {
  none: () => "Nothing is starred here.",
  digest: () => "The most starred messages of the week:",
  line: (stars, text, name) => `${stars}★ ${name}: ${text}`,
};

/**
 * A plugin with `quote`, which quotes a starred message of the room at random, and a weekly digest of the most starred
 * ones. A week without stars has no digest.
 * @throws {BAD_ARGUMENT}
 */
export function quotes(options: QuoteOptions = {}): Plugin {
  checkOptions("quotes", options, ["commands", "digest", "timeZone", "rooms", "most", "random", "texts"]);
  const { digest = "0 12 * * 5", timeZone = "UTC", rooms, most = 5, random = Math.random } = options;
  checkCount("quotes.most", most, 1, 20);
  checkFunction("quotes.random", random);
  if (rooms !== undefined) checkRooms(rooms);
  const say = chooseTexts("quotes", TEXTS, options.texts);
  const { quote } = chooseCommands("quotes.commands", options.commands, {
    quote: { about: "quotes a starred message" },
  });
  return (bot) => {
    if (quote)
      bot.command(quote.name, quote.options, async (c) => {
        const starred = await starredIn(c.room, 0, c.signal);
        const chosen = starred[Math.floor(random() * starred.length)];
        return chosen ? c.say(await quotation(chosen)) : c.reply(say.none());
      });
    if (digest === false) return;
    const when = {
      name: "quotes digest",
      timeZone,
      missed: "once",
      ...(rooms === undefined ? {} : { rooms }),
    } as const;
    bot.schedule(digest, when, async (c) => {
      const starred = await starredIn(c.room, c.bot.clock.now() / 1_000 - WEEK_S, c.signal);
      const best = starred.sort((a, b) => (b.peek.stars ?? 0) - (a.peek.stars ?? 0)).slice(0, most);
      const lines = await Promise.all(
        best.map(async (one) =>
          say.line(one.peek.stars ?? 0, harmlessLine(await one.textContent, 200), harmlessLine(authorOf(one))),
        ),
      );
      if (lines.length > 0) await c.say([say.digest(), ...lines].join("\n"), { split: "lines" });
    });
  };
}

/** The starred messages since a time in Unix seconds. */
async function starredIn(room: Room, since: number, signal: AbortSignal): Promise<Message[]> {
  const found: Message[] = [];
  try {
    for await (const message of room.starredMessages({ limit: MOST_READ, signal }))
      if ((message.peek.timeStamp ?? 0) >= since) found.push(message);
  } catch (error) {
    // A room without a list of stars.
    if (!isChatError(error, "NOT_FOUND", "FORBIDDEN")) throw error;
  }
  return found;
}

async function quotation(quoted: Message): Promise<string> {
  return compose()
    .raw(`“${harmlessText(await quoted.textContent, 300)}” — ${harmlessText(authorOf(quoted))} (`)
    .link("source", quoted.permalink)
    .raw(")")
    .toString();
}

function authorOf(quoted: Message): string {
  return quoted.peek.owner?.peek.name ?? "somebody";
}
