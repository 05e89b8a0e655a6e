/**
 * The failures, one class for each thing a caller may want to tell apart. Each says what happened and what to do;
 * which answer of the server leads to which is decided in `protocol/refusals.ts`.
 */
import { ChatError, type ChatErrorCode, type FailureContext } from "./chat-error.js";

/** The call cannot work with these arguments: usually found before any request is made. */
export class UsageError extends ChatError {
  constructor(reason: string, context?: FailureContext, code: ChatErrorCode = "BAD_ARGUMENT") {
    super(code, reason, context);
  }
}

/**
 * A file could not be read or written: a full disk, missing rights, a folder that is gone. Unwritten entries of a state
 * stay in memory and are retried; deliveries and sent messages are not affected.
 */
export class StorageError extends ChatError {
  /** The file. */
  readonly path: string;

  constructor(path: string, reason: string, context?: FailureContext) {
    super("STORAGE", reason, context);
    this.path = path;
  }
}

/** Another process uses the file, and only one may. */
export class LockedError extends ChatError {
  /** The file that is in use. */
  readonly path: string;
  /** The process that uses it, such as `process 4711 on build-3`. */
  readonly holder: string;

  constructor(path: string, holder: string, context?: FailureContext) {
    super("LOCKED", `${path} is in use by ${holder}; end that one first, or use another file`, context);
    this.path = path;
    this.holder = holder;
  }
}

/** A local server cannot listen on a port: something else does, or this process may not. */
export class AddressInUseError extends ChatError {
  /** The port that was asked for. */
  readonly port: number;

  constructor(port: number, reason: string, context?: FailureContext) {
    super("ADDRESS_IN_USE", reason, context);
    this.port = port;
  }
}

/** The base of everything that keeps a login from working. */
export abstract class LoginError extends ChatError {}

/** The site showed its login page again: email or password is wrong. */
export class WrongPasswordError extends LoginError {
  constructor(context?: FailureContext) {
    super("WRONG_PASSWORD", "the email or the password is wrong", context);
  }
}

/** The site asks for a human: log in once in a browser and give the cookies, or wait some minutes. */
export class CaptchaRequiredError extends LoginError {
  constructor(context?: FailureContext) {
    super(
      "CAPTCHA_REQUIRED",
      "the site wants a human verification; log in with a browser and pass its cookies, or wait before trying again",
      context,
    );
  }
}

/** Cloudflare answered instead of the site: pass the cookies of a browser. */
export class CloudflareChallengeError extends LoginError {
  constructor(context?: FailureContext) {
    super("CLOUDFLARE_CHALLENGE", "Cloudflare answered with a challenge; pass cookies from a browser instead", context);
  }
}

/** The site is up but takes no writes or logins for now. */
export class SiteReadOnlyError extends LoginError {
  constructor(context?: FailureContext) {
    super("SITE_READ_ONLY", "the site is in read-only mode; try again later", context);
  }
}

/** The login worked, but this person has no account on this chat site yet. */
export class NoAccountError extends LoginError {
  constructor(context?: FailureContext) {
    super("NO_ACCOUNT", "this login has no account on this site; visit it once in a browser to create one", context);
  }
}

/** This needs a login, and there is none, or it has expired. */
export class NotLoggedInError extends ChatError {
  constructor(
    context?: FailureContext,
    reason = "not logged in; give credentials to the Client or call login() first",
  ) {
    super("NOT_LOGGED_IN", reason, context);
  }
}

/** There is no such room, user or message, or it is hidden from you. */
export class NotFoundError extends ChatError {
  constructor(context?: FailureContext, reason = "it does not exist, or is hidden from you") {
    super("NOT_FOUND", reason, context);
  }
}

/** It exists, and you may not. */
export class ForbiddenError extends ChatError {
  constructor(context?: FailureContext, reason = "you may not do that") {
    super("FORBIDDEN", reason, context);
  }
}

/** The server refused with a sentence; `context.body` keeps it. The base of the refusals that have a name. */
export class RefusedError extends ChatError {
  constructor(reason: string, context?: FailureContext, code: ChatErrorCode = "REFUSED") {
    super(code, reason, context);
  }
}

/** Too many actions, or too many requests, in too short a time. */
export class ThrottledError extends RefusedError {
  /** Milliseconds to wait: as the server asks (then also in `context.retryAfterMs`), 1000 when it does not say. */
  readonly waitMs: number;

  /** @param askedMs - null when the server does not say how long to wait */
  constructor(askedMs: number | null, context?: FailureContext) {
    super(
      askedMs === null
        ? "throttled; the server does not say for how long"
        : `throttled; the server allows the next request in ${askedMs / 1000} s`,
      askedMs === null ? context : { ...context, retryAfterMs: askedMs },
      "THROTTLED",
    );
    this.waitMs = askedMs ?? 1_000;
  }
}

