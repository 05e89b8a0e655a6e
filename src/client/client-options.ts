/** The options of a client, and their checks. */

import { type RecordOptions, recordOptionNames } from "../cassette/record-options.js";
import { UsageError } from "../errors/index.js";
import { checkStreamOptions, type StreamOptions } from "../live/options.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Resolver } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { type OutboxOptions, outboxOptionNames } from "../sending/outbox.js";
import type { FilePort } from "../storage/file-port.js";
import type { CookieInput } from "../transport/cookies.js";
import { type ReadOptions, readOptionNames } from "../transport/read-retries.js";
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
  checkOptions,
  checkSignal,
  checkText,
  shown,
} from "../util/options.js";
import type { WireTap } from "../util/wire-tap.js";

/** Options of a `Client`. */
export interface ClientOptions {
  /** The email of a Stack Exchange account. Without it, and without cookies, the client is anonymous and read-only. */
  readonly email?: string;
  /** The password that belongs to the email. Goes over TLS only, except to this machine. */
  readonly password?: string;
  /** Cookies of a login made elsewhere, such as `"acct=…; prov=…"` or a browser's export. */
  readonly cookies?: CookieInput;
  /**
   * A file that keeps the session, so that a restart needs no login. Holds cookies, never the password; readable by
   * its owner only. Tried first; the password is the last resort, because repeated logins lead to a CAPTCHA.
   */
  readonly sessionFile?: string;
  /**
   * A file that keeps the state a bot must not lose when it is killed: how far it has handled events, and the messages
   * that wait to be sent. `await client.resume()` first thing. One client uses it at a time.
   */
  readonly stateFile?: string;
  /**
   * How long the state remembers the key of an action that is done, in milliseconds, counted from when the events that
   * were open at the call have been handled. @default 86400000 (a day)
   */
  readonly keyTtlMs?: number;
  /** The `User-Agent`. Set the name of your bot and a way to reach you. @default "chatexchange-ts" */
  readonly userAgent?: string;
  /** How replies name their parent. @default `"prefix"`, but `"parentId"` for fixed-width text */
  readonly replyForm?: ReplyForm;
  /** How actions are retried when the server says "again in N seconds", and after trouble on the way. */
  readonly outbox?: OutboxOptions;
  /** How reads are retried when the server is in trouble or says "too many requests". */
  readonly reads?: ReadOptions;
  /** How live events arrive, and how a broken connection is restored. */
  readonly stream?: StreamOptions;
  /** Takes log lines. @default none; `NODE_DEBUG=chatexchange` prints them */
  readonly logger?: Partial<Logger>;
  /** Takes failures that nothing else handles. @default the logger's `error` and a line on stderr */
  readonly onError?: (error: unknown) => unknown;
  /** Closes the client, as `client.logout()` without waiting. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds of the clock until a request is given up, from when it is sent; with the wait for its turn it takes twice
   * as long at most. @default 30000
   */
  readonly timeoutMs?: number;
  /** Where to connect for an origin, such as a local server for `https://chat.stackexchange.com`. */
  readonly resolve?: Resolver | undefined;
  /**
   * The proxy for requests and sockets, such as `"http://user:password@proxy.example:3128"`; `false` for none. A
   * resolved origin, and this machine, are always reached directly. Sockets need the package `https-proxy-agent`.
   * @default `HTTPS_PROXY` and `HTTP_PROXY` of the environment, but for the hosts in `NO_PROXY`
   */
  readonly proxy?: string | false | undefined;
  /**
   * Certificates (PEM) to trust besides the runtime's, such as that of a company's proxy: the content of a file, or of
   * several. `NODE_EXTRA_CA_CERTS` does the same for the whole process.
   * @default the runtime's alone
   */
  readonly ca?: string | readonly string[] | undefined;
  /** The source of time, such as a `ManualClock` in a test. @default the machine's */
  readonly clock?: Clock;
  /** The source of chance: numbers from 0 up to 1. @default Math.random */
  readonly random?: () => number;
  /**
   * Records what goes over the wire into a new file, a cassette: requests, answers and frames, with passwords, cookies,
   * names and texts replaced before they reach the disk. For bug reports, and to replay in tests with `replay` of
   * `chatexchange-ts/testing`. A recording that fails ends with a notice; the client goes on.
   * @default none
   */
  readonly record?: string | RecordOptions | undefined;
  /** Listens to the wire in the place of a recording of its own. @internal */
  readonly tap?: WireTap | undefined;
  /** How the state file is read and written, for tests with a disk that fails. @internal */
  readonly files?: FilePort;
}

