/**
 * The base class of every error this package throws. Callers match on `code`; the message alone tells a person what
 * happened. An error never carries a password, a cookie or an fkey.
 */

/** Every error code. Codes are stable; `docs/errors.md` says what to do about each. */
export type ChatErrorCode =
  | "BAD_ARGUMENT"
  | "STORAGE"
  | "LOCKED"
  | "ADDRESS_IN_USE"
  | "WRONG_PASSWORD"
  | "CAPTCHA_REQUIRED"
  | "CLOUDFLARE_CHALLENGE"
  | "SITE_READ_ONLY"
  | "NO_ACCOUNT"
  | "NOT_LOGGED_IN"
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "THROTTLED"
  | "TOO_LATE"
  | "NOT_YOURS"
  | "ALREADY_DELETED"
  | "DUPLICATE"
  | "TOO_LONG"
  | "EMPTY"
  | "PARTLY_SENT"
  | "ROOM_FROZEN"
  | "ROOM_TIMEOUT"
  | "SUSPENDED"
  | "STAR_LIMIT"
  | "REFUSED"
  | "NOT_UNDERSTOOD"
  | "SERVER_ERROR"
  | "CONNECTION_LOST"
  | "TIMED_OUT"
  | "ABORTED"
  | "CASSETTE"
  | "CLOSED";

/** Details of a failure: what was attempted, and where it failed. Every field is safe to print. */
export interface FailureContext {
  /** The attempt, worded to follow "Could not …": `"read room 17"`. */
  readonly tried?: string | undefined;
  /** The chat host that was asked, such as `chat.stackoverflow.com`. */
  readonly host?: string | undefined;
  /** The HTTP status of the response. */
  readonly status?: number | undefined;
  /** The server's own sentence, if it sent one. */
  readonly body?: string | undefined;
  /** The room the call was about. */
  readonly roomId?: number | undefined;
  /** The user the call was about. */
  readonly userId?: number | undefined;
  /** The message the call was about. */
  readonly messageId?: number | undefined;
  /**
   * Set when the response did not come from the site itself: it has no known sentence and is none of the site's pages.
   * A
   * proxy or a firewall may have sent it, so a retry may succeed.
   */
  readonly bare?: true | undefined;
  /** For a failed action: whether the server may have received it. Absent for everything else. */
  readonly sent?: "no" | "maybe" | undefined;
  /** How long the server asks callers to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The underlying error. It becomes `error.cause`. */
  readonly cause?: unknown;
}

/** Identifies errors from any copy of this package that a program has loaded. */
const BRAND: unique symbol = Symbol.for("chatexchange-ts.ChatError");

/**
 * The base class: `error instanceof ChatError` is true for every error of this package, even one thrown by another
 * loaded
 * copy of it. Subclasses recognize only errors of their own copy, so match `code` instead.
 */
export class ChatError extends Error {
  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: classes further down inherit this, and are asked about themselves
    return this === ChatError ? hasBrand(value) : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** @internal */
  get [BRAND](): true {
    return true;
  }

  /** The error code. It is stable, so match it rather than the message. */
  readonly code: ChatErrorCode;
  /** Details of the failure. */
  readonly context: Readonly<Omit<FailureContext, "cause">>;

  constructor(code: ChatErrorCode, reason: string, context: FailureContext = {}) {
    const { cause, ...rest } = context;
    super(redactKeys(formatMessage(reason, rest)), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.context = rest.body === undefined ? rest : { ...rest, body: redactKeys(rest.body) };
  }
}

/** True for any error of this package, even one thrown by another loaded copy. Pass codes to accept only those. */
export function isChatError(error: unknown, ...codes: ChatErrorCode[]): error is ChatError {
  return hasBrand(error) && (codes.length === 0 || codes.includes(error.code));
}

/** Callers can throw anything, including a proxy whose traps throw. */
function hasBrand(error: unknown): error is ChatError {
  try {
    return typeof error === "object" && error !== null && Reflect.get(error, BRAND) === true;
  } catch {
    return false;
  }
}

/** A network or server failure. It may pass, and the server may or may not have acted on the request. */
export function isNetworkOrServerError(error: unknown): boolean {
  return isChatError(error, "CONNECTION_LOST", "TIMED_OUT", "SERVER_ERROR");
}

/**
 * Whether the same request may succeed later: a network or server failure, a rate limit, or a response that did not
 * come
 * from the site ({@link FailureContext.bare}). Only the site's own response makes a failure permanent.
 */
export function isTransient(error: unknown): boolean {
  return (
    isNetworkOrServerError(error) ||
    isChatError(error, "THROTTLED") ||
    (error instanceof ChatError && error.context.bare === true)
  );
}

/** Copies an error for another caller, with the remaining wait or with a note that the action was not sent. */
export function withContext(error: ChatError, more: Pick<FailureContext, "retryAfterMs" | "sent">): ChatError {
  return copyError(error, { context: { ...error.context, ...more } });
}

/** Copies an error with some properties changed. The platform treats the copy as a native Error. */
export function copyError(error: ChatError, changes: Partial<Pick<ChatError, "context" | "stack">>): ChatError {
  const copy: ChatError = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  const { stack: _, ...own } = Object.getOwnPropertyDescriptors(error);
  Object.defineProperties(copy, own);
  return Object.assign(copy, { stack: error.stack }, changes);
}

/** Servers may echo what they were sent. Fkeys and tokens are 32 or 64 hexadecimal digits. */
function redactKeys(text: string): string {
  return text.replace(/\b(?:[0-9a-f]{32}){1,2}\b/gi, "…");
}

function formatMessage(reason: string, context: Omit<FailureContext, "cause">): string {
  const where = context.host ? ` on ${context.host}` : "";
  const status = context.status ? ` (HTTP ${context.status})` : "";
  return context.tried ? `Could not ${context.tried}${where}: ${reason}${status}` : `${reason}${where}${status}`;
}
