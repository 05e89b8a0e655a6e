/** Reminders: `remind me in 2h to water the plants`. They are kept in the store, and so outlive a restart. */
import { type Room, UsageError } from "../../index.js";
import { checkCount, checkOptions } from "../../util/options.js";
import type { Bot, Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { type Duration, durationMs, formatDuration, parseDate, parseDuration } from "../pattern/index.js";
import { type Json, type Store, scoped } from "../store/index.js";
import { harmlessLine, harmlessMarkdown } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link reminders}. */
export interface ReminderTexts {
  /** A reminder was set. */
  set(wait: string): string;
  /** The reminder itself; `text` pings nobody. It is a reply to the message that asked for it. */
  remind(text: string): string;
  /** The person has no reminders in the room. */
  none(): string;
  /** A line of the list. */
  line(number: number, wait: string, text: string): string;
  /** A reminder was removed. */
  canceled(text: string): string;
  /** There is no reminder of that number. */
  noSuch(number: number): string;
  /** The text names no time. */
  usage(example: string): string;
  /** The person has too many reminders. */
  tooMany(most: number): string;
  /** The time is too far away. */
  tooFar(longest: string): string;
}

/** Options of {@link reminders}. */
export interface ReminderOptions {
  /** Its commands. @default "remind", "reminders" and "unremind", for everybody */
  readonly commands?: {
    readonly remind?: CommandChoice;
    readonly reminders?: CommandChoice;
    readonly unremind?: CommandChoice;
  };
  /** The most reminders that a person can have in a room. @default 20 */
  readonly most?: number;
  /** The longest wait. @default "366d" */
  readonly longest?: Duration;
  /** Other texts. @default English ones */
  readonly texts?: Partial<ReminderTexts>;
}

/** A reminder, as it is stored by the id of the message that asked for it. */
interface Reminder {
  readonly at: number;
  readonly text: string;
  /** The id of its alarm; null until it is set. */
  readonly alarm: string | null;
}

const JOB = "reminder";
const MOST_WORDS = 8;
const TEXTS: ReminderTexts = {
  set: (wait) => `I will remind you in ${wait}.`,
  remind: (text) => `Reminder: ${text}`,
  none: () => "You have no reminders here.",
  line: (number, wait, text) => `${number}. in ${wait}: ${text}`,
  canceled: (text) => `I will not remind you: ${text}`,
  noSuch: (number) => `You have no reminder ${number} here.`,
  usage: (example) => `Say when and what, such as: ${example}`,
  tooMany: (most) => `You have ${most} reminders already.`,
  tooFar: (longest) => `That is more than ${longest} from now.`,
};

/**
 * A plugin with `remind`, `reminders` (a list of one's own) and `unremind NUMBER`. A reminder is a reply to the message
 * that asked for it; an edit of that message changes it.
 * @throws {BAD_ARGUMENT}
 */
export function reminders(options: ReminderOptions = {}): Plugin {
  checkOptions("reminders", options, ["commands", "most", "longest", "texts"]);
  const { most = 20 } = options;
  checkCount("reminders.most", most, 1);
  const longestMs = durationMs("reminders.longest", options.longest ?? "366d");
  const say = chooseTexts("reminders", TEXTS, options.texts);
  const chosen = chooseCommands("reminders.commands", options.commands, {
    remind: { about: "reminds you of something", details: "remind me in 2h to …, remind me at 2026-03-01 14:00 to …" },
    reminders: { about: "lists your reminders" },
    unremind: { about: "cancels a reminder" },
  });
  return (bot) => {
    const { remind, reminders: list, unremind } = chosen;
    if (remind) {
      bot.command(`${remind.name} <when-and-what:text...>`, remind.options, async (c) => {
        const now = c.bot.clock.now();
        const asked = readReminder(c.args["when-and-what"], now);
        if (!asked) return c.reply(say.usage(`${c.bot.prefix}${c.name} in 2h to water the plants`));
        if (asked.at - now > longestMs) return c.reply(say.tooFar(formatDuration(longestMs)));
        const at = await keep(c, String(c.message.id), asked, most, c.isEdit);
        return c.reply(at === undefined ? say.tooMany(most) : say.set(formatDuration(at - now)));
      });
    }
    bot.job(JOB, (c, data) => ring(c, data, say));
    if (list)
      bot.command(list.name, list.options, async (c) => {
        const all = await remindersOf(c);
        const lines = all.map(({ at, text }, index) =>
          say.line(index + 1, formatDuration(at - c.bot.clock.now()), harmlessLine(text)),
        );
        return lines.length === 0 ? c.reply(say.none()) : c.page(lines);
      });
    if (unremind)
      bot.command(`${unremind.name} <number:integer>`, unremind.options, async (c) => {
        const { number } = c.args;
        const found = (await remindersOf(c))[number - 1];
        if (!found) return c.reply(say.noSuch(number));
        await storeOf(c.bot, c.room, c.userId).delete(found.key);
        if (found.alarm !== null) await c.bot.cancel(found.alarm);
        return c.reply(say.canceled(harmlessMarkdown(found.text, 100)));
      });
  };
}