/** The window for editing or deleting (about two minutes) is over. */
export class TooLateError extends RefusedError {
  constructor(context?: FailureContext) {
    super("it is too late; a message can be changed for about two minutes", context, "TOO_LATE");
  }
}

/** Only the author may do this. */
export class NotYoursError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the message is somebody else's", context, "NOT_YOURS");
  }
}

/** The message is deleted already. */
export class AlreadyDeletedError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the message is already deleted", context, "ALREADY_DELETED");
  }
}

/** The server silently drops a text that you just said; so this one was not posted. */
export class DuplicateMessageError extends RefusedError {
  constructor(context?: FailureContext) {
    super("you just said exactly that, and the server refuses duplicates", context, "DUPLICATE");
  }
}

/** A single line has more than 500 UTF-16 units: shorten it, split it, or put a line break in it. */
export class TooLongError extends UsageError {
  constructor(context?: FailureContext, reason = "the text is longer than 500 characters on one line") {
    super(reason, context, "TOO_LONG");
  }
}

/** There is no text in the text. */
export class EmptyMessageError extends UsageError {
  constructor(context?: FailureContext) {
    super("the text is empty", context, "EMPTY");
  }
}

/** Some parts of a split text were said, then one was refused: `cause` tells why. */
export class PartlySentError extends ChatError {
  /** The ids of the messages that were sent, in order. */
  readonly sentIds: readonly number[];

  constructor(sentIds: readonly number[], parts: number, context?: FailureContext) {
    super("PARTLY_SENT", `only ${sentIds.length} of ${parts} parts could be sent`, context);
    this.sentIds = sentIds;
  }
}

/** The room is frozen; nobody can post. */
export class RoomFrozenError extends RefusedError {
  constructor(context?: FailureContext) {
    super("the room is frozen", context, "ROOM_FROZEN");
  }
}

/** The room is in timeout; only owners and moderators can post. */
export class RoomTimeoutError extends RefusedError {
  /** Milliseconds until the timeout ends, or null when the server did not say. */
  readonly waitMs: number | null;

  constructor(waitMs: number | null, context?: FailureContext) {
    super("the room is in timeout", context, "ROOM_TIMEOUT");
    this.waitMs = waitMs;
  }
}

/** Your account is suspended from chat. */
export class SuspendedError extends RefusedError {
  /** The end as the server words it, such as `in 5 hours` or `on Oct 2 at 1:37`; null when not said. */
  readonly until: string | null;

  constructor(until: string | null, context?: FailureContext) {
    super(`your account is suspended${until ? `, ending ${until}` : ""}`, context, "SUSPENDED");
    this.until = until;
  }
}

/** You have no stars left for today (20 in 24 hours, reset at 00:00 UTC). */
export class StarLimitError extends RefusedError {
  constructor(context?: FailureContext) {
    super("no stars left for today", context, "STAR_LIMIT");
  }
}

/** A page or an answer is not what it should be: the site changed, or something stands in between. */
export class ParseError extends ChatError {
  /** Which page or answer, such as `"room info page"`. */
  readonly page: string;
  /** The missing part, such as a selector or a key. */
  readonly missing: string;

  constructor(page: string, missing: string, context: FailureContext = {}) {
    super("NOT_UNDERSTOOD", `the ${page} was not understood: ${missing}`, context);
    this.page = page;
    this.missing = missing;
  }
}

/** The server failed (a 5xx answer), or something before it answered in its place. */
export class ServerError extends ChatError {
  constructor(context?: FailureContext, reason = "the server failed") {
    super("SERVER_ERROR", reason, context);
  }
}

/** No answer: refused, reset or unreachable. Whether the server acted on the request is not known. */
export class ConnectionError extends ChatError {
  constructor(context?: FailureContext, reason = "the connection failed") {
    super("CONNECTION_LOST", reason, context);
  }
}

/** No answer in time. Whether the server acted on the request is not known. */
export class TimedOutError extends ChatError {
  constructor(context?: FailureContext) {
    super("TIMED_OUT", "no answer in time", context);
  }
}

/** The `signal` you gave was aborted. */
export class AbortedError extends ChatError {
  constructor(context?: FailureContext) {
    super("ABORTED", "aborted by the caller", context);
  }
}

/** The client was logged out or closed before this could happen. */
export class ClosedError extends ChatError {
  constructor(context?: FailureContext) {
    super("CLOSED", "the client is closed", context);
  }
}

/** A replay was asked for something that its cassette has not. */
export class CassetteError extends ChatError {
  /** The line of the cassette with the request that was expected; null when none was. */
  readonly line: number | null;

  constructor(reason: string, line: number | null, context?: FailureContext) {
    super("CASSETTE", reason, context);
    this.line = line;
  }
}