/** Options of `client.resume()`. */
export interface ResumeOptions {
  /** Wait until no other client uses the `stateFile`, as a standby does. @default false */
  readonly wait?: boolean;
  /** Ends the wait with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

const optionNames = [
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
  /** Wait for the actions that are queued. @default true */
  readonly drain?: boolean;
  /** How long to wait for them, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /**
   * Also end the login at the site, so that its cookies become worthless, and delete the `sessionFile`. A browser that
   * shares these cookies is logged out, too. @default false
   */
  readonly endLogin?: boolean;
}

/** The check of each option that has one beyond its name. */
const checks: Readonly<Partial<Record<keyof ClientOptions, (name: string, value: unknown) => void>>> = {
  email: checkText,
  password: checkSecret,
  cookies: checkCookies,
  sessionFile: checkText,
  stateFile: checkText,
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
 * Checks options by name and kind.
 * @throws {BAD_ARGUMENT} naming the option and its fault
 */
export function checkClientOptions(options: ClientOptions): void {
  checkOptions("new Client", options, optionNames);
  for (const name of optionNames) if (options[name] !== undefined) checks[name]?.(name, options[name]);
  const { email, password, outbox, reads, stream } = options;
  if ((email === undefined) !== (password === undefined)) {
    throw new UsageError("email and password go together; one of them is missing");
  }
  checkOptions("the option outbox", outbox, outboxOptionNames);
  checkCounts("outbox", outbox, { maxTries: 1, marginMs: 0, patienceMs: 0 });
  if (outbox?.failFast !== undefined) checkFlag("outbox.failFast", outbox.failFast);
  checkOptions("the option reads", reads, readOptionNames);
  checkCounts("reads", reads, { tries: 1, patienceMs: 0 });
  checkStreamOptions(stream);
}

function checkSecret(name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw new UsageError(`${name} is a text that is not empty`);
}

function checkCookies(name: string, value: unknown): void {
  if (typeof value === "string" || (typeof value === "object" && value !== null)) return;
  throw new UsageError(`${name} are a line such as "acct=…; prov=…", a record of values, or a browser's export`);
}

/** A header takes one line of Latin-1. */
function checkUserAgent(name: string, value: unknown): void {
  checkText(name, value);
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(value)) return;
  throw new UsageError(`${name} is one line of Latin letters, digits and signs, because it goes into a header`);
}

function checkRecord(name: string, value: unknown): void {
  if (typeof value === "string") {
    checkText(name, value);
    return;
  }
  checkOptions(`the option ${name}`, value, recordOptionNames);
  checkText(`${name}.file`, isRecord(value) ? value.file : value);
  if (isRecord(value) && value.maxBytes !== undefined) checkCount(`${name}.maxBytes`, value.maxBytes, 1);
}

function checkLogger(name: string, value: unknown): void {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject) throw new UsageError(`${name} is an object with log methods, such as console, not ${shown(value)}`);
  for (const level of ["debug", "info", "warn", "error"]) {
    const method: unknown = Reflect.get(value, level);
    if (method !== undefined) checkFunction(`${name}.${level}`, method);
  }
}

/**
 * Email and password, if they are usable.
 * @throws {BAD_ARGUMENT} when one is missing or empty
 */
export function credentialsOf(email: unknown, password: unknown): Credentials {
  if (typeof email !== "string" || email.trim() === "" || typeof password !== "string" || password === "") {
    throw new UsageError("email and password go together; one of them is missing or empty");
  }
  return { email, password };
}
