/** A local server with a room, people and an account for the bot: the setup of most bot tests. */
import { ChatError, UsageError } from "../errors/index.js";
import { Client, type ClientOptions } from "../index.js";
import { EventType } from "../protocol/raw.js";
import {
  ChatServer,
  type ChatServerOptions,
  type LocalSite,
  type NewServerRoom,
  type NewServerUser,
  type RoomName,
  type ServerRoom,
  type ServerUser,
} from "../server/index.js";
import { isThenable, toNativePromise } from "../util/call-safely.js";
import { ManualClock } from "../util/manual-clock.js";
import { checkClock, checkCount, checkOptions, describeValue, previewValue } from "../util/options.js";
import { ClockDriver, type WaitOptions } from "./clock-driver.js";
import { isBotToRun, RunningBot, type StageBot } from "./stage-bot.js";
import { type Heard, type Match, StagePerson } from "./stage-person.js";

/** How long a bot may take to start or to stop, in milliseconds of real time. */
const BOT_TIMEOUT_MS = 30_000;

/** The properties of the stage's room. */
export interface StageRoom extends Omit<NewServerRoom, "owners"> {
  /** The owners: names, accounts or ids. An account is created for an unknown name. @default none */
  readonly owners?: readonly (string | ServerUser | number)[];
}

/** Options of a client on a stage. */
export interface StageClientOptions extends ClientOptions {
  /** One of the sites the server runs, such as `stage.server.sites["stackoverflow.com"]`. @default the stage's site */
  readonly site?: LocalSite;
}

/** Options of {@link setStage}. */
export interface StageOptions<Name extends string = string> {
  /** The room under test: a name or its properties. @default room 1, "Sandbox" */
  readonly room?: string | StageRoom;
  /** The names of the people, who are in the room from the start. @default ["Alice"] */
  readonly people?: readonly Name[];
  /**
   * The bot's account: a name or its properties. Or the bot itself, or a function that makes it: the stage then starts it in
   * its room, with the account "Bot", and stops it at the end. @default "Bot"
   */
  readonly bot?: string | NewServerUser | StageBot | (() => StageBot);
  /** Options of the client with which the stage starts the bot, such as `stateFile`. @default none */
  readonly client?: ClientOptions;
  /** Options of the server. @default one site, chat.stackexchange.com, with an empty world */
  readonly server?: Omit<ChatServerOptions, "clock">;
  /** The clock of the server and its clients. @default a new one */
  readonly clock?: ManualClock;
}

/** An unhandled failure that a client of the stage reported, such as a callback that threw. */
export interface StageFailure {
  /** The thrown value. */
  readonly error: unknown;
}

/**
 * Sets a stage: a local server, a room with people in it, and an account for the bot. Dispose of it with `await using`,
 * or call `close()` after the test.
 * @throws {BAD_ARGUMENT} for unknown options, including those of the server
 */
export async function setStage<const Name extends string = "Alice">(
  options: StageOptions<Name> = {},
): Promise<Stage<Name>> {
  checkOptions("setStage", options, ["room", "people", "bot", "client", "server", "clock"]);
  checkStageOptions(options);
  const { clock = new ManualClock(), people = ["Alice"] as readonly string[], bot = "Bot", room } = options;
  const server = await ChatServer.start({ sites: ["stackexchange.com"], ...options.server, clock });
  let stage: Stage<Name> | undefined;
  try {
    const { site } = server;
    const place = room === undefined ? site.room(1) : site.addRoom(roomOf(room, site));
    stage = new Stage<Name>(server, clock, place, accountOf(bot, site), people);
    if (isBotToRun(bot)) await stage.run(bot, options.client ?? {});
    return stage;
  } catch (error) {
    await (stage ?? server).close();
    throw error;
  }
}

function accountOf(bot: NonNullable<StageOptions["bot"]>, site: LocalSite): ServerUser {
  if (isBotToRun(bot)) return site.user("Bot");
  return typeof bot === "string" ? site.user(bot) : site.addUser(bot);
}

function roomOf(room: string | StageRoom, site: LocalSite): NewServerRoom {
  if (typeof room === "string") return { name: room };
  const { owners, ...rest } = room;
  return { ...rest, owners: owners?.map((owner) => (typeof owner === "string" ? site.user(owner) : owner)) };
}

