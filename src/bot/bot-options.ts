/** The options of a bot, and their checks. */
import type { Clock, Room } from "../index.js";
import { UsageError } from "../index.js";
import {
  checkChoice,
  checkCount,
  checkFlag,
  checkFunction,
  checkId,
  checkOptions,
  hasMethods,
  previewValue,
} from "../util/options.js";
import { checkRooms } from "./handler-options.js";
import { type ArgumentTypes, type Duration, durationMs } from "./pattern/index.js";
import type { Store } from "./store/index.js";

/** An invitation to a room. */
export interface Invited {
  readonly room: Room;
  /** The id of the person who invites; null if the server does not say. */
  readonly by: number | null;
}

/** The rule for invitations: who may bring the bot into a room. */
export interface InvitationRule {
  /** Owners of the bot, owners of that room, anybody, or a function. */
  readonly from: "owners" | "room-owners" | "anybody" | ((invited: Invited) => boolean | PromiseLike<boolean>);
  /** The most rooms that the bot is in at once, home rooms included. @default 20 */
  readonly most?: number;
  /** The first message in the new room. @default nothing */
  readonly greeting?: string;
}

/** Options of a `Bot`. */
export interface BotOptions<T extends ArgumentTypes = ArgumentTypes> {
  /** The start of every command, or several. @default "!!" */
  readonly prefix?: string | readonly string[];
  /** Names by which the bot is called, such as `sdc` in `sdc status`. @default none */
  readonly names?: readonly string[];
  /** Whether `@Bot roll` and replies to the bot are commands. @default true */
  readonly mentions?: boolean;
  /** The chat ids of the owners, who may do everything. @default none */
  readonly owners?: readonly number[];
  /** The chat ids of the only people whom the bot hears, besides its owners. @default everybody */
  readonly allowed?: readonly number[];
  /** The store of values: a path of a SQLite file, or a store. @default memory, which forgets them */
  readonly store?: string | Store;
  /** Your own types of arguments, by name. @default none */
  readonly types?: T;
  /**
   * The commands that run one after the other: those of one person in a room (`user`), all of a room (`room`), or
   * none. @default "user"
   */
  readonly order?: "user" | "room" | "none";
  /** The longest that a handler may run, without the time in which it waits for people or for its answers to be sent. @default "60s" */
  readonly timeout?: Duration;
  /** The answer to an unknown command: silence, or a suggestion of a similar name. @default "silence" */
  readonly unknown?: "silence" | "suggest";
  /** Commands that were sent longer than `maxAge` before they arrived are skipped. @default no limit */
  readonly catchUp?: { readonly maxAge: Duration };
  /** How long messages can be edited. @default "2m", as on the live sites */
  readonly window?: Duration;
  /** Whether an edited command runs again and its answers are edited. @default true */
  readonly edits?: boolean;
  /** Whether a deleted command takes its answers along. @default true */
  readonly deleteAnswers?: boolean;
  /** The answer in the room when a handler fails; null for none. @default "Something went wrong." */
  readonly apology?: string | null;
  /** Limits on each person: after `commands` in `per`, the bot does not hear them for `mute`. False for no limits. */
  readonly flood?: { readonly commands: number; readonly per: Duration; readonly mute: Duration } | false;
  /** The rooms of each role, for `bot.tell`. The role `owners` receives reports of failures. @default none */
  readonly roles?: Readonly<Record<string, readonly (Room | number)[]>>;
  /** The rule for invitations to rooms. @default nobody */
  readonly invitations?: InvitationRule;
  /** The clock. @default that of the first client */
  readonly clock?: Clock;
  /** Prints a line and perhaps an error. @default to stderr */
  readonly print?: (line: string, error?: unknown) => unknown;
}

/** The checked options. */
export interface BotSettings {
  readonly prefixes: readonly string[];
  readonly names: readonly string[];
  readonly mentions: boolean;
  readonly owners: readonly number[];
  readonly allowed: readonly number[] | undefined;
  readonly store: string | Store | undefined;
  readonly order: "user" | "room" | "none";
  readonly timeoutMs: number;
  readonly suggests: boolean;
  readonly maxAgeMs: number;
  readonly windowMs: number;
  readonly runsEdits: boolean;
  readonly deletesAnswers: boolean;
  readonly apology: string | null;
  readonly flood: { readonly commands: number; readonly perMs: number; readonly muteMs: number } | undefined;
  readonly roles: Readonly<Record<string, readonly (Room | number)[]>>;
  readonly invitations: InvitationRule | undefined;
  readonly clock: Clock | undefined;
  readonly print: (line: string, error?: unknown) => unknown;
}

