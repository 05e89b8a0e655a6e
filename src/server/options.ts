/** What a local chat server can be told, with the defaults and what is known about the real values (protocol.md). */
import { UsageError } from "../errors/index.js";
import { isLoopback, type SiteHost } from "../protocol/sites.js";
import { type Clock, systemClock } from "../util/clock.js";
import { checkChoice, checkCount, checkFlag, checkOptions, shown } from "../util/options.js";

/** How a local chat server behaves. All fields are optional; unknown ones are refused by name. */
export interface ChatServerOptions {
  /** Port of the first site; the others get the following ones. 0 means any free port each. @default 0 */
  readonly port?: number;
  /** The address to listen on: one of loopback, unless `exposed` allows others. @default "127.0.0.1" */
  readonly hostname?: string;
  /**
   * Allows a `hostname` that other machines can reach, such as `"0.0.0.0"`, with a process warning that says what it
   * means: whoever reaches the port can read everything and log in as anybody whose password they guess. The listener
   * then answers to addresses and to `hostname`, not to other names. @default false
   */
  readonly exposed?: boolean;
  /** Which of the three installations to run; the first is `server.site`. @default all three, stackexchange.com first */
  readonly sites?: readonly SiteHost[];
  /** What the world holds at the start: some people with two days of talk, or room 1 and nobody. @default "empty" */
  readonly world?: "demo" | "empty";
  /** Whether writing fast is refused with 409 as on the live site (the curve is a community fit: MULTI). @default false */
  readonly throttle?: boolean;
  /** Where time comes from. @default the machine's clock */
  readonly clock?: Clock;
  /** How long the author may edit or delete (MULTI: 120 s). @default 120_000 */
  readonly editWindowMs?: number;
  /** How much longer than it says the server tolerates (ONE: about 150 s in all). @default 30_000 */
  readonly editGraceMs?: number;
  /** How often an idle socket gets `{"rR":{}}` (INF: between 15 and 25 s). @default 20_000 */
  readonly heartbeatMs?: number;
  /** How long somebody without an open socket stays in a room (INF: minutes to hours). @default 300_000 */
  readonly presenceGraceMs?: number;
  /** How long the same text again is silently dropped (ONE: 1 min). @default 60_000 */
  readonly duplicateWindowMs?: number;
  /** Events a socket gets at most for its cursor (unknown on the live site). @default 1_000 */
  readonly backlogLimit?: number;
  /** Whether `@Author ` stands before the content of replies, as until 2025-09 (ONE). @default false */
  readonly replyPrefixInContent?: boolean;
  /** How a room page lists who is there: `initPresent` until 2020-11, `js-present` since (ONE). @default "js-present" */
  readonly presentMarkup?: "initPresent" | "js-present";
  /** Reputation needed to talk: 20 until 2026-01, then 1 (MULTI). @default 1 */
  readonly minimumReputation?: number;
  /** Stars a day (ONE). @default 20 */
  readonly starsPerDay?: number;
  /** Messages on one transcript page before the day is split by hours (unknown on the live site). @default 500 */
  readonly transcriptPageSize?: number;
  /** Events kept per site for cursors. @default 50_000 */
  readonly maxEvents?: number;
  /** Messages kept per room. @default 100_000 */
  readonly maxMessagesPerRoom?: number;
  /** Requests kept in `server.requests`. @default 1_000 */
  readonly maxRequests?: number;
  /** Bytes waiting for a slow socket before it is cut off. @default 4_194_304 */
  readonly maxSocketBuffer?: number;
  /** Bytes of a request body; more is answered 413. @default 1_048_576 */
  readonly maxBodyBytes?: number;
  /** Bytes of an uploaded picture (INF: 2 MiB, as on the live sites' upload dialog). @default 2_097_152 */
  readonly maxImageBytes?: number;
  /**
   * How transcripts mark a reply: `reply-info` as recorded, or with another class instead, as newer pages may (the real
   * one is unknown; here it is `js-reply-link`), to see that a reader does not depend on it. @default "reply-info"
   */
  readonly replyMarkup?: "reply-info" | "2025";
  /**
   * A file that keeps the world: a server that is started with it again has everything back, logins and cursors too, and
   * `world` counts only the first time. Mode 0600, because it holds the passwords of the local accounts.
   * @default "", which keeps nothing
   */
  readonly journal?: string;
  /** Whether the login page offers the people of the world with one click. @default true for the demo world, unless exposed */
  readonly showAccounts?: boolean;
}

