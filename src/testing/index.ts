/** Helpers for tests of bots: a local server, people to act, and time that is turned by hand. */
export { ChatServer } from "../server/index.js";
export { ManualClock } from "../util/manual-clock.js";
