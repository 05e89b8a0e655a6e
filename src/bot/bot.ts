/** A bot: handlers, and the rooms in which they work. */
import { type Clock, type Message, type Room, UsageError } from "../index.js";
import { callSafely, printFailure } from "../util/call-safely.js";
import { checkFunction, checkNonEmptyText, checkOptions, hasMethods, previewValue } from "../util/options.js";
import { ActionPromise } from "../util/promises.js";
import { onStopSignal } from "../util/stop-signals.js";
import type { Answer } from "./answer.js";
import { type BotOptions, type BotSettings, readBotOptions } from "./bot-options.js";
import { type CommandInfo, commandInfo, isOffered } from "./command-info.js";
import { Composer, type Entry } from "./composer.js";
import type { BotContext } from "./context.js";
import { sendDistinct } from "./distinct.js";
import { Engine } from "./engine.js";
import { type BotFeedOptions, FeedSet } from "./feed-set.js";
import type { FeedStatus } from "./feeds/index.js";
import { checkRooms, type RoomChoice } from "./handler-options.js";
import { type Health, type HealthOptions, type MetricSource, startHealth } from "./health/index.js";
import { Matcher } from "./matcher.js";
import { type ArgumentTypes, type Duration, durationMs } from "./pattern/index.js";
import { type BotStatus, metricSourceOf, statusOf } from "./status.js";
import type { Json, Store } from "./store/index.js";
import { cronSchedule, intervalSchedule, type Schedule, type ScheduleOptions } from "./time/schedules.js";
import type { SilenceRule } from "./time/silence.js";
import { type JobHandler, type TimedHandler, Timetable } from "./time/timetable.js";

/** A plugin: a function that registers handlers, jobs and schedules with a bot. */
export type Plugin = (bot: Bot) => unknown;

/** The room of a job, and its data. */
export interface JobOptions {
  /** The room in which the job runs: that of its `c.room`. */
  readonly room: Room;
  /** A JSON value for the handler. @default null */
  readonly data?: Json;
}

/**
 * A bot. Register handlers, then `run` it in rooms of one or several clients.
 *
 * @example
 * const bot = new Bot({ prefix: "!!" });
 * bot.command("roll [sides:integer=6]", "rolls a die", (c) => c.reply(`${1 + Math.floor(Math.random() * c.args.sides)}`));
 * await bot.run([client.getRoom(1)]);
 */
export class Bot<T extends ArgumentTypes = Record<never, never>> extends Composer<T> {
  readonly #settings: BotSettings;
  readonly #schedules: { readonly schedule: Schedule; readonly handler: TimedHandler }[] = [];
  readonly #silences: { readonly rule: SilenceRule; readonly handler: TimedHandler }[] = [];
  readonly #jobs = new Map<string, JobHandler>();
  readonly #services: ((bot: Bot, signal: AbortSignal) => unknown)[] = [];
  readonly #stop = new AbortController();
  readonly #feeds = new FeedSet();
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #onFailure: ((error: unknown) => void)[] = [];
  #matcher: Matcher | undefined;
  #onError: ((error: unknown, c: BotContext | null) => unknown) | undefined;
  #engine: Engine | undefined;
  #starting: Promise<Engine> | undefined;

