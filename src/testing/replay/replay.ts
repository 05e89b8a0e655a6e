/** Plays a cassette to a client: the answers and frames of a recorded session, in order and at their times. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type AnsweredEntry, type Cassette, looksLikeCassette, readCassette } from "../../cassette/format.js";
import { CassetteError, ChatError, UsageError } from "../../errors/index.js";
import { Client, type ClientOptions } from "../../index.js";
import type { Site } from "../../protocol/sites.js";
import { isThenable, settled } from "../../util/call-safely.js";
import { ManualClock } from "../../util/manual-clock.js";
import { checkClock, checkCount, checkOptions, shown } from "../../util/options.js";
import { Traffic } from "../traffic.js";
import type { WaitOptions } from "../turning.js";
import { Program } from "./program.js";
import { ReplayServer } from "./replay-server.js";
import { addressOf, type Incoming, type Recorded, Tape } from "./tape.js";

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** The clock of the replay and its clients. @default a new one, at the time of the recording */
  readonly clock?: ManualClock;
}

/** Real time for sockets and promises between two looks, in milliseconds. */
const REST_MS = 4;
/** The longest step of the clock between two looks, in milliseconds. */
const STEP_MS = 1_000;

/**
 * Plays a cassette: what `new Client(site, { record })` or `chatexchange doctor --record` has written.
 * @param cassette - a path, a `file:` URL, or the text of a cassette
 * @throws {BAD_ARGUMENT} for what is no cassette, naming the line
 */
export async function replay(cassette: string | URL, options: ReplayOptions = {}): Promise<Replay> {
  checkOptions("replay", options, ["clock"]);
  if (options.clock !== undefined) checkClock("clock", options.clock);
  return Replay.start(await load(cassette), options.clock);
}

async function load(cassette: string | URL): Promise<Cassette> {
  if (typeof cassette === "string" && looksLikeCassette(cassette)) return readCassette(cassette);
  if (typeof cassette !== "string" && !(cassette instanceof URL))
    throw new UsageError(`replay takes the path, the file: URL or the text of a cassette, not ${shown(cassette)}`);
  try {
    return readCassette(await readFile(cassette, "utf8"), String(cassette));
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new UsageError(`cannot read the cassette ${String(cassette).slice(0, 200)}; name a file that is there`, {
      cause: error,
    });
  }
}

/** A cassette that is played. Dispose of it with `await using`. */
export class Replay implements AsyncDisposable {
  /** The site of the recording: for `new Client(replay.site, { clock: replay.clock })`. */
  readonly site: Site;
  /** Time, as of the recording. It goes on by itself while an answer is waited for, and in {@link Replay.until}. */
  readonly clock: ManualClock;
  readonly #tape: Tape;
  readonly #program: Program;
  readonly #server: ReplayServer;
  readonly #traffic: Traffic;
  readonly #clients: Client[] = [];
  readonly #failures: CassetteError[] = [];
  /** Failures that a wait has thrown. */
  #told = 0;
  /** Requests that hang for ever. */
  #hanging = 0;
  #watchers = 0;
  #isTurning = false;
  #isClosed = false;

