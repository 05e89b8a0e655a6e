/** Everything that a bot does at a time: schedules, alarms and jobs, silence. */
import type { Client, Room } from "../../index.js";
import { BotContext } from "../context.js";
import type { Engine } from "../engine.js";
import { FollowUps } from "../follow-ups.js";
import type { Handler } from "../handler-options.js";
import type { Json } from "../store/index.js";
import { type Alarm, Alarms } from "./alarms.js";
import { type Schedule, Schedules } from "./schedules.js";
import { type SilenceRule, Silences } from "./silence.js";

/** A function that runs at a time, in a room. */
export type TimedHandler = (c: BotContext) => unknown;

/** A job: a function that alarms call by its name. */
export type JobHandler = (c: BotContext, data: Json) => unknown;

/** The registered handlers of a bot. */
export interface TimedRegistrations {
  readonly schedules: readonly { readonly schedule: Schedule; readonly handler: TimedHandler }[];
  readonly silences: readonly { readonly rule: SilenceRule; readonly handler: TimedHandler }[];
  readonly jobs: ReadonlyMap<string, JobHandler>;
}

const JOB = "job:";

export class Timetable {
  readonly alarms: Alarms;
  readonly followUps: FollowUps;
  readonly #engine: Engine;
  readonly #registered: TimedRegistrations;
  readonly #schedules: Schedules;
  readonly #silences: Silences;

  constructor(engine: Engine, registered: TimedRegistrations) {
    this.#engine = engine;
    this.#registered = registered;
    const { clock, store, scope } = engine;
    const report = (error: unknown): void => engine.failures.report(error, "the store");
    this.alarms = new Alarms({ clock, store, report, ring: (alarm) => this.#ring(alarm) });
    this.followUps = new FollowUps(this.alarms, engine.runner);
    this.#schedules = new Schedules({
      clock,
      store,
      report,
      run: (schedule, time) => this.#runSchedule(schedule, time),
    });
    const rules = registered.silences.map(({ rule }) => rule);
    const isIn = (room: Room, choice: SilenceRule["rooms"]): boolean => scope.isIn(room, choice);
    this.#silences = new Silences(clock, rules, isIn, (rule, room, since) => this.#runSilence(rule, room, since));
  }

  load(): Promise<void> {
    return this.alarms.load();
  }

  async start(): Promise<void> {
    this.alarms.open();
    await this.#schedules.start(this.#registered.schedules.map(({ schedule }) => schedule));
  }

  async close(): Promise<void> {
    this.#silences.close();
    await Promise.all([this.alarms.close(), this.#schedules.close()]);
  }

  heard(room: Room): void {
    this.#silences.heard(room);
  }

  forget(room: Room): void {
    this.#silences.forget(room);
  }

  /** Sets an alarm for a job. Resolves to its id when it is stored. */
  setJob(at: number, job: string, room: Room, data: Json): Promise<string> {
    return this.alarms.set(`${JOB}${job}`, at, { host: room.site.host, roomId: room.id, data });
  }

  async #runSchedule(schedule: Schedule, time: number): Promise<void> {
    const handler = this.#registered.schedules.find((one) => one.schedule === schedule)?.handler;
    const rooms = this.#engine.scope.rooms.choose(schedule.rooms);
    const name = `schedule ${schedule.name}`;
    await Promise.all(rooms.map((room) => this.#perform(name, `${name} ${time}`, room, (c) => handler?.(c))));
  }

  #runSilence(rule: SilenceRule, room: Room, since: number): void {
    const handler = this.#registered.silences.find((one) => one.rule === rule)?.handler;
    void this.#perform(`silence ${rule.name}`, `silence ${rule.name} ${since}`, room, (c) => handler?.(c));
  }

  async #ring({ id, kind, data }: Alarm): Promise<void> {
    const { accounts, failures } = this.#engine;
    if (kind === "answer:delete" || kind === "answer:condense") {
      const ring = this.followUps.ring(kind === "answer:delete" ? "delete" : "condense", data, accounts.clients);
      return ring.catch((error: unknown) => failures.report(error, kind));
    }
    const name = kind.slice(JOB.length);
    const handler = this.#registered.jobs.get(name);
    const {
      host,
      roomId,
      data: given,
    } = data as { readonly host: string; readonly roomId: number; readonly data: Json };
    const client = accounts.clients.find(({ site }: Client) => site.host === host);
    if (!handler || !client)
      return failures.note(`an alarm for the job ${JSON.stringify(name)} has nobody to handle it`);
    await this.#perform(`job ${name}`, id, client.getRoom(roomId), (c) => handler(c, given));
  }

  async #perform(name: string, key: string, room: Room, handler: Handler<BotContext>): Promise<void> {
    const subject = { key: `bot ${key} ${room.id}`, room, message: null, record: null };
    await this.#engine.runner.perform(subject, { name, timeoutMs: undefined }, async (run, made) => {
      const c = new BotContext(this.#engine.contexts, run, null);
      made(c);
      await handler(c, async () => {});
    });
  }
}
