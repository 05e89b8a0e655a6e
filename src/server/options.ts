/** The options of a local chat server, with their defaults and what is known about the live values (protocol.md). */
import type { SiteHost } from "../protocol/sites.js";
import { printFailure, safeClock, safeNumber, safeRandom } from "../util/call-safely.js";
import { type Clock, systemClock } from "../util/clock.js";
import { checkCount, checkOptions } from "../util/options.js";
import type { Delay } from "./latency.js";
import { checkExposure, OPTION_CHECKS, SITE_HOSTS } from "./option-checks.js";
import { Random } from "./seed/random.js";
import { requiredPauseMs } from "./throttle.js";
import { DEFAULT_TEXT_LIMITS, type TextLimits } from "./world/limits.js";
import type { RefusalRule } from "./world/refusal.js";

/** Options of {@link ChatServer.start}. All are optional; unknown options are errors. */
export interface ChatServerOptions {
  /** The port of the first site; the other sites get the ports after it. 0 picks a free port for each. @default 0 */
  readonly port?: number;
  /**
   * Serve https and wss with this certificate, for clients that accept `https://` URLs only. It must cover the names that
   * clients use: `127.0.0.1`, or the live hosts if they resolve to this machine. @default none
   */
  readonly tls?: TlsFiles;
  /** The address to listen on. It must be loopback unless `exposed` is set. @default "127.0.0.1" */
  readonly hostname?: string;
  /**
   * Allow a `hostname` that other machines can reach, such as `"0.0.0.0"`. A process warning explains the risk: anyone who
   * reaches the port can read everything, and log in as any user whose password they guess. The listener then accepts IP
   * addresses and `hostname` in the Host header, and no other names. @default false
   */
  readonly exposed?: boolean;
  /** The sites to run; the first is `server.site`. @default all three, stackexchange.com first */
  readonly sites?: readonly SiteHost[];
  /** The initial data: `"demo"` has some users and two days of messages, `"empty"` has only room 1. @default "empty" */
  readonly world?: "demo" | "empty";
  /** Whether to rate-limit writes with 409, as the live site does (the curve is a community fit: MULTI). @default false */
  readonly throttle?: boolean;
  /** The pause that `throttle` requires before the n-th write in a row, in milliseconds. @default {@link requiredPauseMs} */
  readonly throttlePauseMs?: (n: number) => number;
  /** The clock; tests can pass a manual one. @default the system clock */
  readonly clock?: Clock;
  /**
   * The simulated network latency of each response and each frame, in milliseconds of real time, or a range of it. Requests
   * are handled as soon as they arrive. The frames of one socket stay in order. @default 0
   */
  readonly latencyMs?: Delay;
  /** A function that returns random numbers in [0, 1), used to pick delays. @default seeded, so that runs are repeatable */
  readonly random?: () => number;
  /** How long authors may edit or delete their messages (MULTI: 120 s). @default 120_000 */
  readonly editWindowMs?: number;
  /** The extra time that the server tolerates after `editWindowMs` (ONE: about 150 s in all). @default 30_000 */
  readonly editGraceMs?: number;
  /** How often an idle socket gets the heartbeat `{"rR":{}}` (INF: between 15 and 25 s). @default 20_000 */
  readonly heartbeatMs?: number;
  /** How long users without an open socket stay in a room (INF: minutes to hours). @default 300_000 */
  readonly presenceGraceMs?: number;
  /** How long a repeated text by the same author is silently dropped (ONE: 1 min). @default 60_000 */
  readonly duplicateWindowMs?: number;
  /** The most events a socket gets when it resumes from a cursor (unknown on the live site). @default 1_000 */
  readonly backlogLimit?: number;
  /** Whether the content of a reply begins with `@Author `, as it did until 2025-09 (MULTI). @default false */
  readonly replyPrefixInContent?: boolean;
  /**
   * Whether events of replies have `parent_username` (MULTI, since 2025-09) and `parent_text` (ONE). No recorded frame has
   * them. @default false
   */
  readonly parentInReplies?: boolean;
  /** Whether a user who is both replied to and mentioned gets events 18 and 8, or 18 alone (ONE). @default false */
  readonly mentionBesideReply?: boolean;
  /** Whether a request for a room's messages makes the user present, as pages and sockets do (sources disagree). @default false */
  readonly enterByEvents?: boolean;
  /** Whether to refuse edits without a `Referer` in the room (ONE, contradicted). @default false */
  readonly refererForEdits?: boolean;
  /**
   * HTTP statuses that override the defaults for refused posts, such as `{ "too-long": 409 }`. The live statuses are known
   * only where docs/server-endpoints.md names them. @default none
   */
  readonly refusalStatus?: Readonly<Partial<Record<RefusalRule, number>>>;
  /**
   * Sentences that replace the server's own where sources differ, such as `{ "It is too late to edit this message":
   * "It is too late to edit this message." }`. @default none
   */
  readonly refusalText?: Readonly<Record<string, string>>;
  /** The header of pages outside of rooms: `topbar` as recorded, or `s-topbar` as on the Q&A sites (INF). @default "topbar" */
  readonly headerMarkup?: "topbar" | "s-topbar";
  /**
   * How a room page lists the present users: `initPresent` as recorded in 2017, `initPresent-2019` without the viewer, whom
   * `RoomUsers.update` adds (OBS, until 2020-11), `js-present` since then (ONE). @default "js-present"
   */
  readonly presentMarkup?: "initPresent" | "initPresent-2019" | "js-present";
  /** The most users that the `@names` of one message can ping, its edits included (unknown on the live site). @default 50 */
  readonly maxPings?: number;
  /** The reputation needed to post: 20 until 2026-01, then 1 (MULTI). @default 1 */
  readonly minimumReputation?: number;
  /** The stars that a user may give per day (ONE). @default 20 */
  readonly starsPerDay?: number;
  /** The most messages on one transcript page; a longer day is split by hours (unknown on the live site). @default 500 */
  readonly transcriptPageSize?: number;
  /** The events kept per site, so that sockets and polls can resume from a cursor. @default 50_000 */
  readonly maxEvents?: number;
  /** The messages kept per room; the oldest are evicted. @default 100_000 */
  readonly maxMessagesPerRoom?: number;
  /** The total characters of a site's messages over 4,000 characters, with revisions; the oldest are evicted. @default 67_108_864 */
  readonly maxLongText?: number;
  /**
   * Limits of names and texts, and of the number of tags and revisions, such as `{ roomName: 50 }`. Anything over a limit
   * is refused with 400. The live limits are unknown, except for tags. @default see {@link TextLimits}
   */
  readonly textLimits?: Partial<TextLimits>;
  /** The requests kept in `server.requests`. @default 1_000 */
  readonly maxRequests?: number;
  /**
   * The most bytes of events in one poll response (`POST /events`). A longer one has the oldest events of all its rooms, and
   * its `t` is the cursor for the next poll. Also the limit of a list of messages (`POST /chats/{id}/events`), which then
   * has fewer than requested (unknown on the live site). @default 1_048_576
   */
  readonly maxPollBytes?: number;
  /** The bytes buffered for a slow socket before it is closed, and the most bytes of events on resume. @default 4_194_304 */
  readonly maxSocketBuffer?: number;
  /**
   * Whether to accept POST requests from pages of other sites, by their Origin header. The fkey stops most of them anyway,
   * but uploads have none (unknown on the live sites). @default false
   */
  readonly foreignOrigins?: boolean;
  /** How long a request may take to arrive before it gets a 408; its headers may take 10 s at most. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** The most open connections per site, sockets included; more get a 503. @default 10_000 */
  readonly maxConnections?: number;
  /** The most sockets per site of one login, or of one IP address without a login; more get a 429. @default 1_000 */
  readonly maxSocketsPerVisitor?: number;
  /** The most bytes of a request body; more get a 413. @default 1_048_576 */
  readonly maxBodyBytes?: number;
  /** The most bytes of an uploaded image (INF: 2 MiB, as the upload dialog of the live sites says). @default 2_097_152 */
  readonly maxImageBytes?: number;
  /**
   * How pages mark a reply. `reply-info`: as recorded in 2018. `2025-07`: for some days `a.reply-info-container` with an
   * arrow and `@Name`. `2025`: since 2025-09 with both classes, and with every content in a `.message-info-container`
   * (MULTI for the classes, INF for the nesting). @default "2025"
   */
  readonly replyMarkup?: "reply-info" | "2025-07" | "2025";
  /**
   * The path of a file that persists the server's data. A server restarted with it restores everything, including logins
   * and cursors; `world` applies only to a new file. Its mode is 0600, because it holds the passwords of the local
   * accounts. It is compacted while the server runs, and `close()` reports changes that could not be written
   * (docs/state.md). @default "", which persists nothing
   */
  readonly journal?: string;
  /** Whether the login page offers sign-up, and login as any user with one click. @default true for the demo world, unless exposed */
  readonly showAccounts?: boolean;
}