function checkStageOptions({ room, people = [], bot, client, server, clock }: StageOptions): void {
  if (client !== undefined && !isBotToRun(bot))
    throw new UsageError("the option client needs a bot to start; pass options to stage.client() instead");
  for (const [name, value] of Object.entries({ room, bot: isBotToRun(bot) ? undefined : bot })) {
    const isRight = value === undefined || typeof value === "string" || (typeof value === "object" && value !== null);
    if (!isRight)
      throw new UsageError(`${name} must be a name or an object such as { name }, not ${previewValue(value)}`);
  }
  if (!Array.isArray(people)) throw new UsageError(`people must be a list of names, not ${previewValue(people)}`);
  const odd: unknown = people.find((name) => typeof name !== "string");
  if (odd !== undefined) throw new UsageError(`people must be a list of names, not a list with ${previewValue(odd)}`);
  if (typeof server !== "object" && server !== undefined)
    throw new UsageError(`the option server takes an object of options, not ${previewValue(server)}`);
  if (clock !== undefined) checkClock("clock", clock);
}

/** A local server for one test, with its room, its people and its bot. */
export class Stage<Name extends string = string> implements AsyncDisposable {
  /** The server, for its `requests` and its other sites. */
  readonly server: ChatServer;
  /** The site of the stage: faults, other rooms, the actual state of messages and users. */
  readonly site: LocalSite;
  /** The clock of the server and of the stage's clients. Every wait of the stage advances it. */
  readonly clock: ManualClock;
  /** The room under test. */
  readonly room: ServerRoom;
  /** The bot's account. */
  readonly bot: ServerUser;
  /** The people by name, such as `stage.people.Alice`. */
  readonly people: Readonly<Record<Name, StagePerson>>;
  readonly #clockDriver: ClockDriver;
  readonly #clients: Client[] = [];
  readonly #failures: StageFailure[] = [];
  /** The ids of all messages posted since the stage was set. */
  readonly #said: number[] = [];
  readonly #stopListening: () => void;
  #running: RunningBot | null = null;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(server: ChatServer, clock: ManualClock, room: ServerRoom, bot: ServerUser, names: readonly string[]) {
    this.server = server;
    this.site = server.site;
    this.clock = clock;
    this.room = room;
    this.bot = bot;
    this.#clockDriver = new ClockDriver(clock, server);
    this.#stopListening = this.site.onEvent(({ type, messageId }) => {
      if (type === EventType.MessagePosted && messageId !== null) this.#said.push(messageId);
    });
    this.people = Object.fromEntries(names.map((name) => [name, this.#enter(name)])) as Record<Name, StagePerson>;
  }

  /**
   * Creates a client of the bot's account on the stage's clock. It is logged out when the stage closes. On another
   * site, the
   * account is created if needed. A wait that times out lists the client's unhandled failures.
   * @throws {BAD_ARGUMENT} for a site of another server
   */
  client({ site = this.site, ...options }: StageClientOptions = {}): Client {
    if (!Object.values(this.server.sites).includes(site))
      throw new UsageError(`site must be one of stage.server.sites, not ${previewValue(site)}`);
    const { email, name, password } = this.bot;
    if (!site.users.some((user) => user.email === email)) site.addUser({ name, email });
    const onError = (error: unknown): void => void this.#failures.push({ error });
    const credentials = "cookies" in options ? {} : { email, password };
    const client = new Client(site, { ...credentials, clock: this.clock, onError, ...options });
    this.#clients.push(client);
    return client;
  }

  /** @internal Starts the bot. */
  async run(bot: StageBot | (() => StageBot), options: ClientOptions): Promise<void> {
    this.#running = new RunningBot(bot, options, {
      roomId: this.room.id,
      client: (more) => this.client(more),
      report: (error) => void this.#failures.push({ error }),
      until: (promise) => this.until(promise, { timeoutMs: BOT_TIMEOUT_MS }),
    });
    await this.#running.start();
  }

  /**
   * Stops the bot that the stage runs, and starts a new one with a new client, as a new process would.
   * @throws {BAD_ARGUMENT} unless `bot` is a function that makes the bot
   */
  async restart(): Promise<void> {
    if (!this.#running)
      throw new UsageError("the stage runs no bot; pass a function, as in setStage({ bot: makeBot })");
    await this.#running.restart();
  }

  /** Another person in the stage's room: by name, or an account made with `site.addUser`. */
  person(who: string | ServerUser): StagePerson {
    return this.#personIn(typeof who === "string" ? this.site.user(who) : who, this.room);
  }

  /** Failures that the stage's clients and its bot reported: callbacks and handlers that threw, actions that failed. */
  get failures(): readonly StageFailure[] {
    return [...this.#failures];
  }

  /**
   * Advances the clock until a condition, which may be async, returns something other than false, null or undefined, or
   * until a promise settles. Resolves to that value. The condition is called repeatedly.
   * @throws {TIMED_OUT} listing what was said in the room
   */
  async until<T>(
    what: PromiseLike<T> | (() => T | false | null | undefined | PromiseLike<T | false | null | undefined>),
    { timeoutMs = 4_000 }: WaitOptions = {},
  ): Promise<T> {
    checkCount("timeoutMs", timeoutMs, 1);
    if (typeof what !== "function" && !isThenable(what))
      throw new UsageError(`until takes a function or a promise, not ${describeValue(what)}`);
    if (typeof what === "function") {
      const something = (value: T | false | null | undefined): T | undefined =>
        value === null || value === false ? undefined : value;
      return this.#wait(() => {
        const value = what();
        return isThenable(value) ? toNativePromise(value).then(something) : something(value);
      }, timeoutMs);
    }
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    const outcome = toNativePromise(what);
    outcome.then(settle, settle);
    await this.#wait(() => isSettled || undefined, timeoutMs);
    return outcome;
  }

  /** Stops the bot, logs out the stage's clients and closes the server. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@link Stage.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#running?.stop();
    } finally {
      await Promise.all(this.#clients.map((client) => client.logout({ drain: false })));
      this.#stopListening();
      this.#clockDriver.close();
      await this.server.close();
    }
  }

  async #wait<T>(look: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T> {
    const found = await this.#clockDriver.until(look, timeoutMs);
    if (found === undefined) throw this.#late(`The condition did not come true within ${timeoutMs} ms`, this.room);
    return found;
  }

  #enter(name: string): StagePerson {
    const person = this.#personIn(this.site.user(name), this.room);
    person.here.enters();
    return person;
  }

  #personIn(user: ServerUser, room: ServerRoom): StagePerson {
    return new StagePerson(user, room, {
      in: (other: RoomName) => this.#personIn(user, this.site.room(typeof other === "object" ? other.id : other)),
      hear: (after, match, name, { timeoutMs = 4_000 } = {}) => this.#hear(user, room, after, match, name, timeoutMs),
      newest: () => this.#said.at(-1) ?? 0,
    });
  }

  /** The first matching message by someone else in a room, after message `after`. */
  async #hear(
    user: ServerUser,
    room: ServerRoom,
    after: number,
    match: Match,
    wanted: string,
    timeoutMs: number,
  ): Promise<Heard> {
    checkCount("timeoutMs", timeoutMs, 1);
    const others = (): Heard[] => this.#heard(room, after).filter(({ userId }) => userId !== user.id);
    const look = async (): Promise<Heard | undefined> => {
      for (const message of others()) if (await match(message)) return message;
      return undefined;
    };
    const found = await this.#clockDriver.until(look, timeoutMs);
    if (found) return found;
    throw this.#late(`${user.name} did not hear ${wanted} within ${timeoutMs} ms`, room);
  }

  #heard(room: ServerRoom, after: number): Heard[] {
    const names = new Map(this.site.users.map(({ id, name }) => [id, name]));
    const heard: Heard[] = [];
    for (const id of this.#said) {
      const message = id > after ? this.site.message(id) : undefined;
      if (message?.roomId !== room.id) continue;
      const text = message.source.replace(/^\s*:\d+\s+(?=\S)/, "");
      heard.push({ ...message, text, userName: names.get(message.userId) ?? "Feeds" });
    }
    return heard;
  }

  #late(reason: string, room: ServerRoom): ChatError {
    const lines = this.#heard(room, 0).map(({ userName, source }) => `\n  ${userName}: ${source}`);
    const said =
      lines.length > 0 ? `said in ${room.name}:${lines.slice(-10).join("")}` : `nothing was said in ${room.name}`;
    const absent = room.present.includes(this.bot.id) ? "" : `\n${this.bot.name} is not in ${room.name}`;
    const failures = this.#failures.map(({ error }) => `\n  ${shortTrace(error)}`);
    const reported = failures.length > 0 ? `\nreported by a client:${failures.slice(-3).join("")}` : "";
    return new ChatError("TIMED_OUT", `${reason}; ${said}${absent}${reported}`);
  }
}

/** The error and the first lines of its stack. */
function shortTrace(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.split("\n").slice(0, 4).join("\n");
}
