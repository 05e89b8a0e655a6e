/** Plays a cassette to a client: the answers and frames of a recorded session, in order and at their recorded times. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type AnsweredEntry, type Cassette, looksLikeCassette, readCassette } from "../../cassette/format.js";
import { CassetteError, ChatError, UsageError } from "../../errors/index.js";
import { Client, type ClientOptions } from "../../index.js";
import type { Site } from "../../protocol/sites.js";
import { isThenable, toNativePromise } from "../../util/call-safely.js";
import { ManualClock } from "../../util/manual-clock.js";
import { checkClock, checkCount, checkOptions, previewValue } from "../../util/options.js";
import type { WaitOptions } from "../clock-driver.js";
import { Traffic } from "../traffic.js";
import { Playback } from "./playback.js";
import { ReplayServer } from "./replay-server.js";
import { addressOf, type IncomingRequest, type RecordedExchange, RequestMatcher } from "./request-matcher.js";

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** The clock of the replay and its clients. @default a new one, set to the start of the recording */
  readonly clock?: ManualClock;
}

/** Real time for sockets and promises between two polls, in milliseconds. */
const REST_MS = 4;
/** The longest step of the clock between two polls, in milliseconds. */
const STEP_MS = 1_000;

/**
 * Plays a cassette recorded by `new Client(site, { record })` or `chatexchange doctor --record`.
 * @param cassette - a path, a `file:` URL, or the text of a cassette
 * @throws {BAD_ARGUMENT} when it is not a cassette, naming the line
 */
export async function replay(cassette: string | URL, options: ReplayOptions = {}): Promise<Replay> {
  checkOptions("replay", options, ["clock"]);
  if (options.clock !== undefined) checkClock("clock", options.clock);
  return Replay.start(await load(cassette), options.clock);
}

async function load(cassette: string | URL): Promise<Cassette> {
  if (typeof cassette === "string" && looksLikeCassette(cassette)) return readCassette(cassette);
  if (typeof cassette !== "string" && !(cassette instanceof URL))
    throw new UsageError(
      `replay takes the path, the file: URL or the text of a cassette, not ${previewValue(cassette)}`,
    );
  try {
    return readCassette(await readFile(cassette, "utf8"), String(cassette));
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new UsageError(`cannot read the cassette ${String(cassette).slice(0, 200)}; check the path`, {
      cause: error,
    });
  }
}

/** A cassette being replayed. Dispose of it with `await using`. */
export class Replay implements AsyncDisposable {
  /** The site of the recording: pass it to `new Client(replay.site, { clock: replay.clock })`. */
  readonly site: Site;
  /**
   * The clock, set to the start of the recording. It advances by itself while an answer is due, and in {@link
   * Replay.until}.
   */
  readonly clock: ManualClock;
  readonly #matcher: RequestMatcher;
  readonly #playback: Playback;
  readonly #server: ReplayServer;
  readonly #traffic: Traffic;
  readonly #clients: Client[] = [];
  readonly #failures: CassetteError[] = [];
  /** How many failures {@link Replay.until} or {@link Replay.close} has thrown. */
  #reported = 0;
  /** How many requests hang forever. */
  #hanging = 0;
  #watchers = 0;
  #isTurning = false;
  #isClosed = false;

