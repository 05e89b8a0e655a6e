/** What a local chat server can be told, with the defaults and what is known about the real values (protocol.md). */
import type { SiteHost } from "../protocol/sites.js";
import { printFailure, safeClock, safeNumber, safeRandom } from "../util/call-safely.js";
import { type Clock, systemClock } from "../util/clock.js";
import { checkCount, checkOptions } from "../util/options.js";
import type { Delay } from "./latency.js";
import { checks, refuseExposure, siteHosts } from "./option-checks.js";
import { Random } from "./seed/random.js";
import { requiredPauseMs } from "./throttle.js";
import { defaultTextLimits, type TextLimits } from "./world/limits.js";
import type { RefusalRule } from "./world/refusal.js";

/** How a local chat server behaves. All fields are optional; unknown ones are refused by name. */
export interface ChatServerOptions {
  /** Port of the first site; the others get the following ones. 0 means any free port each. @default 0 */
  readonly port?: number;
  /**
   * Speak https and wss with this certificate (PEM), as clients that know only `https://` addresses want it. It must be
   * for the names by which it is called: `127.0.0.1`, or the real hosts where these lead here. @default none
   */
  readonly tls?: TlsFiles;
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
  /** The pause in milliseconds before the n-th write in a row, for `throttle`. @default {@link requiredPauseMs}, the fit */
  readonly throttlePauseMs?: (n: number) => number;
  /** Where time comes from. @default the machine's clock */
  readonly clock?: Clock;
  /**
   * Network latency: the delay of each answer and each frame in milliseconds of real time, or its least and its most. The
   * server acts as soon as a request arrives; frames of one socket stay in order. @default 0
   */
  readonly latencyMs?: Delay;
  /** The source of random numbers from 0 up to 1, which delays are drawn with. @default a seeded one, the same each time */
  readonly random?: () => number;
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
  /** Whether `@Author ` stands before the content of replies, as until 2025-09 (MULTI). @default false */
  readonly replyPrefixInContent?: boolean;
  /**
   * Whether the events of replies have `parent_username` (MULTI, since 2025-09) and `parent_text` (ONE). No frame with
   * them was recorded. @default false
   */
  readonly parentInReplies?: boolean;
  /** Whether who is both replied to and mentioned gets events 18 and 8, or 18 alone (ONE). @default false */
  readonly mentionBesideReply?: boolean;
  /** Whether asking for a room's messages brings somebody in, as pages and sockets do (contradictory). @default false */
  readonly enterByEvents?: boolean;
  /** Whether edits need a `Referer` in the room (ONE, contradicted), and are refused without. @default false */
  readonly refererForEdits?: boolean;
  /**
   * Other statuses for the refusals of posting, which are unknown but for those the sources name (docs/server-endpoints.md),
   * such as `{ "too-long": 409 }`. @default none
   */
  readonly refusalStatus?: Readonly<Partial<Record<RefusalRule, number>>>;
  /**
   * Other sentences in place of the server's own where sources differ, such as `{ "It is too late to edit this message":
   * "It is too late to edit this message." }`. @default none
   */
  readonly refusalText?: Readonly<Record<string, string>>;
  /** The header of pages outside of rooms: `topbar` as recorded, or `s-topbar` as the Q&A sites have it (INF). @default "topbar" */
  readonly headerMarkup?: "topbar" | "s-topbar";
  /**
   * How a room page lists who is there: `initPresent` as recorded in 2017, `initPresent-2019` without the viewer, whom
   * `RoomUsers.update` adds (OBS, until 2020-11), `js-present` since (ONE). @default "js-present"
   */
  readonly presentMarkup?: "initPresent" | "initPresent-2019" | "js-present";
  /** People whom the `@names` of one message, edits included, can ping (unknown on the live site). @default 50 */
  readonly maxPings?: number;
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
  /** Characters of all messages longer than 4,000, revisions included, of a site: the oldest of them go. @default 67_108_864 */
  readonly maxLongText?: number;
  /**
   * How long names and texts may be, and how many tags and revisions there may be (unknown on the live site but for tags),
   * such as `{ roomName: 50 }`; longer ones are refused with 400. @default those of {@link TextLimits}
   */
  readonly textLimits?: Partial<TextLimits>;
  /** Requests kept in `server.requests`. @default 1_000 */
  readonly maxRequests?: number;
  /**
   * Bytes of events in one answer of polling (`POST /events`), for all its rooms: the oldest come, and `t` says how far
   * the answer goes, so that the reader asks again; and of a list of messages (`POST /chats/{id}/events`), which then has
   * fewer than asked for (unknown on the live site). @default 1_048_576
   */
  readonly maxPollBytes?: number;
  /** Bytes waiting for a slow socket before it is cut off, and of the events it gets for its cursor. @default 4_194_304 */
  readonly maxSocketBuffer?: number;
  /**
   * Whether posts from the pages of other sites (by their Origin header) are looked at at all. The fkey keeps most of them
   * out anyway, but uploads have none. Unknown on the live sites. @default false
   */
  readonly foreignOrigins?: boolean;
  /** How long a request may take to arrive; slower ones are answered 408. Its headers get 10 s at most. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** Connections at once to each site, those of sockets included; more are answered 503. @default 10_000 */
  readonly maxConnections?: number;
  /** Sockets of one login, or of one address without a login, to each site; more are answered 429. @default 1_000 */
  readonly maxSocketsPerVisitor?: number;
  /** Bytes of a request body; more is answered 413. @default 1_048_576 */
  readonly maxBodyBytes?: number;
  /** Bytes of an uploaded picture (INF: 2 MiB, as on the live sites' upload dialog). @default 2_097_152 */
  readonly maxImageBytes?: number;
  /**
   * How pages mark a reply: `reply-info` as recorded in 2018; `2025-07`, for some days `a.reply-info-container` with arrow
   * and `@Name`; `2025`, since 2025-09, with both classes, and every content in a `.message-info-container` (MULTI for
   * the classes, INF for the nesting). @default "2025"
   */
  readonly replyMarkup?: "reply-info" | "2025-07" | "2025";
  /**
   * A file that keeps the world: a server that is started with it again has everything back, logins and cursors too, and
   * `world` counts only the first time. Mode 0600, because it holds the passwords of the local accounts. It grows by what
   * is said, is compacted while the server runs, and `close()` says what a full disk did not take (docs/state.md).
   * @default "", which keeps nothing
   */
  readonly journal?: string;
  /** Whether the login page offers the people of the world with one click. @default true for the demo world, unless exposed */
  readonly showAccounts?: boolean;
}