  /** @internal */
  constructor(cassette: Cassette, clock: ManualClock, resolve: () => number) {
    const { header } = cassette;
    this.clock = clock;
    this.#tape = new Tape(cassette);
    this.#program = new Program(cassette, this.#tape, clock, clock.now());
    this.#server = new ReplayServer({
      answer: (request, give) => this.#answer(request, give),
      open: (address) => this.#program.open(address),
    });
    const faults = {
      hanging: 0,
      hangingSockets: 0,
      underWay: 0,
    };
    Object.defineProperty(faults, "hanging", { get: () => this.#program.held + this.#hanging });
    this.#traffic = new Traffic(() => [{ sites: { replay: { faults } } }]);
    const hosts = new Set(
      [
        header.chat,
        header.login,
        ...cassette.entries.flatMap((entry) =>
          "ask" in entry ? entry.url : "open" in entry ? (entry.open ?? "") : [],
        ),
      ].map((url) => addressOf(url).replace(/[/?].*$/, "")),
    );
    this.site = {
      host: header.host,
      name: header.name,
      chatOrigin: header.chat,
      loginOrigin: header.login,
      resolve: (origin) =>
        hosts.has(new URL(origin).host) || /\bsockets?\./.test(origin)
          ? { hostname: "127.0.0.1", port: resolve() }
          : undefined,
    };
  }

  /** @internal */
  static async start(cassette: Cassette, clock: ManualClock | undefined): Promise<Replay> {
    let port = 0;
    const made = new Replay(cassette, clock ?? new ManualClock(cassette.header.began), () => port);
    port = await made.#server.listen();
    return made;
  }

  /** A client of the replay, on its clock, with an account of any name; it ends with the replay. */
  client(options: ClientOptions = {}): Client {
    const means = "cookies" in options || "email" in options ? {} : { email: "someone@example.com", password: "any" };
    const client = new Client(this.site, { ...means, clock: this.clock, ...options });
    this.#clients.push(client);
    return client;
  }

  /** The requests of the recording that nobody has made, such as `POST /ws-auth`, in its order. */
  get left(): readonly string[] {
    return this.#tape.left.map(described);
  }

  /** The requests that were not as recorded. */
  get failures(): readonly CassetteError[] {
    return [...this.#failures];
  }

  /**
   * Lets the recording go on until something is so: until a condition gives a value other than false, null or
   * undefined, or until a promise settles. Resolves to that value.
   * @throws {CASSETTE} when a request comes that is not in the cassette
   * @throws {TIMED_OUT} when it has not come true, saying what the cassette waits for
   */
  async until<T>(
    what: PromiseLike<T> | (() => T | false | null | undefined),
    { timeoutMs = 4_000 }: WaitOptions = {},
  ): Promise<T> {
    checkCount("timeoutMs", timeoutMs, 1);
    const outcome = isThenable(what) ? watched(settled(what)) : undefined;
    const end = performance.now() + timeoutMs;
    this.#watchers++;
    void this.#turn();
    try {
      for (;;) {
        const failure = this.#failures[this.#told];
        if (failure) {
          this.#told = this.#failures.length;
          throw failure;
        }
        if (outcome) {
          if (outcome.isSettled) return await outcome.promise;
        } else if (typeof what === "function") {
          const value = what();
          if (value !== false && value !== null && value !== undefined) return value;
        }
        if (performance.now() > end) throw this.#late(timeoutMs);
        await pause(REST_MS);
      }
    } finally {
      this.#watchers--;
    }
  }

  /**
   * Ends the clients of the replay, and the replay.
   * @throws {CASSETTE} the first request that was not as recorded, unless a wait has thrown it
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await Promise.all(this.#clients.map((client) => client.logout({ drain: false })));
    this.#isClosed = true;
    this.#traffic.close();
    await this.#server.close();
    const failure = this.#failures[this.#told];
    this.#told = this.#failures.length;
    if (failure) throw failure;
  }

  /** The same as {@link Replay.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: Incoming, give: (answer: AnsweredEntry) => void): void {
    const recorded = this.#take(request);
    this.#program.run();
    if (!recorded) {
      // A client that ends leaves its rooms, also where the recorded one did not.
      if (/^[^/]*\/chats\/leave\//.test(request.address)) give({ at: 0, answer: 0, status: 200 });
      else give(refusal(this.#failures.at(-1)));
      return;
    }
    const { answered } = recorded;
    if (!answered || /TIMED_OUT|ABORT|^withheld$/.test(answered.failed ?? "")) {
      this.#hanging++;
      return;
    }
    this.#program.answer(answered, () => give(answered));
    void this.#turn();
  }

  #take(request: Incoming): Recorded | undefined {
    try {
      return this.#tape.take(request);
    } catch (error) {
      if (!(error instanceof CassetteError)) throw error;
      if (!/^[^/]*\/chats\/leave\//.test(request.address)) this.#failures.push(error);
      return undefined;
    }
  }

  /** Turns the clock, from timer to timer, while somebody waits for that. Never in two turns at once. */
  async #turn(): Promise<void> {
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      while ((this.#program.held > 0 || this.#watchers > 0) && !this.#isClosed) {
        const wasUnderWay = this.#traffic.isUnderWay;
        await pause(REST_MS);
        if (wasUnderWay || this.#traffic.isUnderWay) continue;
        await this.clock.advance(Math.min(this.clock.untilNextMs ?? STEP_MS, STEP_MS));
      }
    } finally {
      this.#isTurning = false;
    }
  }

  #late(timeoutMs: number): ChatError {
    const next = this.left.slice(0, 3);
    const waits =
      next.length > 0
        ? `the next requests of the cassette that nobody has made: ${next.join("; ")}`
        : `every request of the cassette was made, ${this.#program.socketsLeft} of its sockets were not opened`;
    return new ChatError("TIMED_OUT", `it did not come true in ${timeoutMs} ms; ${waits}`);
  }
}

function watched<T>(promise: Promise<T>): { readonly promise: Promise<T>; isSettled: boolean } {
  const outcome = { promise, isSettled: false };
  const settle = (): void => {
    outcome.isSettled = true;
  };
  promise.then(settle, settle);
  return outcome;
}

function described({ asked }: Recorded): string {
  return `${asked.method} ${addressOf(asked.url).replace(/^[^/]*/, "")} (line ${asked.line})`;
}

/** A refusal in the site's manner, so that the call fails with the sentence and is not tried again. */
function refusal(failure: CassetteError | undefined): AnsweredEntry {
  const headers = { "content-type": "text/plain; charset=utf-8", chat: "error" };
  return { at: 0, answer: 0, status: 400, headers, body: failure?.message ?? "not in the cassette" };
}