/** Every option with its value. */
export type ResolvedOptions = { readonly [K in keyof ChatServerOptions]-?: NonNullable<ChatServerOptions[K]> };

/**
 * Checks what was given and adds the defaults.
 * @throws {BAD_ARGUMENT} naming what is wrong with which option, and what would be right.
 */
export function resolveOptions(given: ChatServerOptions): ResolvedOptions {
  checkOptions("ChatServer.start", given, Object.keys(checks));
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  for (const [name, value] of Object.entries(present)) checks[name as keyof ResolvedOptions](name, value);
  const options: ResolvedOptions = { ...defaultsFor(given), ...present };
  refuseExposure(options);
  checkCount("port", options.port, 0, 65_536 - options.sites.length);
  return options;
}

function defaultsFor(given: ChatServerOptions): ResolvedOptions {
  return {
    port: 0,
    hostname: "127.0.0.1",
    exposed: false,
    sites: siteHosts,
    world: "empty",
    throttle: false,
    clock: systemClock,
    editWindowMs: 120_000,
    editGraceMs: 30_000,
    heartbeatMs: 20_000,
    presenceGraceMs: 300_000,
    duplicateWindowMs: 60_000,
    backlogLimit: 1_000,
    replyPrefixInContent: false,
    presentMarkup: "js-present",
    minimumReputation: 1,
    starsPerDay: 20,
    transcriptPageSize: 500,
    maxEvents: 50_000,
    maxMessagesPerRoom: 100_000,
    maxRequests: 1_000,
    maxSocketBuffer: 4_194_304,
    maxBodyBytes: 1_048_576,
    maxImageBytes: 2_097_152,
    replyMarkup: "reply-info",
    journal: "",
    showAccounts: given.world === "demo" && given.exposed !== true,
  };
}

type Check = (name: string, value: unknown) => void;

const siteHosts: readonly SiteHost[] = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"];

const from =
  (least: number): Check =>
  (name, value) =>
    checkCount(name, value, least);
const oneOf =
  (...choices: readonly string[]): Check =>
  (name, value) =>
    checkChoice(name, value, choices);

/** What each option may be. */
const checks: Readonly<Record<keyof ResolvedOptions, Check>> = {
  port: (name, value) => checkCount(name, value, 0, 65_535),
  hostname: checkText,
  exposed: checkFlag,
  sites: checkSites,
  world: oneOf("demo", "empty"),
  throttle: checkFlag,
  clock: checkClock,
  editWindowMs: from(0),
  editGraceMs: from(0),
  heartbeatMs: from(1),
  presenceGraceMs: from(0),
  duplicateWindowMs: from(0),
  backlogLimit: from(1),
  replyPrefixInContent: checkFlag,
  presentMarkup: oneOf("initPresent", "js-present"),
  minimumReputation: from(0),
  starsPerDay: from(0),
  transcriptPageSize: from(1),
  maxEvents: from(1),
  maxMessagesPerRoom: from(1),
  maxRequests: from(0),
  maxSocketBuffer: from(1),
  maxBodyBytes: from(1),
  maxImageBytes: from(1),
  replyMarkup: oneOf("reply-info", "2025"),
  journal: checkAnyText,
  showAccounts: checkFlag,
};

function checkSites(name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new UsageError(`${name} is a list of at least one of ${siteHosts.join(", ")}, not ${shown(value)}`);
  }
  for (const host of value) checkChoice("a site", host, siteHosts);
  const twice = value.find((host, index) => value.indexOf(host) !== index);
  if (twice !== undefined) throw new UsageError(`${name} has ${twice} twice; each site runs once`);
}

function checkClock(name: string, value: unknown): void {
  const clock = value as Partial<Clock> | null;
  if (typeof clock !== "object" || typeof clock?.now !== "function" || typeof clock.setTimeout !== "function") {
    throw new UsageError(`${name} has now() and setTimeout(), as a ManualClock has; this is ${shown(value)}`);
  }
}

function checkText(name: string, value: unknown): void {
  checkAnyText(name, value);
  if (String(value).trim() === "") throw new UsageError(`${name} is a text, not ${shown(value)}`);
}

function checkAnyText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new UsageError(`${name} is a text, not ${shown(value)}`);
}

function refuseExposure({ hostname, exposed }: ResolvedOptions): void {
  if (isLoopback(hostname) || exposed) return;
  throw new UsageError(
    `a local chat server listens on loopback only, such as "127.0.0.1", not on ${shown(hostname)}, which other machines may reach; if you mean that, say exposed: true`,
  );
}
