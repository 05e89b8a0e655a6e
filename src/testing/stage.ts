/** A local server with a room, people and an account for the bot: what most tests of bots begin with. */
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
import { isThenable, settled } from "../util/call-safely.js";
import { ManualClock } from "../util/manual-clock.js";
import { checkClock, checkCount, checkOptions, described, shown } from "../util/options.js";
import { type Heard, type Match, StagePerson } from "./stage-person.js";
import { Turning, type WaitOptions } from "./turning.js";

/** The properties of the room of a stage. */
export interface StageRoom extends Omit<NewServerRoom, "owners"> {
  /** Its owners, by name, as accounts or by id; names are made up where there is no such person. @default nobody */
  readonly owners?: readonly (string | ServerUser | number)[];
}

/** Options of a client on a stage. */
export interface StageClientOptions extends ClientOptions {
  /** The site, of those that the server runs: `stage.server.sites["stackoverflow.com"]`. @default the site of the stage */
  readonly site?: LocalSite;
}

/** What a stage is set with. */
export interface StageOptions<Name extends string = string> {
  /** The room of the test: a name, or what it is made of. @default room 1, "Sandbox" */
  readonly room?: string | StageRoom;
  /** The names of the people, who are in the room from the start. @default ["Alice"] */
  readonly people?: readonly Name[];
  /** The bot's account: a name, or what it is made of. @default "Bot" */
  readonly bot?: string | NewServerUser;
  /** Options of the server. @default one site, chat.stackexchange.com, in an empty world */
  readonly server?: Omit<ChatServerOptions, "clock">;
  /** The clock of server and clients. @default a new one */
  readonly clock?: ManualClock;
}

/** A failure that a client of the stage reported because nobody looked at it, as that of a callback that threw. */
export interface StageFailure {
  /** What was thrown. */
  readonly error: unknown;
}

/**
 * Sets a stage: a local server, a room with people in it, and an account for the bot. Dispose of it with `await using`,
 * or call `close()` when the test is over.
 * @throws {BAD_ARGUMENT} for unknown options, also those of the server
 */
export async function setStage<const Name extends string = "Alice">(
  options: StageOptions<Name> = {},
): Promise<Stage<Name>> {
  checkOptions("setStage", options, ["room", "people", "bot", "server", "clock"]);
  checkStageOptions(options);
  const { clock = new ManualClock(), people = ["Alice"] as readonly string[], bot = "Bot", room } = options;
  const server = await ChatServer.start({ sites: ["stackexchange.com"], ...options.server, clock });
  try {
    const { site } = server;
    const place = room === undefined ? site.room(1) : site.addRoom(roomOf(room, site));
    return new Stage<Name>(server, clock, place, typeof bot === "string" ? site.user(bot) : site.addUser(bot), people);
  } catch (error) {
    await server.close();
    throw error;
  }
}

function roomOf(room: string | StageRoom, site: LocalSite): NewServerRoom {
  if (typeof room === "string") return { name: room };
  const { owners, ...rest } = room;
  return { ...rest, owners: owners?.map((owner) => (typeof owner === "string" ? site.user(owner) : owner)) };
}

function checkStageOptions({ room, people = [], bot, server, clock }: StageOptions): void {
  for (const [name, value] of Object.entries({ room, bot })) {
    const isRight = value === undefined || typeof value === "string" || (typeof value === "object" && value !== null);
    if (!isRight) throw new UsageError(`${name} is a name or an object such as { name }, not ${shown(value)}`);
  }
  if (!Array.isArray(people)) throw new UsageError(`people is a list of names, not ${shown(people)}`);
  const odd: unknown = people.find((name) => typeof name !== "string");
  if (odd !== undefined) throw new UsageError(`people is a list of names, not a list with ${shown(odd)}`);
  if (typeof server !== "object" && server !== undefined)
    throw new UsageError(`the option server takes an object of options, not ${shown(server)}`);
  if (clock !== undefined) checkClock("clock", clock);
}

