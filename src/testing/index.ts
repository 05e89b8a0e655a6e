/**
 * `chatexchange-ts/testing`: helpers for testing bots with any test runner: a stage with scripted people, a local
 * server,
 * and a clock under manual control.
 */
export { CassetteError } from "../errors/index.js";
export { ChatServer } from "../server/index.js";
export { ManualClock } from "../util/manual-clock.js";
export type { WaitOptions } from "./clock-driver.js";
export { type Replay, type ReplayOptions, replay } from "./replay/replay.js";
export {
  Stage,
  type StageClientOptions,
  type StageFailure,
  type StageOptions,
  type StageRoom,
  setStage,
} from "./stage.js";
export type { StageBot } from "./stage-bot.js";
export { type Heard, type Match, StagePerson } from "./stage-person.js";
