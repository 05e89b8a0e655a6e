/** Rooms in which nobody has said anything for a while. */
import type { Clock, Room } from "../../index.js";
import { callAt } from "../../util/clock.js";
import type { RoomChoice } from "../handler-options.js";

/** A time of silence, and what to do then. */
export interface SilenceRule {
  readonly name: string;
  readonly afterMs: number;
  readonly rooms: RoomChoice | undefined;
}

interface Watched {
  lastAt: number;
  readonly timers: Map<string, { cancel(): void }>;
}

export class Silences {
  readonly #clock: Clock;
  readonly #rules: readonly SilenceRule[];
  readonly #isIn: (room: Room, choice: RoomChoice | undefined) => boolean;
  readonly #run: (rule: SilenceRule, room: Room, since: number) => void;
  readonly #rooms = new Map<Room, Watched>();

  constructor(
    clock: Clock,
    rules: readonly SilenceRule[],
    isIn: (room: Room, choice: RoomChoice | undefined) => boolean,
    run: (rule: SilenceRule, room: Room, since: number) => void,
  ) {
    this.#clock = clock;
    this.#rules = rules;
    this.#isIn = isIn;
    this.#run = run;
  }

  /** Somebody has said something in a room, or the bot has entered it. */
  heard(room: Room): void {
    if (this.#rules.length === 0) return;
    const known = this.#rooms.get(room);
    const watched = known ?? { lastAt: 0, timers: new Map() };
    watched.lastAt = this.#clock.now();
    this.#rooms.set(room, watched);
    for (const rule of this.#rules)
      if (!watched.timers.has(rule.name) && this.#isIn(room, rule.rooms)) this.#arm(rule, room, watched);
  }

  forget(room: Room): void {
    for (const timer of this.#rooms.get(room)?.timers.values() ?? []) timer.cancel();
    this.#rooms.delete(room);
  }

  close(): void {
    for (const room of [...this.#rooms.keys()]) this.forget(room);
  }

  /** One timer for a room and rule, which looks when it fires whether somebody has spoken meanwhile. */
  #arm(rule: SilenceRule, room: Room, watched: Watched): void {
    const end = (): number => watched.lastAt + rule.afterMs;
    const timer = callAt(this.#clock, end(), () => {
      watched.timers.delete(rule.name);
      if (end() > this.#clock.now()) this.#arm(rule, room, watched);
      else this.#run(rule, room, watched.lastAt);
    });
    watched.timers.set(rule.name, timer);
  }
}
