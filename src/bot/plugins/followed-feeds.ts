/** Feeds that people add and remove in a room: `follow https://example.com/news.xml`. */
import { isChatError, type Room } from "../../index.js";
import { digest } from "../../util/digest.js";
import { checkCount, checkOptions } from "../../util/options.js";
import type { Bot, Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { formatItem } from "../feeds/index.js";
import { type Duration, durationMs } from "../pattern/index.js";
import { type Store, scoped } from "../store/index.js";
import { harmlessLine, harmlessText } from "./harmless.js";
import { type CommandChoice, chooseCommands, chooseTexts } from "./plugin-options.js";

/** The texts of {@link followedFeeds}. Addresses are shown without their query, which may have a secret. */
export interface FollowedFeedTexts {
  /** A feed was added. */
  follows(address: string): string;
  /** The text has no address, or one that is not allowed. */
  refused(reason: string): string;
  /** The feed was added before. */
  known(address: string): string;
  /** There are too many feeds in the room. */
  tooMany(most: number): string;
  /** A line of the list. */
  line(number: number, address: string, state: string): string;
  /** There are no feeds in the room. */
  none(): string;
  /** A feed was removed. */
  unfollows(address: string): string;
  /** There is no feed of that number. */
  noSuch(number: number): string;
}

/** Options of {@link followedFeeds}. */
export interface FollowedFeedOptions {
  /** Its commands. @default "follow", "unfollow" and "feeds"; the first two for owners and room owners */
  readonly commands?: {
    readonly follow?: CommandChoice;
    readonly unfollow?: CommandChoice;
    readonly feeds?: CommandChoice;
  };
  /** The time between two polls of a feed. @default "15m" */
  readonly every?: Duration;
  /** The most feeds of a room. @default 10 */
  readonly most?: number;
  /** Whether feeds may have private addresses. @default false */
  readonly allowPrivate?: boolean;
  /** Other texts. @default English ones */
  readonly texts?: Partial<FollowedFeedTexts>;
}

const ADDRESS = /\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>]+)/i;
const TEXTS: FollowedFeedTexts = {
  follows: (address) => `I follow ${address}.`,
  refused: (reason) => `I cannot follow that: ${reason}`,
  known: (address) => `I follow ${address} already.`,
  tooMany: (most) => `I follow ${most} feeds here already.`,
  line: (number, address, state) => `${number}. ${address} (${state})`,
  none: () => "I follow no feeds here.",
  unfollows: (address) => `I do not follow ${address} any more.`,
  noSuch: (number) => `There is no feed ${number} here.`,
};

/**
 * A plugin with `follow ADDRESS`, `unfollow NUMBER` and `feeds`. The feeds of a room are kept over restarts.
 * @throws {BAD_ARGUMENT}
 */
export function followedFeeds(options: FollowedFeedOptions = {}): Plugin {
  checkOptions("followedFeeds", options, ["commands", "every", "most", "allowPrivate", "texts"]);
  const { every = "15m", most = 10, allowPrivate = false } = options;
  checkCount("followedFeeds.most", most, 1);
  durationMs("followedFeeds.every", every, 10_000);
  const say = chooseTexts("followedFeeds", TEXTS, options.texts);
  const chosen = chooseCommands("followedFeeds.commands", options.commands, {
    follow: { about: "posts the news of a feed here", needs: ["owner", "room-owner"] },
    unfollow: { about: "ends that", needs: ["owner", "room-owner"] },
    feeds: { about: "lists the feeds of this room" },
  });
  const begin = (bot: Bot, room: Room, url: string): unknown =>
    bot.feed(url, {
      name: feedName(room, url),
      every,
      rooms: [room],
      allowPrivate,
      // A bot that was sent away does not come back for this.
      format: (item) => (bot.standingIn(room) ? formatItem(item) : null),
    });
  return (bot) => {
    const { follow, unfollow, feeds } = chosen;
    bot.service(async (running) => {
      for (const room of running.rooms) for (const url of await urlsIn(running, room)) begin(running, room, url);
    });
    if (follow)
      bot.command(`${follow.name} <address:text...>`, follow.options, async (c) =>
        c.reply(await add(c, most, begin, say)),
      );
    if (unfollow)
      bot.command(`${unfollow.name} <number:integer>`, unfollow.options, async (c) => {
        const { number } = c.args;
        const url = (await urlsIn(c.bot, c.room))[number - 1];
        if (url === undefined) return c.reply(say.noSuch(number));
        await storeOf(c.bot, c.room).delete(url);
        await c.bot.removeFeed(feedName(c.room, url));
        return c.reply(say.unfollows(harmlessText(shown(url), 200)));
      });
    if (feeds)
      bot.command(feeds.name, feeds.options, async (c) => {
        const states = new Map(c.bot.feeds.map(({ name, state }) => [name, state]));
        const urls = await urlsIn(c.bot, c.room);
        const lines = urls.map((url, index) =>
          say.line(index + 1, harmlessLine(shown(url), 200), states.get(feedName(c.room, url)) ?? "ended"),
        );
        return c.reply(lines.length === 0 ? say.none() : lines.join("\n"));
      });
  };
}

async function add(
  c: BotContext & { readonly args: { readonly address: string } },
  most: number,
  begin: (bot: Bot, room: Room, url: string) => unknown,
  say: FollowedFeedTexts,
): Promise<string> {
  const [, linked, bare] = ADDRESS.exec(c.args.address) ?? [];
  const url = URL.parse(linked ?? bare ?? "")?.href;
  if (url === undefined) return say.refused("it has no address.");
  const name = harmlessText(shown(url), 200);
  const known = await urlsIn(c.bot, c.room);
  if (known.includes(url)) return say.known(name);
  if (known.length >= most) return say.tooMany(most);
  try {
    begin(c.bot, c.room, url);
  } catch (error) {
    if (!isChatError(error, "BAD_ARGUMENT", "FORBIDDEN")) throw error;
    return say.refused(harmlessText(error.message, 300));
  }
  await storeOf(c.bot, c.room).set(url, { by: c.userId });
  return say.follows(name);
}

function storeOf(bot: Bot, room: Room): Store {
  return scoped(bot.store, "feeds", room.site.host, String(room.id));
}

async function urlsIn(bot: Bot, room: Room): Promise<readonly string[]> {
  const urls: string[] = [];
  for await (const [url] of storeOf(bot, room).list()) urls.push(url);
  return urls;
}

/** The name of a feed in messages to owners and in the store, the same after a restart. */
function feedName(room: Room, url: string): string {
  return `${shown(url).slice(0, 60)} in room ${room.id} #${digest(`${room.site.host} ${url}`)}`;
}

function shown(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
