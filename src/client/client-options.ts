/** The options of a client, and their checks. */

import { RECORD_OPTION_NAMES, type RecordOptions } from "../cassette/record-options.js";
import { UsageError } from "../errors/index.js";
import { checkStreamOptions, type StreamOptions } from "../live/options.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Resolver } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { OUTBOX_OPTION_NAMES, type OutboxOptions } from "../sending/outbox.js";
import type { FilePort } from "../storage/file-port.js";
import type { CookieInput } from "../transport/cookies.js";
import { READ_OPTION_NAMES, type ReadOptions } from "../transport/read-retries.js";
import type { Credentials } from "../transport/session.js";
import type { Clock } from "../util/clock.js";
import type { Logger } from "../util/logger.js";
import {
  checkChoice,
  checkClock,
  checkCount,
  checkCounts,
  checkFlag,
  checkFunction,
  checkNonEmptyText,
  checkOptions,
  checkSignal,
  previewValue,
} from "../util/options.js";
import type { WireTap } from "../util/wire-tap.js";

/** Options of a `Client`. */
export interface ClientOptions {
  /** The email of a Stack Exchange account. Without email and cookies the client is anonymous and read-only. */
  readonly email?: string;
  /** The password for the email. Sent only over TLS, or to this machine. */
  readonly password?: string;
  /** Cookies from another login, such as `"acct=…; prov=…"` or a browser's export. */
  readonly cookies?: CookieInput;
  /**
   * A file that stores the session, so that a restart does not have to log in. It holds cookies, never the password,
   * and only its owner can read it. The client tries the file first and the password last, because repeated logins lead
   * to a CAPTCHA. @default none
   */
  readonly sessionFile?: string;
  /**
   * A file that stores the state a bot must not lose when it is killed: the cursor of each room, and the messages still
   * waiting to be sent. Call `await client.resume()` before anything else. Only one client may use the file at a time.
   * @default none
   */
  readonly stateFile?: string;
  /**
   * How long the state remembers the idempotency key of a finished action, in milliseconds. The time starts once all
   * events that were being handled at the call have been acknowledged. @default 86400000 (a day)
   */
  readonly keyTtlMs?: number;
  /** The `User-Agent` header. Include the name of your bot and a way to contact you. @default "chatexchange-ts" */
  readonly userAgent?: string;
  /** How a reply refers to the message it replies to. @default `"prefix"`, or `"parentId"` for fixed-width text */
  readonly replyForm?: ReplyForm;
  /** How actions are retried when the server throttles them or the connection fails. */
  readonly outbox?: OutboxOptions;
  /** How reads are retried when the server fails or rate-limits them. */
  readonly reads?: ReadOptions;
  /** How live events are received, and how a broken connection is restored. */
  readonly stream?: StreamOptions;
  /** Receives log lines. @default none; `NODE_DEBUG=chatexchange` prints them */
  readonly logger?: Partial<Logger>;
  /** Receives failures that nothing else handles. @default the logger's `error`, and a line on stderr */
  readonly onError?: (error: unknown) => unknown;
  /** Shuts the client down when aborted, like `client.logout({ drain: false })`. */
  readonly signal?: AbortSignal;
  /**
   * The timeout of a request in milliseconds, counted from when it is sent. Including the time in the queue it takes at
   * most twice as long. @default 30000
   */
  readonly timeoutMs?: number;
  /** Maps an origin to the address to connect to, such as a local server for `https://chat.stackexchange.com`. */
  readonly resolve?: Resolver | undefined;
  /**
   * The proxy for requests and sockets, such as `"http://user:password@proxy.example:3128"`, or `false` for none.
   * Resolved origins and this machine are never proxied. Sockets need the package `https-proxy-agent`.
   * @default `HTTPS_PROXY` and `HTTP_PROXY` of the environment, except for the hosts in `NO_PROXY`
   */
  readonly proxy?: string | false | undefined;
  /**
   * Certificates to trust in addition to the runtime's, such as that of a company proxy: the content of one or more PEM
   * files. `NODE_EXTRA_CA_CERTS` does the same for the whole process.
   * @default only the runtime's certificates
   */
  readonly ca?: string | readonly string[] | undefined;
  /** The clock, such as a `ManualClock` in a test. @default the system clock */
  readonly clock?: Clock;
  /** The random number generator: returns numbers from 0 (inclusive) to 1 (exclusive). @default Math.random */
  readonly random?: () => number;
  /**
   * Records the traffic into a new file, a cassette: requests, answers and frames, with passwords, cookies, names and
   * texts replaced before they reach the disk. Use it for bug reports, and replay it in tests with `replay` of
   * `chatexchange-ts/testing`. When recording fails, it stops with a notice and the client continues.
   * @default none
   */
  readonly record?: string | RecordOptions | undefined;
  /** Receives the traffic instead of a recording. @internal */
  readonly tap?: WireTap | undefined;
  /** The file system of the state file, replaced in tests of failing disks. @internal */
  readonly files?: FilePort;
}

