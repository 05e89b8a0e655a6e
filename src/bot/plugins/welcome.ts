/** Greets people who enter a room and have never said anything there. */
import { type Room, UserEntered } from "../../index.js";
import { checkCount, checkFunction, checkOptions } from "../../util/options.js";
import type { Plugin } from "../bot.js";
import type { BotContext } from "../context.js";
import { checkRooms, type RoomChoice } from "../handler-options.js";
import { type Duration, durationMs } from "../pattern/index.js";
import { type Json, type Store, scoped } from "../store/index.js";
import { harmlessText } from "./harmless.js";

/** Options of {@link welcome}. */
export interface WelcomeOptions {
  /** The greeting for a name, which is escaped and pings nobody. @default "Welcome, Name!" */
  readonly text?: (name: string, c: BotContext) => string | Promise<string>;
  /** The rooms, or their role. @default all rooms of the bot */
  readonly rooms?: RoomChoice;
  /** Only people with less reputation than this. @default everybody */
  readonly under?: number;
  /** The least time between two greetings in a room. @default "30s" */
  readonly every?: Duration;
}

/** How many people of a room are remembered as greeted. */
const MOST_REMEMBERED = 2_000;

/**
 * A plugin that greets people who enter a room in which they have never said anything; each once, also over restarts.
 * @throws {BAD_ARGUMENT}
 */
export function welcome(options: WelcomeOptions = {}): Plugin {
  checkOptions("welcome", options, ["text", "rooms", "under", "every"]);
  const { text = (name) => `Welcome, ${name}!`, rooms, under } = options;
  checkFunction("welcome.text", text);
  if (rooms !== undefined) checkRooms(rooms);
  if (under !== undefined) checkCount("welcome.under", under, 1);
  const everyMs = durationMs("welcome.every", options.every ?? "30s");
  return (bot) => {
    const lastAt = new WeakMap<Room, number>();
    bot.on(UserEntered, { name: "welcome", ...(rooms === undefined ? {} : { rooms }) }, async (c) => {
      const { user, userId, userName, room } = c;
      if (!user || userId === null || userName === null) return;
      const now = c.bot.clock.now();
      if (now - (lastAt.get(room) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
      if (!(await c.firstTimeHere)) return;
      if (under !== undefined && ((await user.reputation) ?? 0) >= under) return;
      const greeted = scoped(c.bot.store, "welcome", room.site.host);
      if (!(await isNew(greeted, String(room.id), userId))) return;
      lastAt.set(room, now);
      await c.say(await text(harmlessText(userName), c));
    });
  };
}

/** Notes that a person is greeted. Resolves to false if they were before. */
async function isNew(store: Store, roomKey: string, userId: number): Promise<boolean> {
  let isFirst = false;
  await store.update(roomKey, (value) => {
    const known: readonly Json[] = Array.isArray(value) ? value : [];
    isFirst = !known.includes(userId);
    return isFirst ? [...known, userId].slice(-MOST_REMEMBERED) : known;
  });
  return isFirst;
}
