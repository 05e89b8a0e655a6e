/**
 * What can go wrong on purpose, each with one call. A planned fault is tried on every request in the order of
 * planning, before the request is handled or, for `cut` and `packed`, after it; the sockets' faults act at once.
 */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount } from "../util/options.js";
import { FaultPlans } from "./fault-plans.js";
import type { BadPacking } from "./http/packing.js";
import { checkDelay, type Delay, type Latency } from "./latency.js";
import type { SocketHub } from "./live/socket-hub.js";
import type { Network } from "./network.js";
import { type ProxyAnswer, proxyAnswer } from "./proxy-answer.js";
import type { Throttle } from "./throttle.js";

/** What a request gets instead of its answer. */
export interface PlannedAnswer {
  /** The HTTP status of the answer. @default 500 */
  readonly status?: number;
  /** What the answer says. @default "" */
  readonly body?: string;
  /** Headers of the answer, such as `Content-Type` or `cf-mitigated`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests it happens to. @default 1 */
  readonly times?: number;
}

/** Options of {@link Faults.slow}. */
export interface Slowness {
  /** Whether the server acts late, too. Otherwise it acts at once, and only the answer is late. @default false */
  readonly before?: boolean;
  /** How many requests it happens to. @default all */
  readonly times?: number;
}

/**
 * The fault of one request. `cut` ends the connection after the server has acted, `hang-up` before; `hang` never
 * answers; a `bare` answer has none of the server's own headers.
 */
export type PlannedFault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly bare: boolean;
    }
  | { readonly kind: "packed"; readonly packing: BadPacking }
  | { readonly kind: "cut" }
  | { readonly kind: "hang-up" }
  | { readonly kind: "hang" };

interface Ending {
  once(event: "close", listener: () => void): unknown;
}

/** Ways to make things go wrong on purpose, each with one call. */
export class Faults {
  readonly #hub: SocketHub;
  readonly #network: Network;
  readonly #throttle: Throttle;
  readonly #latency: Latency;
  readonly #plans = new FaultPlans<PlannedFault>();
  readonly #slow = new FaultPlans<{ readonly delay: Delay; readonly before: boolean }>();
  #captcha = false;
  #readOnly = false;
  #hanging = 0;
  #hangingSockets = 0;

  /** @internal */
  constructor(hub: SocketHub, network: Network, throttle: Throttle, latency: Latency) {
    this.#latency = latency;
    this.#hub = hub;
    this.#network = network;
    this.#throttle = throttle;
  }

  /**
   * Answers the next requests whose path matches with this: a string matches the path's beginning.
   * @throws {BAD_ARGUMENT} for what no answer can be
   */
  fail(pathPattern: string | RegExp, answer: PlannedAnswer = {}): void {
    const { status = 500, body = "", headers = {}, times = 1 } = answer;
    checkCount("status", status, 200, 599);
    if (body !== "" && [204, 205, 304].includes(status)) {
      throw new UsageError(`an answer of status ${status} has no body; leave the body out, or choose another status`);
    }
    this.#plans.add(pathPattern, { kind: "answer", status, body, headers, bare: false }, times);
  }

  /**
   * Answers the next matching requests as a proxy in front of the site does: a bare page without the site's own headers,
   * such as 403, 429 with `Retry-After`, or 200 with a page of its own.
   * @throws {BAD_ARGUMENT} for what no answer can be
   */
  proxy(pathPattern: string | RegExp, answer: ProxyAnswer = {}): void {
    this.#plans.add(pathPattern, { kind: "answer", bare: true, ...proxyAnswer(answer) }, answer.times ?? 1);
  }

  /**
   * Handles the next matching requests, and packs the answer with gzip as no server should: `"bomb"` unpacks to 256 MiB,
   * `"truncated"` ends in the middle, `"stacked"` is packed ten times.
   * @throws {BAD_ARGUMENT} for another packing
   */
  packed(pathPattern: string | RegExp, packing: BadPacking, times = 1): void {
    checkChoice("a packing", packing, ["bomb", "truncated", "stacked"]);
    this.#plans.add(pathPattern, { kind: "packed", packing }, times);
  }