/** Options of `client.resume()`. */
export interface ResumeOptions {
  /** Wait until no other client uses the `stateFile`, for a standby. @default false */
  readonly wait?: boolean;
  /** Aborts the wait with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

const OPTION_NAMES = [
  "email",
  "password",
  "cookies",
  "sessionFile",
  "stateFile",
  "keyTtlMs",
  "userAgent",
  "replyForm",
  "outbox",
  "reads",
  "stream",
  "logger",
  "onError",
  "signal",
  "timeoutMs",
  "resolve",
  "proxy",
  "ca",
  "clock",
  "random",
  "record",
  "tap",
  "files",
] as const satisfies readonly (keyof ClientOptions)[];

/** Options of `client.logout()`. */
export interface LogoutOptions {
  /** Wait for queued actions. @default true */
  readonly drain?: boolean;
  /** The longest time to wait for queued actions, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /**
   * Also end the login at the site, so that its cookies become invalid, and delete the `sessionFile`. A browser that
   * uses the same cookies is logged out as well. @default false
   */
  readonly endLogin?: boolean;
}

/** Checks of option values, for options that need more than a known name. */
const CHECKS: Readonly<Partial<Record<keyof ClientOptions, (name: string, value: unknown) => void>>> = {
  email: checkNonEmptyText,
  password: checkSecret,
  cookies: checkCookies,
  sessionFile: checkNonEmptyText,
  stateFile: checkNonEmptyText,
  keyTtlMs: (name, value) => checkCount(name, value, 0),
  userAgent: checkUserAgent,
  replyForm: (name, value) => checkChoice(name, value, ["prefix", "parentId"]),
  logger: checkLogger,
  onError: checkFunction,
  signal: checkSignal,
  timeoutMs: (name, value) => checkCount(name, value, 1),
  resolve: checkFunction,
  clock: checkClock,
  random: checkFunction,
  record: checkRecord,
};

/**
 * Checks the names and values of all options.
 * @throws {BAD_ARGUMENT} naming the option and what is wrong with it
 */
export function checkClientOptions(options: ClientOptions): void {
  checkOptions("new Client", options, OPTION_NAMES);
  for (const name of OPTION_NAMES) if (options[name] !== undefined) CHECKS[name]?.(name, options[name]);
  const { email, password, outbox, reads, stream } = options;
  if ((email === undefined) !== (password === undefined)) {
    throw new UsageError("email and password must be given together; one of them is missing");
  }
  checkOptions("the option outbox", outbox, OUTBOX_OPTION_NAMES);
  checkCounts("outbox", outbox, { maxTries: 1, marginMs: 0, patienceMs: 0 });
  if (outbox?.failFast !== undefined) checkFlag("outbox.failFast", outbox.failFast);
  checkOptions("the option reads", reads, READ_OPTION_NAMES);
  checkCounts("reads", reads, { tries: 1, patienceMs: 0 });
  checkStreamOptions(stream);
}

function checkSecret(name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw new UsageError(`${name} must be a non-empty string`);
}

function checkCookies(name: string, value: unknown): void {
  if (typeof value === "string" || (typeof value === "object" && value !== null)) return;
  throw new UsageError(`${name} must be a line such as "acct=…; prov=…", a record of values, or a browser's export`);
}

/** HTTP headers are one line of Latin-1. */
function checkUserAgent(name: string, value: unknown): void {
  checkNonEmptyText(name, value);
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(value)) return;
  throw new UsageError(`${name} must be one line of Latin-1 text, because it is sent as an HTTP header`);
}

function checkRecord(name: string, value: unknown): void {
  if (typeof value === "string") {
    checkNonEmptyText(name, value);
    return;
  }
  checkOptions(`the option ${name}`, value, RECORD_OPTION_NAMES);
  checkNonEmptyText(`${name}.file`, isRecord(value) ? value.file : value);
  if (isRecord(value) && value.maxBytes !== undefined) checkCount(`${name}.maxBytes`, value.maxBytes, 1);
}

function checkLogger(name: string, value: unknown): void {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject)
    throw new UsageError(`${name} must be an object with log methods, such as console, not ${previewValue(value)}`);
  for (const level of ["debug", "info", "warn", "error"]) {
    const method: unknown = Reflect.get(value, level);
    if (method !== undefined) checkFunction(`${name}.${level}`, method);
  }
}

/**
 * Checks email and password.
 * @throws {BAD_ARGUMENT} when one is missing or empty
 */
export function credentialsOf(email: unknown, password: unknown): Credentials {
  if (typeof email !== "string" || email.trim() === "" || typeof password !== "string" || password === "") {
    throw new UsageError("email and password must be given together; one of them is missing or empty");
  }
  return { email, password };
}