  /** @throws {BAD_ARGUMENT} for an unknown or wrong option */
  constructor(options: BotOptions<T> = {}) {
    super((options.types ?? {}) as T, () => this.#forgetIndex());
    const settings = readBotOptions(options);
    this.#settings = { ...settings, print: (line, error) => this.#print(settings.print, line, error) };
  }

  /** Calls plugins, which register what they do; in order, as if it stood here. */
  plugin(...plugins: readonly Plugin[]): this {
    for (const plugin of plugins) {
      checkFunction("a plugin", plugin);
      plugin(this as unknown as Bot);
    }
    return this;
  }

  /** Runs a handler at the times of a cron line, in each of its rooms. @throws {BAD_ARGUMENT} for a wrong line */
  schedule(cron: string, handler: TimedHandler): this;
  schedule(cron: string, options: ScheduleOptions, handler: TimedHandler): this;
  schedule(cron: string, ...rest: readonly unknown[]): this {
    const [options, handler] = rest.length > 1 ? rest : [{}, rest[0]];
    return this.#addSchedule(cronSchedule(cron, options as ScheduleOptions), handler);
  }

  /** Runs a handler regularly, such as every `"5m"`, at multiples of the interval since 1970. @throws {BAD_ARGUMENT} */
  every(interval: Duration, handler: TimedHandler): this;
  every(interval: Duration, options: Omit<ScheduleOptions, "timeZone">, handler: TimedHandler): this;
  every(interval: Duration, ...rest: readonly unknown[]): this {
    const [options, handler] = rest.length > 1 ? rest : [{}, rest[0]];
    return this.#addSchedule(intervalSchedule(durationMs("interval", interval), options as ScheduleOptions), handler);
  }

  /** Runs a handler when nobody has said anything in a room for a while; once for each silence. */
  silence(after: Duration, handler: TimedHandler): this;
  silence(after: Duration, options: { readonly rooms?: RoomChoice }, handler: TimedHandler): this;
  silence(after: Duration, ...rest: readonly unknown[]): this {
    const [options, handler] = (rest.length > 1 ? rest : [{}, rest[0]]) as [{ readonly rooms?: RoomChoice }, unknown];
    checkOptions("silence", options, ["rooms"]);
    if (options.rooms !== undefined) checkRooms(options.rooms);
    checkFunction("the handler of silence", handler);
    this.#checkNotStarted("silence");
    const rule = { name: String(after), afterMs: durationMs("after", after, 1), rooms: options.rooms };
    if (this.#silences.some(({ rule: { name } }) => name === rule.name)) rule.name += `#${this.#silences.length}`;
    this.#silences.push({ rule, handler: handler as TimedHandler });
    return this;
  }

  /** Registers a job, which `at` calls by its name, also after a restart. */
  job(name: string, handler: JobHandler): this {
    checkNonEmptyText("the name of a job", name);
    checkFunction("the handler of job", handler);
    if (this.#jobs.has(name)) throw new UsageError(`the job ${JSON.stringify(name)} exists already`);
    this.#jobs.set(name, handler);
    return this;
  }

  /**
   * Has a job run at a time, once; after a restart too, if the bot has a store that lasts. Resolves to an id for
   * {@link Bot.cancel} when it is stored.
   * @param time - a Date, or milliseconds since the epoch
   * @throws {BAD_ARGUMENT} for an unknown job, and before the bot was started
   */
  async at(time: Date | number, job: string, { room, data = null }: JobOptions): Promise<string> {
    if (!this.#jobs.has(job)) throw new UsageError(`there is no job ${JSON.stringify(job)}; register it with bot.job`);
    const at = Number(time);
    if (!Number.isFinite(at)) throw new UsageError(`the time of a job must be a date, not ${previewValue(time)}`);
    return this.#running.timetable.setJob(at, job, room, data);
  }

  /** Like {@link Bot.at}, after a time from now, such as `"2h"`. @throws {BAD_ARGUMENT} */
  async after(delay: Duration, job: string, options: JobOptions): Promise<string> {
    return this.at(this.#running.clock.now() + durationMs("delay", delay), job, options);
  }

  /** Removes a job that has not run. Resolves to whether there was one. */
  cancel(id: string): Promise<boolean> {
    return this.#running.timetable.alarms.remove(id);
  }

  /** Handles the failures of handlers instead of the default: a line on stderr and the apology in the room. */
  catch(handler: (error: unknown, c: BotContext | null) => unknown): this {
    checkFunction("the handler of catch", handler);
    this.#onError = handler;
    return this;
  }

  /**
   * Posts the new items of a feed (RSS, Atom or JSON Feed): in order, each once, also after a kill. A feed that breaks is
   * polled less often, and the owners hear of it. Private addresses are refused.
   * @throws {BAD_ARGUMENT} for a wrong address or option
   */
  feed(url: string, options: BotFeedOptions = {}): this {
    this.#feeds.add(url, options);
    return this;
  }

  /** Stops a feed by its name. Resolves to whether there was one. */
  removeFeed(name: string): Promise<boolean> {
    return this.#feeds.remove(name);
  }

  /** The state of each feed. */
  get feeds(): readonly FeedStatus[] {
    return this.#feeds.status;
  }

  /**
   * Starts a small HTTP server that ends with the bot: `/healthz` and `/livez` for supervisors, `/metrics` for Prometheus
   * if the package prom-client is installed.
   * @throws {ADDRESS_IN_USE} {BAD_ARGUMENT}
   */
  async health({ port, host, metrics }: Omit<HealthOptions, keyof MetricSource>): Promise<Health> {
    const health = await startHealth({
      port,
      ...(host === undefined ? {} : { host }),
      ...(metrics === undefined ? {} : { metrics }),
      ...metricSourceOf(() => this.#engine),
    });
    this.#closing.push(() => health.close());
    return health;
  }

  /** Calls a function with every failure that the bot prints, as a stage does. */
  onFailure(listener: (error: unknown) => void): void {
    checkFunction("the listener of onFailure", listener);
    this.#onFailure.push(listener);
  }

  /** Starts something with the bot, and ends it with the signal when the bot stops: for plugins. */
  service(start: (bot: Bot, signal: AbortSignal) => unknown): this {
    checkFunction("the function of service", start);
    this.#services.push(start);
    return this;
  }

  /**
   * Works in rooms until SIGINT or SIGTERM, or until `stop()`. Then waits for its handlers, sends what waits, leaves the
   * rooms and logs the clients out. Calls `client.resume()` where there is a state.
   * @throws the reason for which listening to one of the rooms ended for good, so that the process exits with code 1
   */
  async run(rooms: Room | readonly Room[]): Promise<void> {
    const undo = onStopSignal((signal) => {
      void this.stop().catch((error: unknown) => printFailure(`${signal}: the bot could not stop`, error));
    });
    try {
      await this.start(rooms);
      await this.#running.ended;
    } finally {
      await this.stop();
      undo();
    }
  }

  /** Like {@link Bot.run}, but resolves as soon as the bot listens, and leaves signals alone. */
  async start(rooms: Room | readonly Room[]): Promise<void> {
    const list: readonly Room[] = [rooms].flat();
    const isRight = list.length > 0 && list.every((room) => hasMethods(room, ["watch", "sendMessage"]));
    if (!isRight) throw new UsageError(`run takes rooms, such as [client.getRoom(1)], not ${previewValue(rooms)}`);
    if (this.#starting) throw new UsageError("the bot was started already; make a new one to start again");
    this.#starting = Engine.start(
      {
        bot: this as unknown as Bot,
        settings: this.#settings,
        matcher: () => this.#index,
        onError: () => this.#onError,
        timetable: (engine) =>
          new Timetable(engine, { schedules: this.#schedules, silences: this.#silences, jobs: this.#jobs }),
      },
      list,
      this.#stop.signal,
    );
    this.#engine = await this.#starting;
    const engine = this.#engine;
    this.#feeds.start({
      store: engine.store,
      clock: engine.clock,
      choose: (choice) => engine.scope.rooms.choose(choice),
      tellOwners: (text) => engine.owners.tell(text),
      print: this.#settings.print,
    });
    for (const start of this.#services)
      void callSafely(
        start,
        (error) => this.#engine?.failures.report(error, "a service"),
        this as unknown as Bot,
        this.#stop.signal,
      );
  }

  /** Stops the bot. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const engine = await this.#starting?.catch(() => undefined);
    await this.#feeds.close();
    await engine?.stop();
    await Promise.all(this.#closing.splice(0).map((close) => close()));
  }

  /** Enters a room and keeps it over restarts. @throws {FORBIDDEN} {NOT_FOUND} {BAD_ARGUMENT} before it was started */
  join(room: Room): Promise<void> {
    return this.#watched("joining a room", (engine) => engine.join(room, null));
  }

  /** Leaves a room and forgets it. */
  leave(room: Room): Promise<void> {
    return this.#watched("leaving a room", (engine) => engine.leave(room));
  }

  /** Says a text in every room with a role. @throws {BAD_ARGUMENT} if no room has it, and before it was started */
  tell(role: string, text: string): Promise<Message[]> {
    return this.#watched(`telling ${role}`, async (engine) => {
      const rooms = engine.scope.rooms.withRole(role);
      const sendIn = (room: Room): Promise<Message[]> => sendDistinct(text, (said) => room.sendParts(said));
      return (await Promise.all(rooms.map(sendIn))).flat();
    });
  }

  /** Gives rooms a role, until the bot stops. */
  setRole(role: string, rooms: readonly Room[]): void {
    this.#running.scope.rooms.setRole(role, rooms);
  }

  /** The rooms in which the bot works. */
  get rooms(): readonly Room[] {
    return this.#running.scope.rooms.choose(undefined);
  }

  /** Whether the bot works in a room: false, or as a home room, which `run` was given, or as a guest. */
  standingIn(room: Room): "home" | "guest" | false {
    const known = this.#running.scope.rooms.get(room);
    return known !== undefined && (known.isHome ? "home" : "guest");
  }

  /** Whether somebody is an owner of the bot. */
  isOwner(userId: number): boolean {
    return this.#settings.owners.includes(userId);
  }

  /** Stops hearing a person, for a while or for good; kept in the store. */
  async ban(
    room: Room,
    userId: number,
    options: { readonly for?: Duration; readonly by?: number | null } = {},
  ): Promise<void> {
    checkOptions("ban", options, ["for", "by"]);
    const { clock, scope } = this.#running;
    const until = options.for === undefined ? null : clock.now() + durationMs("for", options.for);
    await scope.permissions.ban(room.site.host, userId, { until, by: options.by ?? null });
  }

  /** Hears a person again. Resolves to whether they were banned. */
  unban(room: Room, userId: number): Promise<boolean> {
    return this.#running.scope.permissions.unban(room.site.host, userId);
  }

  /** The latest answers of the bot in a room, the newest last; 20 at most. */
  answersIn(room: Room): readonly Answer[] {
    return this.#running.latestAnswers(room);
  }

  /** The store of the bot, for values of your own: the same as `c.store`. @throws {BAD_ARGUMENT} before it was started */
  get store(): Store {
    return this.#running.contexts.store;
  }

  /** The clock of the bot. @throws {BAD_ARGUMENT} before it was started */
  get clock(): Clock {
    return this.#running.clock;
  }

  /** Its commands, in order. */
  get commands(): readonly CommandInfo[] {
    return [...this.#entries].flatMap((entry) => commandInfo(entry, this.prefix) ?? []);
  }

  /** Those of its commands that somebody may use in a room, as far as that is known without a request. */
  commandsFor({ room, user }: Pick<BotContext, "room" | "user">): readonly CommandInfo[] {
    const { scope } = this.#running;
    return [...this.#entries].flatMap((entry) =>
      isOffered(entry, room, user, scope) ? (commandInfo(entry, this.prefix) ?? []) : [],
    );
  }

  /** The prefix to show in texts. */
  get prefix(): string {
    return this.#settings.prefixes[0] ?? "";
  }

  /** The state of the bot and its counts. Makes no request. */
  status(): BotStatus {
    return statusOf(this.#engine);
  }

  /** Prints a line, and tells the listeners of a failure. Neither may throw into the bot's work. */
  #print(print: BotSettings["print"], line: string, error: unknown): void {
    const broken = (failure: unknown): void => printFailure(line, failure);
    if (error !== undefined) for (const listener of this.#onFailure) void callSafely(listener, broken, error);
    void callSafely(print, broken, line, error);
  }

  /** Does something with the running bot; a failure is reported if the caller does not look at it. */
  #watched<T>(where: string, act: (engine: Engine) => Promise<T>): Promise<T> {
    return ActionPromise.run(
      async () => act(this.#running),
      (error) =>
        this.#engine ? this.#engine.failures.report(error, where) : this.#settings.print(`bot: ${where}`, error),
    );
  }

  get #running(): Engine {
    if (this.#engine) return this.#engine;
    throw new UsageError("the bot does not run yet; await bot.start() or bot.run() first");
  }

  get #index(): Matcher {
    this.#matcher ??= new Matcher(this.#entries);
    return this.#matcher;
  }

  get #entries(): Iterable<Entry> {
    return Composer.entriesOf(this as unknown as Composer<ArgumentTypes>);
  }

  #forgetIndex(): void {
    this.#matcher = undefined;
  }

  #addSchedule(schedule: Schedule, handler: unknown): this {
    checkFunction("the handler of a schedule", handler);
    this.#checkNotStarted("a schedule");
    if (this.#schedules.some(({ schedule: { name } }) => name === schedule.name))
      throw new UsageError(`there are two schedules ${JSON.stringify(schedule.name)}; give one of them another name`);
    this.#schedules.push({ schedule, handler: handler as TimedHandler });
    return this;
  }

  #checkNotStarted(what: string): void {
    if (this.#starting) throw new UsageError(`register ${what} before the bot starts`);
  }
}
