/** Regular times: cron lines and intervals, on the client's clock, with a policy for runs that were missed. */
import { Cron } from "croner";
import { type Clock, UsageError } from "../../index.js";
import { callAt } from "../../util/clock.js";
import { checkChoice, checkNonEmptyText, checkOptions, previewValue } from "../../util/options.js";
import { checkRooms, type RoomChoice } from "../handler-options.js";
import type { Store } from "../store/index.js";

/** The policy for runs during which the bot was away: run none, one, or each of them (100 at most). */
export type Missed = "skip" | "once" | "all";

/** Options of `bot.schedule` and `bot.every`. */
export interface ScheduleOptions {
  /** The name under which the store remembers the last run. @default the times */
  readonly name?: string;
  /** The time zone of a cron line, such as `"Europe/Berlin"`. @default "UTC" */
  readonly timeZone?: string;
  /** The policy for missed runs. @default "skip" */
  readonly missed?: Missed;
  /** The rooms; the handler is called once for each. @default all rooms of the bot */
  readonly rooms?: RoomChoice;
}

/** A schedule. */
export interface Schedule {
  readonly name: string;
  readonly missed: Missed;
  readonly rooms: RoomChoice | undefined;
  /** The first run after a time; null if there is none. Both in milliseconds since the epoch. */
  next(after: number): number | null;
}

/** The parts of {@link Schedules}. */
export interface ScheduleParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Runs a schedule for one time. Never rejects. */
  readonly run: (schedule: Schedule, time: number) => Promise<void>;
  /** Hears of a store that fails. */
  readonly report: (error: unknown) => void;
}

const OPTION_NAMES = ["name", "timeZone", "missed", "rooms"] as const;
const MOST_MISSED = 100;

/** Checks a cron line and its options. @throws {BAD_ARGUMENT} */
export function cronSchedule(cron: string, options: ScheduleOptions): Schedule {
  const { timeZone = "UTC", ...rest } = readOptions("schedule", options);
  try {
    const times = new Cron(cron, { timezone: timeZone, paused: true });
    if (times.nextRun(new Date(0)) === null) throw new Error("it never comes");
    return { ...common(cron, rest), next: (after) => times.nextRun(new Date(after))?.getTime() ?? null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `${previewValue(cron)} with the time zone ${previewValue(timeZone)} is no schedule: ${reason}`,
    );
  }
}

/** A schedule that runs at every multiple of an interval since 1970, so that restarts do not shift it. */
export function intervalSchedule(everyMs: number, options: ScheduleOptions): Schedule {
  if (everyMs < 1_000) throw new UsageError("every takes an interval of at least a second");
  const { timeZone: _, ...rest } = readOptions("every", options);
  return { ...common(`every ${everyMs} ms`, rest), next: (after) => (Math.floor(after / everyMs) + 1) * everyMs };
}

function readOptions(method: string, options: ScheduleOptions): ScheduleOptions {
  checkOptions(method, options, OPTION_NAMES);
  const { name, missed, rooms } = options;
  if (name !== undefined) checkNonEmptyText("name", name);
  if (missed !== undefined) checkChoice("missed", missed, ["skip", "once", "all"]);
  if (rooms !== undefined) checkRooms(rooms);
  return options;
}

function common(times: string, { name = times, missed = "skip", rooms }: ScheduleOptions): Omit<Schedule, "next"> {
  return { name, missed, rooms };
}

export class Schedules {
  readonly #parts: ScheduleParts;
  readonly #timers = new Map<string, { cancel(): void }>();
  readonly #running = new Set<Promise<void>>();
  #isOpen = true;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  /** Makes up for missed runs, and waits for the next ones. */
  async start(schedules: readonly Schedule[]): Promise<void> {
    for (const schedule of schedules) {
      const last = await this.#lastOf(schedule);
      this.#track(this.#catchUp(schedule, last));
    }
  }

  /** Stops; resolves when the runs of now are done. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const timer of this.#timers.values()) timer.cancel();
    await Promise.all(this.#running);
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** The last run of which the store knows; now for a new schedule. A run that was interrupted counts as missed. */
  async #lastOf({ name }: Schedule): Promise<{ readonly at: number; readonly open: number | null }> {
    const now = this.#parts.clock.now();
    const value = await this.#parts.store.get(keyOf(name));
    const [at, open]: unknown[] =
      typeof value === "object" && value !== null ? [Reflect.get(value, "at"), Reflect.get(value, "open")] : [];
    return { at: typeof at === "number" ? at : now, open: typeof open === "number" ? open : null };
  }

  async #catchUp(
    schedule: Schedule,
    { at, open }: { readonly at: number; readonly open: number | null },
  ): Promise<void> {
    // A run that a kill interrupted is repeated, whatever the policy; its keys keep it from saying things twice.
    if (open !== null) await this.#run(schedule, open);
    const missed: number[] = [];
    for (let time = schedule.next(Math.max(at, open ?? at)); time !== null; time = schedule.next(time)) {
      if (time > this.#parts.clock.now()) break;
      missed.push(time);
      if (missed.length > MOST_MISSED) missed.shift();
    }
    const due = schedule.missed === "all" ? missed : schedule.missed === "once" ? missed.slice(-1) : [];
    for (const time of due) if (this.#isOpen) await this.#run(schedule, time);
    await this.#note(schedule, { at: this.#parts.clock.now(), open: null });
    this.#arm(schedule);
  }

  #arm(schedule: Schedule): void {
    if (!this.#isOpen) return;
    const { clock } = this.#parts;
    const time = schedule.next(clock.now());
    if (time === null) return;
    const run = (): void => this.#track(this.#run(schedule, time).then(() => this.#arm(schedule)));
    this.#timers.set(schedule.name, callAt(clock, time, run));
  }

  async #run(schedule: Schedule, time: number): Promise<void> {
    await this.#note(schedule, { at: time, open: time });
    await this.#parts.run(schedule, time);
    if (this.#isOpen) await this.#note(schedule, { at: time, open: null });
  }

  async #note({ name }: Schedule, state: { readonly at: number; readonly open: number | null }): Promise<void> {
    await this.#parts.store.set(keyOf(name), state).catch(this.#parts.report);
  }
}

function keyOf(name: string): string {
  return `schedule/${name}`;
}