/** Finds the time at the start of a text; the rest is what to be reminded of. */
function readReminder(text: string, now: number): { readonly at: number; readonly text: string } | undefined {
  const words = text.trim().split(/\s+/);
  if (/^me$/i.test(words[0] ?? "")) words.shift();
  for (let count = Math.min(MOST_WORDS, words.length - 1); count >= 1; count--) {
    const when = words
      .slice(0, count)
      .join(" ")
      .replace(/^(?:at|on)\s/i, "");
    const ms = parseDuration(when);
    const at = ms === undefined ? parseDate(when, now)?.getTime() : now + ms;
    if (at === undefined || at < now) continue;
    const what = words.slice(/^(?:to|that|of)$/i.test(words[count] ?? "") ? count + 1 : count).join(" ");
    return what === "" ? undefined : { at, text: what };
  }
  return undefined;
}

/** Stores a reminder and sets its alarm. A repetition after a kill finds the reminder; an edit replaces it. */
async function keep(
  c: BotContext,
  key: string,
  asked: { readonly at: number; readonly text: string },
  most: number,
  isEdit: boolean,
): Promise<number | undefined> {
  const store = storeOf(c.bot, c.room, c.userId);
  const known = reminderOf(await store.get(key));
  if (!known && (await remindersOf(c)).length >= most) return undefined;
  const { at, text } = known && !isEdit ? known : asked;
  await store.set(key, { at, text, alarm: null });
  if (known?.alarm != null) await c.bot.cancel(known.alarm);
  const alarm = await c.bot.at(at, JOB, { room: c.room, data: { userId: c.userId, key } });
  await store.set(key, { at, text, alarm });
  return at;
}

async function ring(c: BotContext, data: Json, say: ReminderTexts): Promise<void> {
  const { userId, key } = data as { readonly userId: number; readonly key: string };
  const store = storeOf(c.bot, c.room, userId);
  const reminder = reminderOf(await store.get(key));
  // Canceled, or changed to a later time.
  if (!reminder || reminder.at > c.bot.clock.now()) return;
  // A bot that was sent away does not come back for this.
  if (c.bot.standingIn(c.room)) await c.say(`:${key} ${say.remind(harmlessMarkdown(reminder.text, 450))}`);
  await store.delete(key);
}

function storeOf(bot: Bot, room: Room, userId: number | null): Store {
  if (userId === null) throw new UsageError("a reminder for an account that is gone");
  return scoped(bot.store, "reminders", room.site.host, String(room.id), String(userId));
}

/** The reminders of the person in the room, the next one first. */
async function remindersOf({
  bot,
  room,
  userId,
}: BotContext): Promise<readonly (Reminder & { readonly key: string })[]> {
  const found: (Reminder & { readonly key: string })[] = [];
  for await (const [key, value] of storeOf(bot, room, userId).list()) {
    const reminder = reminderOf(value);
    if (reminder) found.push({ key, ...reminder });
  }
  return found.sort((a, b) => a.at - b.at);
}

function reminderOf(value: Json | undefined): Reminder | undefined {
  return typeof value === "object" && value !== null ? (value as unknown as Reminder) : undefined;
}
