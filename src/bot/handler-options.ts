/** The options of handlers and groups, and their checks. */
import { type Room, UsageError } from "../index.js";
import {
  checkChoice,
  checkFunction,
  checkNonEmptyText,
  checkOptions,
  hasMethods,
  previewValue,
} from "../util/options.js";
import type { BotContext } from "./context.js";
import { type Duration, durationMs } from "./pattern/index.js";

/** Passes a message on to the next match, or goes on from a middleware; resolves when that has finished. */
export type Next = () => Promise<void>;

/** A function that handles a command, a message or an event. */
export type Handler<C> = (c: C, next: Next) => unknown;

/** A function around handlers; see `use`. */
export type Middleware = (c: BotContext, next: Next) => unknown;

/**
 * A condition on the person: an owner of the bot, an owner of the room, a moderator, a reputation, or a function. Owners
 * of the bot meet every condition but a function.
 */
export type Need =
  | "owner"
  | "room-owner"
  | "moderator"
  | { readonly reputation: number }
  | ((c: BotContext) => boolean | PromiseLike<boolean>);

/** Rooms by object or id, or all rooms with a role. */
export type RoomChoice = string | readonly (Room | number)[];

/** Messages that a handler does not get unless it asks for them. */
export type Unheard = "own" | "system" | "moves" | "oneboxes";

/** Waits between two uses of a handler. */
export interface Cooldown {
  /** Between two uses by one person, in all rooms. @default none */
  readonly perUser?: Duration;
  /** Between two uses in one room. @default none */
  readonly perRoom?: Duration;
  /** Between any two uses. @default none */
  readonly all?: Duration;
}

/** Options of every handler. */
export interface HandlerOptions {
  /** A name for status and reports. @default made from the pattern, the text or the event class */
  readonly name?: string;
  /** The condition on the person; of a list, one is enough. Others are told once. @default everybody */
  readonly needs?: Need | readonly Need[];
  /** Waits between two uses. Owners of the bot do not wait. @default none */
  readonly cooldown?: Cooldown;
  /** Only in these rooms, or in rooms with this role. @default all rooms of the bot */
  readonly rooms?: RoomChoice;
  /** The longest that the handler may run, without the time in which it waits for people. @default the bot's `timeout` */
  readonly timeout?: Duration;
  /**
   * Messages to hear that commands and `hears` ignore otherwise: the bot's `own`, those of `system` users such as Feeds,
   * notices of moved messages (`moves`), and `oneboxes`. An `on` handler gets all events but the bot's `own`. @default none
   */
  readonly also?: readonly Unheard[];
}

/** Options of a `hears` handler. */
export interface HearsOptions extends HandlerOptions {}

/** Options of a command. */
export interface CommandOptions extends HandlerOptions {
  /** One line for the help. */
  readonly about?: string;
  /** More lines for the help of this command alone. */
  readonly details?: string;
  /** Whether the help leaves it out. @default false */
  readonly hidden?: boolean;
}

/** The filter of a group: rooms, conditions on the person, or a function. */
export type GroupFilter = Pick<HandlerOptions, "rooms" | "needs"> | ((c: BotContext) => boolean | PromiseLike<boolean>);

/** The checked options of a handler. */
export interface About {
  readonly name: string | undefined;
  readonly about: string;
  readonly details: string;
  readonly hidden: boolean;
  readonly needs: readonly Need[];
  readonly cooldownMs: { readonly perUser: number; readonly perRoom: number; readonly all: number } | undefined;
  readonly rooms: RoomChoice | undefined;
  readonly timeoutMs: number | undefined;
  readonly also: ReadonlySet<Unheard>;
}

const UNHEARD: readonly Unheard[] = ["own", "system", "moves", "oneboxes"];
const HANDLER_OPTIONS = ["name", "needs", "cooldown", "rooms", "timeout", "also"] as const;
const COMMAND_OPTIONS = [...HANDLER_OPTIONS, "about", "details", "hidden"] as const;

/**
 * Checks the options of a handler; a text is its line in the help.
 * @throws {BAD_ARGUMENT}
 */
export function readAbout(method: "command" | "hears" | "on" | "unknownCommand", given: unknown): About {
  const isText = typeof given === "string" && method === "command";
  const options: CommandOptions = isText ? { about: given } : ((given ?? {}) as CommandOptions);
  checkOptions(method, options, method === "command" ? COMMAND_OPTIONS : HANDLER_OPTIONS);
  const { name, about = "", details = "", hidden = false, rooms, timeout, also = [] } = options;
  if (name !== undefined) checkNonEmptyText("name", name);
  if (rooms !== undefined) checkRooms(rooms);
  if (!Array.isArray(also)) throw new UsageError(`also must be a list such as ["own"], not ${previewValue(also)}`);
  for (const what of also) checkChoice("also", what, UNHEARD);
  return {
    name,
    about,
    details,
    hidden,
    needs: readNeeds(options.needs),
    cooldownMs: readCooldown(options.cooldown),
    rooms,
    timeoutMs: timeout === undefined ? undefined : durationMs("timeout", timeout),
    also: new Set(also),
  };
}

/** Checks the filter of a group. @throws {BAD_ARGUMENT} */
export function readFilter(filter: GroupFilter): GroupFilter {
  if (typeof filter === "function") return filter;
  if (filter === undefined)
    throw new UsageError("group takes a filter, such as { rooms: 1 } or a function, not undefined");
  checkOptions("group", filter, ["rooms", "needs"]);
  if (filter.rooms !== undefined) checkRooms(filter.rooms);
  readNeeds(filter.needs);
  return filter;
}

/** Checks the conditions on a person. @throws {BAD_ARGUMENT} */
export function readNeeds(needs: unknown): readonly Need[] {
  const list: readonly unknown[] = needs === undefined ? [] : Array.isArray(needs) ? needs : [needs];
  return list.map((need) => {
    if (typeof need === "function") return need as Need;
    if (typeof need === "object" && need !== null) {
      checkOptions("needs", need, ["reputation"]);
      const reputation: unknown = Reflect.get(need, "reputation");
      if (typeof reputation === "number" && Number.isFinite(reputation)) return { reputation };
      throw new UsageError(`needs.reputation must be a number, not ${previewValue(reputation)}`);
    }
    checkChoice("needs", need, ["owner", "room-owner", "moderator"]);
    return need as Need;
  });
}

/** Checks a choice of rooms. @throws {BAD_ARGUMENT} */
export function checkRooms(rooms: unknown): asserts rooms is RoomChoice {
  if (typeof rooms === "string" && rooms.trim() !== "") return;
  const isRoom = (room: unknown): boolean => Number.isSafeInteger(room) || hasMethods(room, ["sendMessage"]);
  if (Array.isArray(rooms) && rooms.every(isRoom)) return;
  throw new UsageError(`rooms must be a role, or a list of rooms or their ids, not ${previewValue(rooms)}`);
}

/** Checks a handler. @throws {BAD_ARGUMENT} */
export function handlerOf(method: string, handler: unknown): Handler<BotContext> {
  checkFunction(`the handler of ${method}`, handler);
  return handler as Handler<BotContext>;
}

function readCooldown(cooldown: Cooldown | undefined): About["cooldownMs"] {
  if (cooldown === undefined) return undefined;
  checkOptions("cooldown", cooldown, ["perUser", "perRoom", "all"]);
  const ms = (name: keyof Cooldown): number =>
    cooldown[name] === undefined ? 0 : durationMs(`cooldown.${name}`, cooldown[name]);
  return { perUser: ms("perUser"), perRoom: ms("perRoom"), all: ms("all") };
}
