/**
 * The error classes, one for each failure a caller may want to tell apart. Each message says what happened and what to
 * do. `protocol/refusals.ts` maps responses to these classes.
 */
import { ChatError, type ChatErrorCode, type FailureContext } from "./chat-error.js";

/** The arguments of a call are invalid. Usually thrown before any request is made. */
export class UsageError extends ChatError {
  constructor(reason: string, context?: FailureContext, code: ChatErrorCode = "BAD_ARGUMENT") {
    super(code, reason, context);
  }
}

/**
 * A file could not be read or written, because of a full disk, missing permissions or a missing directory. State
 * entries
 * that could not be written stay in memory and are retried. Deliveries and sent messages are not affected.
 */
export class StorageError extends ChatError {
  /** The path of the file. */
  readonly path: string;

  constructor(path: string, reason: string, context?: FailureContext) {
    super("STORAGE", reason, context);
    this.path = path;
  }
}

/** Another process holds the lock on the file. */
export class LockedError extends ChatError {
  /** The path of the locked file. */
  readonly path: string;
  /** The process that holds the lock, such as `process 4711 on build-3`. */
  readonly holder: string;

  constructor(path: string, holder: string, context?: FailureContext) {
    super("LOCKED", `${path} is in use by ${holder}; stop that process, or use another file`, context);
    this.path = path;
    this.holder = holder;
  }
}

/** A local server cannot listen on a port: it is taken, or this process lacks permission. */
export class AddressInUseError extends ChatError {
  /** The requested port. */
  readonly port: number;

  constructor(port: number, reason: string, context?: FailureContext) {
    super("ADDRESS_IN_USE", reason, context);
    this.port = port;
  }
}

/** The base class of every error that makes a login fail. */
export abstract class LoginError extends ChatError {}

/** The site rejected the email or the password by showing its login page again. */
export class WrongPasswordError extends LoginError {
  constructor(context?: FailureContext) {
    super("WRONG_PASSWORD", "the email or the password is wrong", context);
  }
}

/** The site wants a CAPTCHA solved. Log in with a browser and pass its cookies, or wait a few minutes. */
export class CaptchaRequiredError extends LoginError {
  constructor(context?: FailureContext) {
    super(
      "CAPTCHA_REQUIRED",
      "the site wants a CAPTCHA solved; log in with a browser and pass its cookies, or wait before you try again",
      context,
    );
  }
}

/** Cloudflare answered instead of the site. Pass the cookies of a browser. */
export class CloudflareChallengeError extends LoginError {
  constructor(context?: FailureContext) {
    super("CLOUDFLARE_CHALLENGE", "Cloudflare answered with a challenge; pass cookies from a browser instead", context);
  }
}

/** The site is in read-only mode and accepts no logins or writes. */
export class SiteReadOnlyError extends LoginError {
  constructor(context?: FailureContext) {
    super("SITE_READ_ONLY", "the site is in read-only mode; try again later", context);
  }
}

/** The login succeeded, but the user has no account on this chat site yet. */
export class NoAccountError extends LoginError {
  constructor(context?: FailureContext) {
    super("NO_ACCOUNT", "this login has no account on this site; visit it once in a browser to create one", context);
  }
}

/** The call needs a login, and the client has none or its login has expired. */
export class NotLoggedInError extends ChatError {
  constructor(
    context?: FailureContext,
    reason = "not logged in; pass credentials to the Client or call login() first",
  ) {
    super("NOT_LOGGED_IN", reason, context);
  }
}

/** The room, user or message does not exist, or you are not allowed to see it. */
export class NotFoundError extends ChatError {
  constructor(context?: FailureContext, reason = "it does not exist, or is hidden from you") {
    super("NOT_FOUND", reason, context);
  }
}

/** You are not allowed to do this. */
export class ForbiddenError extends ChatError {
  constructor(context?: FailureContext, reason = "you may not do that") {
    super("FORBIDDEN", reason, context);
  }
}

/**
 * The server refused the action and said why; `context.body` has its sentence. The base class of more specific
 * refusals.
 */
export class RefusedError extends ChatError {
  constructor(reason: string, context?: FailureContext, code: ChatErrorCode = "REFUSED") {
    super(code, reason, context);
  }
}

/** The server rate limited an action or a request. */
export class ThrottledError extends RefusedError {
  /**
   * How long to wait, in milliseconds: as the server asks (also in `context.retryAfterMs`), or 1000 if it does not say.
   */
  readonly waitMs: number;

  /** @param askedMs - how long the server asks to wait, in milliseconds; null if it does not say */
  constructor(askedMs: number | null, context?: FailureContext) {
    super(
      askedMs === null
        ? "rate limited; the server does not say for how long"
        : `rate limited; the server accepts the next request in ${askedMs / 1000} s`,
      askedMs === null ? context : { ...context, retryAfterMs: askedMs },
      "THROTTLED",
    );
    this.waitMs = askedMs ?? 1_000;
  }
}