const OPTION_NAMES = [
  "prefix",
  "names",
  "mentions",
  "owners",
  "allowed",
  "store",
  "types",
  "order",
  "timeout",
  "unknown",
  "catchUp",
  "window",
  "edits",
  "deleteAnswers",
  "apology",
  "flood",
  "roles",
  "invitations",
  "clock",
  "print",
] as const satisfies readonly (keyof BotOptions)[];

/** Checks the options of a bot. @throws {BAD_ARGUMENT} */
export function readBotOptions(options: BotOptions): BotSettings {
  checkOptions("new Bot", options, OPTION_NAMES);
  const {
    prefix = "!!",
    names = [],
    owners = [],
    allowed,
    order = "user",
    unknown = "silence",
    apology,
    roles = {},
  } = options;
  checkChoice("order", order, ["user", "room", "none"]);
  checkChoice("unknown", unknown, ["silence", "suggest"]);
  for (const flag of ["mentions", "edits", "deleteAnswers"] as const)
    if (options[flag] !== undefined) checkFlag(flag, options[flag]);
  checkIds("owners", owners);
  if (allowed !== undefined) checkIds("allowed", allowed);
  for (const rooms of Object.values(roles)) checkRooms(rooms);
  if (options.catchUp !== undefined) checkOptions("catchUp", options.catchUp, ["maxAge"]);
  if (options.print !== undefined) checkFunction("print", options.print);
  if (apology !== undefined && apology !== null && typeof apology !== "string")
    throw new UsageError(`apology must be a text or null, not ${previewValue(apology)}`);
  return {
    prefixes: textsOf("prefix", typeof prefix === "string" ? [prefix] : prefix),
    names: textsOf("names", names),
    mentions: options.mentions ?? true,
    owners,
    allowed,
    store: storeOf(options.store),
    order,
    timeoutMs: durationMs("timeout", options.timeout ?? "60s", 1),
    suggests: unknown === "suggest",
    maxAgeMs:
      options.catchUp === undefined ? Number.POSITIVE_INFINITY : durationMs("catchUp.maxAge", options.catchUp.maxAge),
    windowMs: durationMs("window", options.window ?? "2m"),
    runsEdits: options.edits ?? true,
    deletesAnswers: options.deleteAnswers ?? true,
    apology: apology === undefined ? "Something went wrong." : apology,
    flood: floodOf(options.flood),
    roles,
    invitations: invitationsOf(options.invitations),
    clock: options.clock,
    print: options.print ?? printLine,
  };
}

function checkIds(what: string, ids: unknown): void {
  if (!Array.isArray(ids)) throw new UsageError(`${what} must be a list of user ids, not ${previewValue(ids)}`);
  for (const id of ids) checkId("user", id);
}

function textsOf(what: string, texts: unknown): readonly string[] {
  const isRight =
    Array.isArray(texts) && texts.every((text) => typeof text === "string" && text.trim() === text && text !== "");
  if (isRight) return texts;
  throw new UsageError(`${what} must be texts without blanks around them, not ${previewValue(texts)}`);
}

function storeOf(store: BotOptions["store"]): string | Store | undefined {
  if (store === undefined || hasMethods(store, ["get", "set", "delete", "list", "update"])) return store;
  if (typeof store === "string" && store !== "") return store;
  throw new UsageError(`store must be a path or a store such as memoryStore(), not ${previewValue(store)}`);
}

function floodOf(flood: BotOptions["flood"]): BotSettings["flood"] {
  if (flood === false) return undefined;
  const { commands, per, mute } = flood ?? { commands: 30, per: "1m", mute: "5m" };
  checkOptions("flood", flood ?? {}, ["commands", "per", "mute"]);
  checkCount("flood.commands", commands, 1);
  return { commands, perMs: durationMs("flood.per", per, 1), muteMs: durationMs("flood.mute", mute, 1) };
}

function invitationsOf(rule: InvitationRule | undefined): InvitationRule | undefined {
  if (rule === undefined) return undefined;
  checkOptions("invitations", rule, ["from", "most", "greeting"]);
  if (typeof rule.from !== "function") checkChoice("invitations.from", rule.from, ["owners", "room-owners", "anybody"]);
  return rule;
}

function printLine(line: string, error?: unknown): void {
  if (error === undefined) console.error(line);
  else console.error(`${line}:`, error);
}
