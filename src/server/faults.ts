/**
 * What can go wrong on purpose, each with one call. A planned fault is tried on every request in the order of
 * planning, before the request is handled or, for `cut`, after it; the sockets' faults act at once.
 */
import { UsageError } from "../errors/index.js";
import { checkCount } from "../util/options.js";
import type { Network } from "./network.js";
import type { SocketHub } from "./socket-hub.js";
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

/** What happens to one request. `cut` ends the connection after the server has acted, `hang-up` before; `hang` never answers. */
export type PlannedFault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "cut" }
  | { readonly kind: "hang-up" }
  | { readonly kind: "hang" };

interface Plan {
  readonly pattern: string | RegExp;
  readonly fault: PlannedFault;
  left: number;
}

/** Ways to make things go wrong on purpose, each with one call. */
export class Faults {
  readonly #hub: SocketHub;
  readonly #network: Network;
  readonly #throttle: Throttle;
  #plans: Plan[] = [];
  #captcha = false;
  #readOnly = false;
  #hanging = 0;

  /** @internal */
  constructor(hub: SocketHub, network: Network, throttle: Throttle) {
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
    this.#plan(pathPattern, { kind: "answer", status, body, headers }, times);
  }

  /** Handles the next matching requests, and ends the connection instead of answering. */
  cut(pathPattern: string | RegExp, times = 1): void {
    this.#plan(pathPattern, { kind: "cut" }, times);
  }

  /** Ends the connection of the next matching requests without having handled them. */
  hangUp(pathPattern: string | RegExp, times = 1): void {
    this.#plan(pathPattern, { kind: "hang-up" }, times);
  }

  /** Never answers the next matching requests. */
  hang(pathPattern: string | RegExp, times = 1): void {
    this.#plan(pathPattern, { kind: "hang" }, times);
  }

  /** How many requests hang now: neither answered nor given up. */
  get hanging(): number {
    return this.#hanging;
  }

  /** Forgets all planned faults of requests, and ends `captcha` and `readOnly`. */
  clear(): void {
    this.#plans = [];
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
    const plan = this.#plans.find(({ pattern }) =>
      typeof pattern === "string"
        ? path.startsWith(pattern)
        : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(path),
    );
    if (!plan) return undefined;
    plan.left--;
    if (plan.left <= 0) this.#plans = this.#plans.filter((other) => other !== plan);
    return plan.fault;
  }

  /** A request hangs until its connection ends. @internal */
  hangs(connection: { once(event: "close", listener: () => void): unknown }): void {
    this.#hanging++;
    connection.once("close", () => this.#hanging--);
  }

  #plan(pattern: string | RegExp, fault: PlannedFault, times: number): void {
    if (times > 0) this.#plans.push({ pattern, fault, left: times });
  }
}