/** A private key and its certificate, both as PEM text. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** Options whose default is that there is nothing. */
type Optional = "tls";

/** Every option with its value. */
export type ResolvedOptions = {
  readonly [K in Exclude<keyof ChatServerOptions, Optional | "textLimits">]-?: NonNullable<ChatServerOptions[K]>;
} & { readonly [K in Optional]: ChatServerOptions[K] | undefined } & { readonly textLimits: TextLimits };

/**
 * Checks what was given and adds the defaults.
 * @throws {BAD_ARGUMENT} naming what is wrong with which option, and what would be right.
 */
export function resolveOptions(given: ChatServerOptions): ResolvedOptions {
  checkOptions("ChatServer.start", given, Object.keys(checks));
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  for (const [name, value] of Object.entries(present)) checks[name as keyof ResolvedOptions](name, value);
  const textLimits = { ...defaultTextLimits, ...given.textLimits };
  const options: ResolvedOptions = { ...defaultsFor(given), ...present, textLimits };
  refuseExposure(options);
  checkCount("port", options.port, 0, 65_536 - options.sites.length);
  return { ...options, ...safeFunctions(options) };
}

/** The functions among the options: when one fails, that is printed once, and a default stands in. */
function safeFunctions({
  clock,
  random,
  throttlePauseMs,
}: ResolvedOptions): Pick<ResolvedOptions, "clock" | "random" | "throttlePauseMs"> {
  const report = (error: unknown): void => printFailure("a function given to ChatServer.start failed", error);
  const pauses = { least: 0, most: Number.MAX_SAFE_INTEGER };
  return {
    clock: safeClock(clock, report),
    random: safeRandom(random, report),
    throttlePauseMs: safeNumber("throttlePauseMs()", throttlePauseMs, pauses, requiredPauseMs, report),
  };
}

function defaultsFor(given: ChatServerOptions): ResolvedOptions {
  return {
    port: 0,
    tls: undefined,
    hostname: "127.0.0.1",
    exposed: false,
    sites: siteHosts,
    world: "empty",
    throttle: false,
    throttlePauseMs: requiredPauseMs,
    clock: systemClock,
    latencyMs: 0,
    random: seeded(),
    editWindowMs: 120_000,
    editGraceMs: 30_000,
    heartbeatMs: 20_000,
    presenceGraceMs: 300_000,
    duplicateWindowMs: 60_000,
    backlogLimit: 1_000,
    replyPrefixInContent: false,
    parentInReplies: false,
    mentionBesideReply: false,
    enterByEvents: false,
    refererForEdits: false,
    refusalStatus: {},
    refusalText: {},
    headerMarkup: "topbar",
    presentMarkup: "js-present",
    minimumReputation: 1,
    starsPerDay: 20,
    transcriptPageSize: 500,
    maxEvents: 50_000,
    maxMessagesPerRoom: 100_000,
    maxRequests: 1_000,
    maxPings: 50,
    maxLongText: 67_108_864,
    textLimits: defaultTextLimits,
    maxPollBytes: 1_048_576,
    maxSocketBuffer: 4_194_304,
    foreignOrigins: false,
    requestTimeoutMs: 30_000,
    maxConnections: 10_000,
    maxSocketsPerVisitor: 1_000,
    maxBodyBytes: 1_048_576,
    maxImageBytes: 2_097_152,
    replyMarkup: "2025",
    journal: "",
    showAccounts: given.world === "demo" && given.exposed !== true,
  };
}

function seeded(): () => number {
  const random = new Random(1);
  return () => random.next();
}
