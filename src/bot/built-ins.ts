/** The commands that nearly every bot has: help, status, bans, and its own comings and goings. */
import { fixedWidth, type User } from "../index.js";
import type { Bot, Plugin } from "./bot.js";
import type { CommandInfo } from "./command-info.js";
import { formatDuration, nameKey, nearest } from "./pattern/index.js";
import { harmlessText } from "./plugins/harmless.js";
import { type ChosenCommand, type CommandChoice, chooseCommands, chooseTexts } from "./plugins/plugin-options.js";
import type { BotStatus } from "./status.js";

/** The commands of {@link builtIns}. */
export interface BuiltInCommands {
  /** Lists the commands, or explains one. @default "help", for everybody */
  readonly help?: CommandChoice;
  /** Says how the bot is. @default "status", for everybody */
  readonly status?: CommandChoice;
  /** Stops hearing a person, for a while or for good. @default "ban", for owners and moderators */
  readonly ban?: CommandChoice;
  /** Hears a person again. @default "unban", for owners and moderators */
  readonly unban?: CommandChoice;
  /** Leaves the room, unless it is a home room. @default "leave", for owners and room owners */
  readonly leave?: CommandChoice;
  /** Stops the bot. @default "stop", for owners */
  readonly stop?: CommandChoice;
}

/** The texts of {@link builtIns}. */
export interface BuiltInTexts {
  /** The line above the list of commands. */
  list(prefix: string, help: string): string;
  /** The line after a list that is too long. */
  more(count: number): string;
  /** There is no command of that name; `meant` is one with a similar name. */
  unknown(name: string, meant: string | undefined): string;
  /** The answer to `status`; `now` is in milliseconds since the epoch. */
  status(status: BotStatus, now: number): string;
  /** A person was banned, for a duration or for good. */
  banned(name: string, duration: string | undefined): string;
  /** Somebody wants to ban an owner of the bot. */
  isOwner(name: string): string;
  /** A ban was lifted, or there was none. */
  unbanned(name: string, wasBanned: boolean): string;
  /** The bot leaves the room. */
  leaving(): string;
  /** Somebody wants the bot to leave a home room. */
  isHome(): string;
  /** The bot stops. */
  stopping(): string;
}

/** Options of {@link builtIns}. */
export interface BuiltInOptions extends BuiltInCommands {
  /** Other texts. @default English ones */
  readonly texts?: Partial<BuiltInTexts>;
}

