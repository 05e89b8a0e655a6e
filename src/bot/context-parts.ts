/** The parts of a bot that contexts use: an interface, so that imports form no cycle. */
import type { Clock, Room } from "../index.js";
import type { Asks } from "./asks.js";
import type { Bot } from "./bot.js";
import type { CommandRecord } from "./run-log.js";
import type { Store } from "./store/index.js";

export interface ContextParts {
  readonly bot: Bot;
  readonly clock: Clock;
  /** The store for values of handlers. */
  readonly store: Store;
  readonly asks: Asks;
  /** How long messages can be edited. */
  readonly windowMs: number;
  sessionOf(room: Room, userId: number | null): Store;
  /** Stores a record. Never rejects. */
  save(record: CommandRecord): Promise<void>;
  /** Deletes or condenses messages of the bot after a time; kept over restarts. */
  later(what: "delete" | "condense", room: Room, ids: readonly number[], afterMs: number): Promise<void>;
}
