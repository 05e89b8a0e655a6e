/**
 * The root of every failure this package raises. A caller matches `code`; the message alone is enough for a person.
 * Nothing here ever carries a password, a cookie or an fkey.
 */

/** Every stable failure code. `docs/errors.md` says what to do about each. */
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

/** The attempt, and where it failed. Every field is safe to print. */
export interface FailureContext {
  /** The attempt in words, as the end of "Could not …": `"read room 17"`. */
  readonly tried?: string | undefined;
  /** The chat host asked, such as `chat.stackoverflow.com`. */
  readonly host?: string | undefined;
  /** The HTTP status of the answer. */
  readonly status?: number | undefined;
  /** The server's own sentence, when it gave one. */
  readonly body?: string | undefined;
  /** The room it was about. */
  readonly roomId?: number | undefined;
  /** The user it was about. */
  readonly userId?: number | undefined;
  /** The message it was about. */
  readonly messageId?: number | undefined;
  /**
   * The answer was not in the site's own words: no known sentence, no page of the site. A proxy or a firewall may have
   * given it, so it may pass.
   */
  readonly bare?: true | undefined;
  /** Of an action that failed: whether the server may have received it. Absent for everything but actions. */
  readonly sent?: "no" | "maybe" | undefined;
  /** Milliseconds the server asks to wait before the next try. */
  readonly retryAfterMs?: number | undefined;
  /** The failure behind this one; ends up in `error.cause`. */
  readonly cause?: unknown;
}

/** Marks the failures of every copy of this package that a program has loaded. */
const mark: unique symbol = Symbol.for("chatexchange-ts.ChatError");

/**
 * The common base: `error instanceof ChatError` is true for every failure of this package, also of another copy of it.
 * A class further down knows the failures of its own copy; match `code` instead.
 */
export class ChatError extends Error {
  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: classes further down inherit this, and are asked about themselves
    return this === ChatError ? isMarked(value) : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** @internal */
  get [mark](): true {
    return true;
  }

  /** Says which failure it is; stable, so match this rather than the message. */
  readonly code: ChatErrorCode;
  /** The attempt, and where it failed. */
  readonly context: Readonly<Omit<FailureContext, "cause">>;

  constructor(code: ChatErrorCode, reason: string, context: FailureContext = {}) {
    const { cause, ...rest } = context;
    super(withoutKeys(sentence(reason, rest)), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.context = rest.body === undefined ? rest : { ...rest, body: withoutKeys(rest.body) };
  }
}

/**
 * True for any failure of this package, also of another copy of it; optionally only for those with one of the codes
 * given.
 */
export function isChatError(error: unknown, ...codes: ChatErrorCode[]): error is ChatError {
  return isMarked(error) && (codes.length === 0 || codes.includes(error.code));
}

/** Anything may have been thrown, also a proxy whose traps throw. */
function isMarked(error: unknown): error is ChatError {
  try {
    return typeof error === "object" && error !== null && Reflect.get(error, mark) === true;
  } catch {
    return false;
  }
}

/** Trouble on the way, which may pass, and leaves open whether the server acted. */
export function isTrouble(error: unknown): boolean {
  return isChatError(error, "CONNECTION_LOST", "TIMED_OUT", "SERVER_ERROR");
}

/**
 * Whether the same request may work later: trouble on the way, a request to slow down, or an answer that is not the
 * site's own ({@link FailureContext.bare}). Only the site's own words end anything for good.
 */
export function isPassing(error: unknown): boolean {
  return (
    isTrouble(error) || isChatError(error, "THROTTLED") || (error instanceof ChatError && error.context.bare === true)
  );
}

/** The same failure for another caller, with the time left until the next try, or the note that the action was not sent. */
export function withContext(error: ChatError, more: Pick<FailureContext, "retryAfterMs" | "sent">): ChatError {
  return copyOf(error, { context: { ...error.context, ...more } });
}

/** A copy of a failure with some properties changed; an Error to the platform, too. */
export function copyOf(error: ChatError, changes: Partial<Pick<ChatError, "context" | "stack">>): ChatError {
  const copy: ChatError = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  const { stack: _, ...own } = Object.getOwnPropertyDescriptors(error);
  Object.defineProperties(copy, own);
  return Object.assign(copy, { stack: error.stack }, changes);
}

/** A server may echo what it was sent: fkeys and tokens are 32 or 64 hexadecimal digits. */
function withoutKeys(text: string): string {
  return text.replace(/\b(?:[0-9a-f]{32}){1,2}\b/gi, "…");
}

function sentence(reason: string, context: Omit<FailureContext, "cause">): string {
  const where = context.host ? ` on ${context.host}` : "";
  const status = context.status ? ` (HTTP ${context.status})` : "";
  return context.tried ? `Could not ${context.tried}${where}: ${reason}${status}` : `${reason}${where}${status}`;
}
