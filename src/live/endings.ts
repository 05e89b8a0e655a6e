/** How listening to a room can end: for now, or for good. */
import { ChatError, ConnectionError, ForbiddenError, isChatError, isPassing, isTrouble } from "../errors/index.js";

/** The end of a socket that was open, with the reason. */
export class SocketEnd extends ConnectionError {
  constructor(reason: string) {
    super({ tried: "listen" }, reason);
  }
}

/** The reason given to a listener that was removed from a room. */
export function removed(roomId: number): ForbiddenError {
  return new ForbiddenError({ tried: `listen to room ${roomId}`, roomId }, "you were removed from the room");
}

/**
 * Whether a retry cannot help: the site itself refused in its own words; or a function of the user, or our own code,
 * is broken, and the error must surface.
 */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof ChatError)) return true;
  if (isPassing(error)) return false;
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

/** Whether something other than the site answers: no event arrives, and nobody knows for how long. */
export function isStale(error: unknown): boolean {
  if (isTrouble(error) || !(error instanceof ChatError)) return false;
  return error.context.status !== undefined && error.code !== "THROTTLED";
}

/** The number of tries without progress before a hole is given up. */
export const HOLE_TRIES = 4;
/** After so many old frames in a row, the server, or a frame we believed, must count differently. */
export const OLD_FRAMES = 3;
/** A socket that ends within so many milliseconds of joining on is flapping. */
export const FLAP_MS = 10_000;