/** A private key and its certificate, both as PEM text. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** Options that may stay undefined. */
type Optional = "tls";

/** All options with their defaults applied. */
export type ResolvedOptions = {
  readonly [K in Exclude<keyof ChatServerOptions, Optional | "textLimits">]-?: NonNullable<ChatServerOptions[K]>;
} & { readonly [K in Optional]: ChatServerOptions[K] | undefined } & { readonly textLimits: TextLimits };

/**
 * Validates the given options and applies the defaults.
 * @throws {BAD_ARGUMENT} with the option's name and the values it accepts
 */
export function resolveOptions(given: ChatServerOptions): ResolvedOptions {
  checkOptions("ChatServer.start", given, Object.keys(OPTION_CHECKS));
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  for (const [name, value] of Object.entries(present)) OPTION_CHECKS[name as keyof ResolvedOptions](name, value);
  const textLimits = { ...DEFAULT_TEXT_LIMITS, ...given.textLimits };
  const options: ResolvedOptions = { ...defaultsFor(given), ...present, textLimits };
  checkExposure(options);
  checkCount("port", options.port, 0, 65_536 - options.sites.length);
  return { ...options, ...safeFunctions(options) };
}

/** Wraps the functions among the options: if one fails, the failure is printed once and a default is used instead. */
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
    sites: SITE_HOSTS,
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
    textLimits: DEFAULT_TEXT_LIMITS,
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