/** The window for editing or deleting a message (about two minutes) has closed. */
export class TooLateError extends RefusedError {
  constructor(context?: FailureContext) {
    super("too late; a message can be edited or deleted for about two minutes", context, "TOO_LATE");
  }
}

/** Only the author may edit or delete the message. */
export class NotYoursError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the message belongs to another user", context, "NOT_YOURS");
  }
}

/** The message has already been deleted. */
export class AlreadyDeletedError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the message has already been deleted", context, "ALREADY_DELETED");
  }
}

/** The server silently drops a message that repeats your last one, so this one was not posted. */
export class DuplicateMessageError extends RefusedError {
  constructor(context?: FailureContext) {
    super("you just posted the same text, and the server drops duplicates", context, "DUPLICATE");
  }
}

/** A single line is longer than 500 UTF-16 units. Shorten it, split it, or add a line break. */
export class TooLongError extends UsageError {
  constructor(context?: FailureContext, reason = "the text is longer than 500 characters on one line") {
    super(reason, context, "TOO_LONG");
  }
}

/** The text is empty or all white space. */
export class EmptyMessageError extends UsageError {
  constructor(context?: FailureContext) {
    super("the text is empty", context, "EMPTY");
  }
}

/** Some parts of a split message were sent before one failed; `cause` has the error. */
export class PartlySentError extends ChatError {
  /** The ids of the messages that were sent, in order. */
  readonly sentIds: readonly number[];

  constructor(sentIds: readonly number[], parts: number, context?: FailureContext) {
    super("PARTLY_SENT", `only ${sentIds.length} of ${parts} parts were sent`, context);
    this.sentIds = sentIds;
  }
}

/** The room is frozen: nobody can post. */
export class RoomFrozenError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the room is frozen", context, "ROOM_FROZEN");
  }
}

/** The room is in timeout: only owners and moderators can post. */
export class RoomTimeoutError extends RefusedError {
  /** Milliseconds until the timeout ends; null if the server did not say. */
  readonly waitMs: number | null;

  constructor(waitMs: number | null, context?: FailureContext) {
    super("the room is in timeout", context, "ROOM_TIMEOUT");
    this.waitMs = waitMs;
  }
}

/** Your account is suspended from chat. */
export class SuspendedError extends RefusedError {
  /** When the suspension ends, in the server's words, such as `in 5 hours` or `on Oct 2 at 1:37`; null if not given. */
  readonly until: string | null;

  constructor(until: string | null, context?: FailureContext) {
    super(`your account is suspended${until ? `, ending ${until}` : ""}`, context, "SUSPENDED");
    this.until = until;
  }
}

/** You have used all your stars for today (20 per UTC day). */
export class StarLimitError extends RefusedError {
  constructor(context?: FailureContext) {
    super("you have used all your stars for today", context, "STAR_LIMIT");
  }
}

/** A page or a response could not be parsed. The site changed, or a proxy answered instead. */
export class ParseError extends ChatError {
  /** The name of the page or response, such as `"room info page"`. */
  readonly page: string;
  /** The missing part, such as a selector or a key. */
  readonly missing: string;

  constructor(page: string, missing: string, context: FailureContext = {}) {
    super("NOT_UNDERSTOOD", `the ${page} was not understood: ${missing}`, context);
    this.page = page;
    this.missing = missing;
  }
}

/** The server failed with a 5xx status, or a proxy did so in its place. */
export class ServerError extends ChatError {
  constructor(context?: FailureContext, reason = "the server failed") {
    super("SERVER_ERROR", reason, context);
  }
}

/** The connection was refused, reset or unreachable. The server may or may not have acted on the request. */
export class ConnectionError extends ChatError {
  constructor(context?: FailureContext, reason = "the connection failed") {
    super("CONNECTION_LOST", reason, context);
  }
}

/** No response arrived in time. The server may or may not have acted on the request. */
export class TimedOutError extends ChatError {
  constructor(context?: FailureContext) {
    super("TIMED_OUT", "no answer in time", context);
  }
}

/** The `signal` you passed was aborted. */
export class AbortedError extends ChatError {
  constructor(context?: FailureContext) {
    super("ABORTED", "aborted by the caller", context);
  }
}

/** The client was logged out or closed before the call finished. */
export class ClosedError extends ChatError {
  constructor(context?: FailureContext) {
    super("CLOSED", "the client is closed", context);
  }
}

/** The client made a request that the replayed cassette does not have. */
export class CassetteError extends ChatError {
  /** The cassette line of the request that was expected; null if none was. */
  readonly line: number | null;

  constructor(reason: string, line: number | null, context?: FailureContext) {
    super("CASSETTE", reason, context);
    this.line = line;
  }
}
