/**
 * `chatexchange-ts/testing`: helpers for tests of bots, for any test runner. A stage with people to act, a local
 * server, and time that is turned by hand.
 */
export { CassetteError } from "../errors/index.js";
export { ChatServer } from "../server/index.js";
export { ManualClock } from "../util/manual-clock.js";
export { type Replay, type ReplayOptions, replay } from "./replay/replay.js";
export {
  Stage,
  type StageClientOptions,
  type StageFailure,
  type StageOptions,
  type StageRoom,
  setStage,
} from "./stage.js";
export { type Heard, type Match, StagePerson } from "./stage-person.js";
export type { WaitOptions } from "./turning.js";
