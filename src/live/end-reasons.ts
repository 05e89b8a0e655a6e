/** Why listening to a room ends: temporarily or permanently. */
import {
  ChatError,
  ConnectionError,
  ForbiddenError,
  isChatError,
  isNetworkOrServerError,
  isTransient,
} from "../errors/index.js";

/** An open socket was closed. */
export class SocketClosedError extends ConnectionError {
  constructor(reason: string) {
    super({ tried: "listen" }, reason);
  }
}

/** The reason a listener gets when the account was removed from the room. */
export function removedFromRoom(roomId: number): ForbiddenError {
  return new ForbiddenError({ tried: `listen to room ${roomId}`, roomId }, "you were removed from the room");
}

/**
 * Whether a retry cannot help: the site refused in its own words, or a bug in our code or in a caller's function must
 * surface.
 */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof ChatError)) return true;
  if (isTransient(error)) return false;
  return isChatError(
    error,
    "NOT_FOUND",
    "FORBIDDEN",
    "NOT_LOGGED_IN",
    "WRONG_PASSWORD",
    "CAPTCHA_REQUIRED",
    "NO_ACCOUNT",
    "CLOSED",
    "BAD_ARGUMENT",
  );
}

/** Whether something other than the site answers, so that no events arrive for an unknown time. */
export function isStale(error: unknown): boolean {
  if (isNetworkOrServerError(error) || !(error instanceof ChatError)) return false;
  return error.context.status !== undefined && error.code !== "THROTTLED";
}