  /** @internal */
  constructor(cassette: Cassette, clock: ManualClock, resolve: () => number) {
    const { header } = cassette;
    this.clock = clock;
    this.#matcher = new RequestMatcher(cassette);
    this.#playback = new Playback(cassette, this.#matcher, clock, clock.now());
    this.#server = new ReplayServer({
      answer: (request, give) => this.#answer(request, give),
      open: (address) => this.#playback.open(address),
    });
    const faults = {
      hanging: 0,
      hangingSockets: 0,
      underWay: 0,
    };
    Object.defineProperty(faults, "hanging", { get: () => this.#playback.held + this.#hanging });
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

  /**
   * Creates a client of the replay, on its clock, with a placeholder account. It is logged out when the replay closes.
   */
  client(options: ClientOptions = {}): Client {
    const means = "cookies" in options || "email" in options ? {} : { email: "someone@example.com", password: "any" };
    const client = new Client(this.site, { ...means, clock: this.clock, ...options });
    this.#clients.push(client);
    return client;
  }

  /** The recorded requests that the client has not made, such as `POST /ws-auth`, in recorded order. */
  get left(): readonly string[] {
    return this.#matcher.left.map(describeRequest);
  }

  /** The requests that did not match the recording. */
  get failures(): readonly CassetteError[] {
    return [...this.#failures];
  }

  /**
   * Plays the recording until a condition returns something other than false, null or undefined, or until a promise
   * settles. Resolves to that value.
   * @throws {CASSETTE} when the client makes a request that is not in the cassette
   * @throws {TIMED_OUT} naming what the cassette is waiting for
   */
  async until<T>(
    what: PromiseLike<T> | (() => T | false | null | undefined),
    { timeoutMs = 4_000 }: WaitOptions = {},
  ): Promise<T> {
    checkCount("timeoutMs", timeoutMs, 1);
    const outcome = isThenable(what) ? trackPromise(toNativePromise(what)) : undefined;
    const end = performance.now() + timeoutMs;
    this.#watchers++;
    void this.#turn();
    try {
      for (;;) {
        const failure = this.#failures[this.#reported];
        if (failure) {
          this.#reported = this.#failures.length;
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
   * Logs out the clients of the replay and closes it.
   * @throws {CASSETTE} the first request that did not match the recording, unless {@link Replay.until} has thrown it
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await Promise.all(this.#clients.map((client) => client.logout({ drain: false })));
    this.#isClosed = true;
    this.#traffic.close();
    await this.#server.close();
    const failure = this.#failures[this.#reported];
    this.#reported = this.#failures.length;
    if (failure) throw failure;
  }

  /** The same as {@link Replay.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: IncomingRequest, give: (answer: AnsweredEntry) => void): void {
    const recorded = this.#take(request);
    this.#playback.run();
    if (!recorded) {
      // A client leaves its rooms on logout, even if the recorded one did not.
      if (/^[^/]*\/chats\/leave\//.test(request.address)) give({ at: 0, answer: 0, status: 200 });
      else give(refusalAnswer(this.#failures.at(-1)));
      return;
    }
    const { answered } = recorded;
    if (!answered || /TIMED_OUT|ABORT|^withheld$/.test(answered.failed ?? "")) {
      this.#hanging++;
      return;
    }
    this.#playback.answer(answered, () => give(answered));
    void this.#turn();
  }

  #take(request: IncomingRequest): RecordedExchange | undefined {
    try {
      return this.#matcher.take(request);
    } catch (error) {
      if (!(error instanceof CassetteError)) throw error;
      if (!/^[^/]*\/chats\/leave\//.test(request.address)) this.#failures.push(error);
      return undefined;
    }
  }

  /** Advances the clock from timer to timer while a caller waits. Runs only once at a time. */
  async #turn(): Promise<void> {
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      while ((this.#playback.held > 0 || this.#watchers > 0) && !this.#isClosed) {
        const wasUnderWay = this.#traffic.isBusy;
        await pause(REST_MS);
        if (wasUnderWay || this.#traffic.isBusy) continue;
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
        ? `the client has not made the next requests of the cassette: ${next.join("; ")}`
        : `the client made every request of the cassette, but did not open ${this.#playback.socketsLeft} of its sockets`;
    return new ChatError("TIMED_OUT", `the condition did not come true within ${timeoutMs} ms; ${waits}`);
  }
}

function trackPromise<T>(promise: Promise<T>): { readonly promise: Promise<T>; isSettled: boolean } {
  const outcome = { promise, isSettled: false };
  const settle = (): void => {
    outcome.isSettled = true;
  };
  promise.then(settle, settle);
  return outcome;
}

function describeRequest({ asked }: RecordedExchange): string {
  return `${asked.method} ${addressOf(asked.url).replace(/^[^/]*/, "")} (line ${asked.line})`;
}

/** A refusal in the site's format, so that the call fails with this sentence and is not retried. */
function refusalAnswer(failure: CassetteError | undefined): AnsweredEntry {
  const headers = { "content-type": "text/plain; charset=utf-8", chat: "error" };
  return { at: 0, answer: 0, status: 400, headers, body: failure?.message ?? "not in the cassette" };
}
