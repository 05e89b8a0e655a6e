/** How a room's channel can end: for now, or for good. */
import { ConnectionError, ForbiddenError, isChatError } from "../errors/index.js";

/** Ends the wait for a socket's end, with the reason. */
export class SocketEnd extends ConnectionError {
  readonly wasLive: boolean;

  constructor(reason: string, wasLive: boolean) {
    super({ tried: "listen" }, reason);
    this.wasLive = wasLive;
  }
}

/** What a listener gets who was thrown out. */
export function removed(roomId: number): ForbiddenError {
  return new ForbiddenError({ tried: `listen to room ${roomId}`, roomId }, "you were removed from the room");
}

/** The room is not ours to listen to: trying again changes nothing. */
export function isFinal(error: unknown): boolean {
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

/** How often a hole is looked at before it is given up. */
export const holeTries = 4;
/** How often a page says "not found" before a room that was there is believed to be gone. */
export const notFoundTries = 10;
/** So many frames in a row from before what we have mean that the server, or a frame we believed, counts otherwise. */
export const oldFrames = 3;