const MOST_LISTED = 50;
const TEXTS: BuiltInTexts = {
  list: (prefix, help) => `Commands (${prefix}${help} NAME says more):`,
  more: (count) => `… and ${count} more`,
  unknown: (name, meant) => `I have no command ${name}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
  status: statusLine,
  banned: (name, duration) => `I do not hear ${name} ${duration === undefined ? "any more" : `for ${duration}`}.`,
  isOwner: (name) => `${name} is one of my owners.`,
  unbanned: (name, wasBanned) => (wasBanned ? `I hear ${name} again.` : `${name} was not banned.`),
  leaving: () => "Goodbye.",
  isHome: () => "This is one of my home rooms, so I stay.",
  stopping: () => "Stopping.",
};

/**
 * A plugin with `help`, `status`, `ban`, `unban`, `leave` and `stop`. Each can have another name or other conditions, or
 * be left out with false.
 * @throws {BAD_ARGUMENT}
 */
export function builtIns(options: BuiltInOptions = {}): Plugin {
  const { texts: given, ...commands } = options;
  const say = chooseTexts("builtIns", TEXTS, given);
  const chosen = chooseCommands("builtIns", commands, {
    help: { about: "lists the commands, or explains one" },
    status: { about: "says how I am" },
    ban: { about: "stops hearing somebody, for a while or for good", needs: ["owner", "moderator"] },
    unban: { about: "hears somebody again", needs: ["owner", "moderator"] },
    leave: { about: "leaves this room", needs: ["owner", "room-owner"] },
    stop: { about: "stops me", needs: "owner" },
  });
  return (bot) => {
    const { help, status, ban, unban, leave, stop } = chosen;
    if (help) addHelp(bot, help, say);
    if (status) bot.command(status.name, status.options, (c) => c.reply(say.status(c.bot.status(), c.bot.clock.now())));
    if (ban) addBan(bot, ban, say);
    if (unban)
      bot.command(`${unban.name} <who:user>`, unban.options, async (c) =>
        c.reply(say.unbanned(await nameOf(c.args.who), await c.bot.unban(c.room, c.args.who.id))),
      );
    if (leave)
      bot.command(leave.name, leave.options, async (c) => {
        if (c.bot.standingIn(c.room) === "home") return c.reply(say.isHome());
        await c.reply(say.leaving());
        return c.bot.leave(c.room);
      });
    if (stop)
      bot.command(stop.name, stop.options, async (c) => {
        await c.reply(say.stopping());
        // Not awaited, because stopping waits for this handler. `bot.run` rejects if it fails.
        void c.bot.stop().catch(() => {});
      });
  };
}

function addHelp(bot: Bot, help: ChosenCommand, say: BuiltInTexts): void {
  bot.command(`${help.name} [command:word]`, help.options, (c) => {
    const commands = c.bot.commandsFor(c);
    const { command } = c.args;
    if (command === undefined) {
      const lines = listOf(
        commands.filter(({ hidden }) => !hidden),
        say,
      );
      const [name = "help"] = help.name.split("|");
      return c.say(fixedWidth([say.list(c.bot.prefix, name), ...lines].join("\n")), { split: "lines" });
    }
    const { prefix } = c.bot;
    const wanted = nameKey(command.startsWith(prefix) ? command.slice(prefix.length) : command);
    const found = commands.find(({ names }) => names.some((name) => nameKey(name) === wanted));
    if (found) return c.say(fixedWidth(explanationOf(found)), { split: "lines" });
    const shown = commands.filter(({ hidden }) => !hidden).flatMap(({ names }) => names);
    return c.reply(say.unknown(harmlessText(wanted, 40), nearest(wanted, shown)));
  });
}

function addBan(bot: Bot, ban: ChosenCommand, say: BuiltInTexts): void {
  bot.command(`${ban.name} <who:user> [for:duration]`, ban.options, async (c) => {
    const { who, for: ms } = c.args;
    const name = await nameOf(who);
    if (c.bot.isOwner(who.id)) return c.reply(say.isOwner(name));
    await c.bot.ban(c.room, who.id, { by: c.userId, ...(ms === undefined ? {} : { for: ms }) });
    return c.reply(say.banned(name, ms === undefined ? undefined : formatDuration(ms)));
  });
}

function listOf(commands: readonly CommandInfo[], say: BuiltInTexts): readonly string[] {
  const listed = commands.slice(0, MOST_LISTED);
  const width = Math.max(0, ...listed.map(({ names: [name = ""] }) => name.length));
  const lines = listed.map(({ names: [name = ""], about }) => `${name.padEnd(width)}  ${about}`.trimEnd());
  return commands.length > listed.length ? [...lines, say.more(commands.length - listed.length)] : lines;
}

function explanationOf({ names: [, ...aliases], usage, about, details }: CommandInfo): string {
  const also = aliases.length === 0 ? "" : `also: ${aliases.join(", ")}`;
  return [usage, about, details, also].filter((line) => line !== "").join("\n");
}

function statusLine(
  { startedAt, lastEventAt, rooms, handled, failed, waiting, sending }: BotStatus,
  now: number,
): string {
  const since = (time: number | null): string => formatDuration(time === null ? 0 : now - time);
  const parts = [
    `up for ${since(startedAt)}`,
    `${rooms.length} ${rooms.length === 1 ? "room" : "rooms"}`,
    `${handled} handled, ${failed} failed`,
    `${waiting} waiting, ${sending} to send`,
    `last event ${since(lastEventAt)} ago`,
  ];
  return parts.join(" · ");
}

async function nameOf(user: User): Promise<string> {
  return harmlessText(user.peek.name ?? (await user.name));
}