  /** Handles the next matching requests, and ends the connection instead of answering. */
  cut(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "cut" }, times);
  }

  /** Ends the connection of the next matching requests without having handled them. */
  hangUp(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "hang-up" }, times);
  }

  /** Never answers the next matching requests. */
  hang(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "hang" }, times);
  }

  /** How many requests hang now: neither answered nor given up. */
  get hanging(): number {
    return this.#hanging + this.#hangingSockets;
  }

  /** The number of hanging requests that are socket handshakes; {@link Faults.hanging} counts them, too. */
  get hangingSockets(): number {
    return this.#hangingSockets;
  }

  /**
   * Makes answers of matching paths late, in milliseconds of real time, until {@link Faults.clear}; the latest call for
   * a path counts, in place of the server's `latencyMs`. The server acts at once, so that the event of an action comes
   * before its answer; with `{ before: true }` it acts late.
   * @throws {BAD_ARGUMENT} for what is no delay
   */
  slow(pathPattern: string | RegExp, delayMs: Delay, { before = false, times = Infinity }: Slowness = {}): void {
    checkDelay("a delay", delayMs);
    this.#slow.add(pathPattern, { delay: delayMs, before }, times);
  }

  /**
   * Makes frames late, in milliseconds of real time, in place of the server's `latencyMs`, so that answers come before
   * the events they are about; those of one socket stay in order. Without a delay frames take as long as answers again.
   * @throws {BAD_ARGUMENT} for what is no delay
   */
  slowFrames(delayMs?: Delay): void {
    if (delayMs !== undefined) checkDelay("a delay", delayMs);
    this.#latency.slowFrames(delayMs ?? null);
  }

  /**
   * The number of answers and frames that `latencyMs`, {@link Faults.slow} or {@link Faults.slowFrames} still delay. A
   * test that advances a clock by hand must not do so until they have arrived.
   */
  get underWay(): number {
    return this.#latency.underWay;
  }

  /** Forgets all planned faults of requests, and ends `slow`, `slowFrames`, `shortLivedSockets`, `captcha` and `readOnly`. */
  clear(): void {
    this.#plans.clear();
    this.#slow.clear();
    this.#latency.slowFrames(null);
    this.#hub.limitLives(null);
    this.#captcha = false;
    this.#readOnly = false;
  }

  /** Ends every login, as when cookies expire. */
  expireSessions(): void {
    this.#network.expireSessions();
  }

  /** Makes every fkey that pages have shown a stale one. */
  rotateFkeys(): void {
    this.#network.rotateFkeys();
  }

  /** Whether a login is answered with a redirect to `/nocaptcha`. */
  captcha(on = true): void {
    this.#captcha = on;
  }

  /** Whether the site takes no logins and no writes. */
  readOnly(on = true): void {
    this.#readOnly = on;
  }

  /** Whether writing fast is refused with "again in N seconds": the option `throttle`, to turn on and off. */
  throttle(on = true): void {
    this.#throttle.isOn = on;
  }

  /** Closes all sockets as a restarting proxy does. */
  dropSockets(): void {
    this.#hub.dropAll();
  }

  /** Keeps sockets open and sends nothing; when turned off they get what they missed. */
  silenceSockets(on = true): void {
    this.#hub.silence(on);
  }

  /**
   * Buffers frames, as some proxies do: sockets get idle ticks only. When turned off, each socket gets all buffered events
   * in one frame, however many they are.
   */
  holdFrames(on = true): void {
    this.#hub.hold(on);
  }

  /**
   * Closes each socket, those open now and those to come, after it has lived so many milliseconds of the server's clock,
   * as proxies with a limit do; `false` ends that.
   * @throws {BAD_ARGUMENT} for what is no length of time
   */
  shortLivedSockets(livesMs: Delay | false = [30_000, 40_000]): void {
    if (livesMs !== false) checkDelay("a life", livesMs);
    this.#hub.limitLives(livesMs === false ? null : livesMs);
  }

  /** Sends a text to all sockets as it is. */
  sendRaw(text: string): void {
    this.#hub.sendRaw(text);
  }

  /** Loses the next frames with events, one per socket. */
  loseFrames(count = 1): void {
    this.#hub.spoilFrames("lose", count);
  }

  /** Sends the next frames with events twice. */
  duplicateFrames(count = 1): void {
    this.#hub.spoilFrames("duplicate", count);
  }

  /** Sends the next frames with events late: each after the frame that follows it on its socket. */
  delayFrames(count = 1): void {
    this.#hub.spoilFrames("delay", count);
  }

  /** Spoils the next frames with events: by turns one is cut off in the middle, and one has an event that makes no sense. */
  garbleFrames(count = 1): void {
    this.#hub.spoilFrames("garble", count);
  }

  /** @internal */
  get wantsCaptcha(): boolean {
    return this.#captcha;
  }

  /** @internal */
  get isReadOnly(): boolean {
    return this.#readOnly;
  }

  /** The fault of this request, if one is planned; counts it. @internal */
  take(path: string): PlannedFault | undefined {
    return this.#plans.takeFirst(path);
  }

  /** How late this request's answer is, and whether the server acts late; counts it. @internal */
  delayOf(path: string): { readonly ms: number; readonly before: boolean } {
    const slow = this.#slow.takeLast(path);
    return { ms: this.#latency.answerMs(slow?.delay), before: slow?.before ?? false };
  }

  /** A request hangs until its connection ends. @internal */
  hangs(connection: Ending): void {
    this.#hanging++;
    connection.once("close", () => this.#hanging--);
  }

  /** A socket that wants to open hangs until its connection ends. @internal */
  hangsSocket(connection: Ending): void {
    this.#hangingSockets++;
    connection.once("close", () => this.#hangingSockets--);
  }
}
