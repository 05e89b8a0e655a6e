/** How listening to a room can end: for now, or for good. */
import { ChatError, ConnectionError, ForbiddenError, isChatError, isPassing, isTrouble } from "../errors/index.js";

/** The end of a socket that was open, with the reason. */
export class SocketEnd extends ConnectionError {
  constructor(reason: string) {
    super({ tried: "listen" }, reason);
  }
}

/** The reason a listener gets that was put out of a room. */
export function removed(roomId: number): ForbiddenError {
  return new ForbiddenError({ tried: `listen to room ${roomId}`, roomId }, "you were removed from the room");
}

/**
 * Whether trying again changes nothing: the site itself said so, in its own words; or a function of the user, or our
 * own code, is broken, which has to come out.
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

/** Whether somebody answers, but not the site: nothing comes from it, and nobody knows for how long. */
export function isStale(error: unknown): boolean {
  if (isTrouble(error) || !(error instanceof ChatError)) return false;
  return error.context.status !== undefined && error.code !== "THROTTLED";
}

/** How often a hole is looked at without progress before it is given up. */
export const HOLE_TRIES = 4;
/** So many frames in a row from before what we have mean that the server, or a frame we believed, counts otherwise. */
export const OLD_FRAMES = 3;
/** A socket that ends so many milliseconds after it had joined on is flapping. */
export const FLAP_MS = 10_000;