/** A test's local server with its room, its people and its bot. */
export class Stage<Name extends string = string> implements AsyncDisposable {
  /** The server, for its `requests` and its other sites. */
  readonly server: ChatServer;
  /** The site where it all happens: faults, other rooms, ground truth. */
  readonly site: LocalSite;
  /** Time, for the server and for the clients of the stage. Every wait of the stage turns it. */
  readonly clock: ManualClock;
  /** The room. */
  readonly room: ServerRoom;
  /** The bot's account. */
  readonly bot: ServerUser;
  /** The people by name: `stage.people.Alice`. */
  readonly people: Readonly<Record<Name, StagePerson>>;
  readonly #turning: Turning;
  readonly #clients: Client[] = [];
  readonly #failures: StageFailure[] = [];
  /** Ids of the messages since the stage was set. */
  readonly #said: number[] = [];
  readonly #stopListening: () => void;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(server: ChatServer, clock: ManualClock, room: ServerRoom, bot: ServerUser, names: readonly string[]) {
    this.server = server;
    this.site = server.site;
    this.clock = clock;
    this.room = room;
    this.bot = bot;
    this.#turning = new Turning(clock, server);
    this.#stopListening = this.site.onEvent(({ type, messageId }) => {
      if (type === EventType.MessagePosted && messageId !== null) this.#said.push(messageId);
    });
    this.people = Object.fromEntries(names.map((name) => [name, this.#enter(name)])) as Record<Name, StagePerson>;
  }

  /**
   * A client of the bot's account, on the stage's clock; it ends with the stage. On another site its account is made at need.
   * Failures that nobody looks at show in what a wait says when it fails.
   * @throws {BAD_ARGUMENT} for a site of another server
   */
  client({ site = this.site, ...options }: StageClientOptions = {}): Client {
    if (!Object.values(this.server.sites).includes(site))
      throw new UsageError(`site is one of stage.server.sites, not ${shown(site)}`);
    const { email, name, password } = this.bot;
    if (!site.users.some((user) => user.email === email)) site.addUser({ name, email });
    const onError = (error: unknown): void => void this.#failures.push({ error });
    const credentials = "cookies" in options ? {} : { email, password };
    const client = new Client(site, { ...credentials, clock: this.clock, onError, ...options });
    this.#clients.push(client);
    return client;
  }

  /** Somebody else who speaks and listens, by name or as made with `site.addUser`; in the room of the stage. */
  person(who: string | ServerUser): StagePerson {
    return this.#personIn(typeof who === "string" ? this.site.user(who) : who, this.room);
  }

  /** What clients of the stage reported because nobody looked at it: callbacks that threw, actions that failed. */
  get failures(): readonly StageFailure[] {
    return [...this.#failures];
  }

  /**
   * Turns the clock until something is so: until a condition gives a value other than false, null or undefined, at once
   * or by a promise, or until a promise settles. Resolves to that value. A condition is asked again and again.
   * @throws {TIMED_OUT} when it has not come true, saying what was said in the room
   */
  async until<T>(
    what: PromiseLike<T> | (() => T | false | null | undefined | PromiseLike<T | false | null | undefined>),
    { timeoutMs = 4_000 }: WaitOptions = {},
  ): Promise<T> {
    checkCount("timeoutMs", timeoutMs, 1);
    if (typeof what !== "function" && !isThenable(what))
      throw new UsageError(`until takes a function or a promise, not ${described(what)}`);
    if (typeof what === "function") {
      const something = (value: T | false | null | undefined): T | undefined =>
        value === null || value === false ? undefined : value;
      return this.#wait(() => {
        const value = what();
        return isThenable(value) ? settled(value).then(something) : something(value);
      }, timeoutMs);
    }
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    const outcome = settled(what);
    outcome.then(settle, settle);
    await this.#wait(() => isSettled || undefined, timeoutMs);
    return outcome;
  }

  /** Ends the clients of the stage and the server. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@link Stage.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.logout({ drain: false })));
    this.#stopListening();
    this.#turning.close();
    await this.server.close();
  }

  async #wait<T>(look: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T> {
    const found = await this.#turning.until(look, timeoutMs);
    if (found === undefined) throw this.#late(`It did not come true in ${timeoutMs} ms`, this.room);
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

  /** The first message of others in a room, after one, that matches. */
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
    const found = await this.#turning.until(look, timeoutMs);
    if (found) return found;
    throw this.#late(`${user.name} did not hear ${wanted} in ${timeoutMs} ms`, room);
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
    const failures = this.#failures.map(({ error }) => `\n  ${traced(error)}`);
    const reported = failures.length > 0 ? `\nreported by a client:${failures.slice(-3).join("")}` : "";
    return new ChatError("TIMED_OUT", `${reason}; ${said}${absent}${reported}`);
  }
}

/** What failed, and the places in the bot where; not the way there. */
function traced(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.split("\n").slice(0, 4).join("\n");
}
