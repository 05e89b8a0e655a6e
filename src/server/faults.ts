/**
 * Fault injection. Planned faults apply to matching requests in the order of planning: before the request is handled or,
 * for `cut` and `packed`, after. Socket faults take effect immediately.
 */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount } from "../util/options.js";
import { FaultPlans } from "./fault-plans.js";
import type { BadPacking } from "./http/packing.js";
import { checkDelay, type Delay, type Latency } from "./latency.js";
import type { SocketHub } from "./live/socket-hub.js";
import type { Network } from "./network.js";
import { type ProxyAnswer, proxyResponse } from "./proxy-response.js";
import type { Throttle } from "./throttle.js";

/** The response that {@link Faults.fail} sends instead of the real one. */
export interface PlannedAnswer {
  /** The HTTP status. @default 500 */
  readonly status?: number;
  /** The body. @default "" */
  readonly body?: string;
  /** The headers, such as `Content-Type` or `cf-mitigated`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The number of requests it applies to. @default 1 */
  readonly times?: number;
}

/** Options of {@link Faults.slow}. */
export interface Slowness {
  /** Whether the server also handles the request late. Otherwise only the response is late. @default false */
  readonly before?: boolean;
  /** The number of requests it applies to. @default all */
  readonly times?: number;
}

/**
 * The fault of one request. `cut` closes the connection after the request was handled, `hang-up` before. `hang` never
 * responds. A `bare` answer has none of the server's own headers.
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

interface Closable {
  once(event: "close", listener: () => void): unknown;
}

/** Injects faults: each method makes one thing go wrong. `site.faults` has an instance. */
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
   * Sends this response to the next requests whose path matches; the server does not handle them. A string matches as a
   * prefix.
   * @throws {BAD_ARGUMENT} if the status is out of range, or has a body that it cannot have
   */
  fail(pathPattern: string | RegExp, answer: PlannedAnswer = {}): void {
    const { status = 500, body = "", headers = {}, times = 1 } = answer;
    checkCount("status", status, 200, 599);
    if (body !== "" && [204, 205, 304].includes(status)) {
      throw new UsageError(
        `a response with status ${status} cannot have a body; omit the body, or choose another status`,
      );
    }
    this.#plans.add(pathPattern, { kind: "answer", status, body, headers, bare: false }, times);
  }

  /**
   * Answers the next matching requests as a proxy in front of the site would: with a bare page that lacks the site's own
   * headers, such as a 403, a 429 with `Retry-After`, or a 200 with a page of the proxy.
   * @throws {BAD_ARGUMENT} if the status or `retryAfter` is invalid
   */
  proxy(pathPattern: string | RegExp, answer: ProxyAnswer = {}): void {
    this.#plans.add(pathPattern, { kind: "answer", bare: true, ...proxyResponse(answer) }, answer.times ?? 1);
  }

  /**
   * Handles the next matching requests, but compresses the response badly: `"bomb"` expands to 256 MiB, `"truncated"`
   * ends in the middle of the gzip stream, and `"stacked"` is compressed ten times.
   * @throws {BAD_ARGUMENT} if the packing is not one of these
   */
  packed(pathPattern: string | RegExp, packing: BadPacking, times = 1): void {
    checkChoice("a packing", packing, ["bomb", "truncated", "stacked"]);
    this.#plans.add(pathPattern, { kind: "packed", packing }, times);
  }

  /** Handles the next matching requests, but closes the connection instead of responding. */
  cut(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "cut" }, times);
  }

  /** Closes the connection of the next matching requests without handling them. */
  hangUp(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "hang-up" }, times);
  }

  /** Leaves the next matching requests without a response. */
  hang(pathPattern: string | RegExp, times = 1): void {
    this.#plans.add(pathPattern, { kind: "hang" }, times);
  }

  /** The number of requests that hang now: without a response, and not yet abandoned by the client. */
  get hanging(): number {
    return this.#hanging + this.#hangingSockets;
  }

  /** The number of hanging socket handshakes. {@link Faults.hanging} includes them. */
  get hangingSockets(): number {
    return this.#hangingSockets;
  }

  /**
   * Delays the responses of matching paths, in milliseconds of real time, until {@link Faults.clear}. The latest call for
   * a path wins, and overrides the server's `latencyMs`. The server handles the request immediately, so the event of an
   * action arrives before its response; with `{ before: true }` it handles the request late as well.
   * @throws {BAD_ARGUMENT} if the delay is invalid
   */
  slow(pathPattern: string | RegExp, delayMs: Delay, { before = false, times = Infinity }: Slowness = {}): void {
    checkDelay("a delay", delayMs);
    this.#slow.add(pathPattern, { delay: delayMs, before }, times);
  }

  /**
   * Delays frames, in milliseconds of real time, so that responses arrive before the events they caused. Overrides the
   * server's `latencyMs`. The frames of one socket stay in order. Without an argument, `latencyMs` applies again.
   * @throws {BAD_ARGUMENT} if the delay is invalid
   */
  slowFrames(delayMs?: Delay): void {
    if (delayMs !== undefined) checkDelay("a delay", delayMs);
    this.#latency.slowFrames(delayMs ?? null);
  }

  /**
   * The number of responses and frames that `latencyMs`, {@link Faults.slow} or {@link Faults.slowFrames} still delay. A
   * test that advances a manual clock should wait until this is 0.
   */
  get underWay(): number {
    return this.#latency.underWay;
  }

  /** Drops all planned request faults and turns off `slow`, `slowFrames`, `shortLivedSockets`, `captcha` and `readOnly`. */
  clear(): void {
    this.#plans.clear();
    this.#slow.clear();
    this.#latency.slowFrames(null);
    this.#hub.limitLifetime(null);
    this.#captcha = false;
    this.#readOnly = false;
  }

  /** Ends every login session, as if all cookies had expired. */
  expireSessions(): void {
    this.#network.expireSessions();
  }

  /** Invalidates every fkey issued so far, so that requests with one fail as stale. */
  rotateFkeys(): void {
    this.#network.rotateFkeys();
  }

  /** Redirects logins to the CAPTCHA page (`/nocaptcha`), or stops doing so. */
  captcha(on = true): void {
    this.#captcha = on;
  }

  /** Puts the site into read-only mode, in which it refuses logins and writes, or ends that. */
  readOnly(on = true): void {
    this.#readOnly = on;
  }

  /** Turns the rate limit of writes on or off, like the option `throttle`: "You can perform this action again in N seconds". */
  throttle(on = true): void {
    this.#throttle.isOn = on;
  }

  /** Closes all sockets, as a restarting proxy does. */
  dropSockets(): void {
    this.#hub.dropAll();
  }

  /** Keeps sockets open but sends nothing. When turned off, they get the events they missed. */
  silenceSockets(on = true): void {
    this.#hub.silence(on);
  }

  /**
   * Buffers events, as some proxies do: sockets get heartbeats only. When turned off, each socket gets all buffered
   * events in one frame, however large.
   */
  holdFrames(on = true): void {
    this.#hub.hold(on);
  }

  /**
   * Limits the lifetime of each open and future socket, in milliseconds of the server's clock, as some proxies do.
   * `false` removes the limit.
   * @throws {BAD_ARGUMENT} if the lifetime is invalid
   */
  shortLivedSockets(livesMs: Delay | false = [30_000, 40_000]): void {
    if (livesMs !== false) checkDelay("a lifetime", livesMs);
    this.#hub.limitLifetime(livesMs === false ? null : livesMs);
  }

  /** Sends a raw text frame to all sockets. */
  sendRaw(text: string): void {
    this.#hub.sendRaw(text);
  }

  /** Drops the next frames with events. Each socket's copy counts as one frame. */
  loseFrames(count = 1): void {
    this.#hub.planFrameFault("lose", count);
  }

  /** Delivers the next frames with events twice. */
  duplicateFrames(count = 1): void {
    this.#hub.planFrameFault("duplicate", count);
  }

  /** Reorders the next frames with events: each is delivered after the frame that follows it on its socket. */
  delayFrames(count = 1): void {
    this.#hub.planFrameFault("delay", count);
  }

  /** Corrupts the next frames with events: alternately, one is truncated and one has an invalid event. */
  garbleFrames(count = 1): void {
    this.#hub.planFrameFault("garble", count);
  }

  /** @internal */
  get wantsCaptcha(): boolean {
    return this.#captcha;
  }

  /** @internal */
  get isReadOnly(): boolean {
    return this.#readOnly;
  }

  /** Takes the planned fault of this request, if any. @internal */
  take(path: string): PlannedFault | undefined {
    return this.#plans.takeFirst(path);
  }

  /** Takes the delay of this request, and whether it applies before handling. @internal */
  delayOf(path: string): { readonly ms: number; readonly before: boolean } {
    const slow = this.#slow.takeLast(path);
    return { ms: this.#latency.answerMs(slow?.delay), before: slow?.before ?? false };
  }

  /** Counts a request as hanging until its connection closes. @internal */
  trackHanging(connection: Closable): void {
    this.#hanging++;
    connection.once("close", () => this.#hanging--);
  }

  /** Counts a socket handshake as hanging until its connection closes. @internal */
  trackHangingSocket(connection: Closable): void {
    this.#hangingSockets++;
    connection.once("close", () => this.#hangingSockets--);
  }
}
