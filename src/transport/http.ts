/**
 * The HTTP client: cookies, redirects followed by hand so that every hop's cookies are stored, timeouts, and a size
 * limit for answers. Knows nothing about chat.
 */
import type { CookieJar } from "tough-cookie";
import type * as Undici from "undici";
import { AbortedError, ConnectionError, type FailureContext, ParseError, TimedOutError } from "../errors/index.js";
import type { FilePart } from "../protocol/call.js";
import type { Clock } from "../util/clock.js";
import type { Secrets } from "../util/secrets.js";
import { redactUrl } from "../util/secrets.js";
import { SharedSignals } from "../util/shared-signals.js";
import type { WireTap } from "../util/wire-tap.js";
import { HostLimiters, type RequestKind } from "./host-limiter.js";
import { networkCode, proxyFailure, userErrorIn } from "./network-failure.js";
import { redirectTarget } from "./origins.js";
import type { ConnectionPool, OpenPool } from "./pool.js";
import { RequestScope } from "./request-scope.js";
import { ACCEPT_ENCODING, unpack } from "./unpack.js";

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** The jar to send cookies from, and to store the answer's cookies in. */
  readonly jar: CookieJar;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** The parts of a `multipart/form-data` body, instead of a form. */
  readonly multipart?: Readonly<Record<string, string | FilePart>>;
  readonly signal?: AbortSignal | undefined;
  /** Also aborts the request: the signal of the client. */
  readonly closing?: AbortSignal | undefined;
  /** Whether to follow redirects. @default true */
  readonly follow?: boolean;
  /** Whether it is a read, which is safe to send again. @default "post" */
  readonly kind?: RequestKind;
  /** Called when the request is sent; until then it is queued, and no server has received it. */
  readonly onSent?: (() => void) | undefined;
  /** Describes the attempt, for errors. */
  readonly about: FailureContext;
}

/** One step of a redirect chain. */
export interface Hop {
  readonly url: string;
  readonly status: number;
}

/** The final answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** All hops, the last included; URLs have their secrets removed. */
  readonly hops: readonly Hop[];
}

/** Options of {@link HttpClient}. */
export interface HttpOptions {
  readonly pool: ConnectionPool;
  /** Whether redirects may lead to an address. */
  readonly isOurs: (address: URL) => boolean;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly userAgent: string;
  /** Observes every request and its answer. */
  readonly tap?: WireTap | undefined;
  /**
   * The timeout of a request in milliseconds of the clock, counted from when it is sent, redirects included; with the
   * time in the queue it takes at most twice as long. @default 30000
   */
  readonly timeoutMs?: number | undefined;
  /** The maximum size of an answer in bytes, both compressed and decompressed. @default 16 MiB */
  readonly maxBodyBytes?: number;
}

/** One attempt at a request; a preempted read gets another. */
interface Attempt {
  readonly scope: RequestScope;
  readonly wasPreempted: boolean;
  /** The final deadline of the request, in milliseconds since the epoch. */
  readonly end: number;
}

const MAX_HOPS = 10;

/** Makes requests over one connection pool. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #limiters: HostLimiters;
  readonly #signals = new SharedSignals();
  #hasConnected = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#limiters = new HostLimiters(options.clock);
  }

  /** Whether any request has ever been answered. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /**
   * Sends a request and follows redirects.
   * @throws {CONNECTION_LOST} {TIMED_OUT} {ABORTED} {NOT_UNDERSTOOD}
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const pool = await this.#options.pool.open();
    // The deadline starts only now, because loading the pool's code is not the server's fault.
    const end = this.#options.clock.now() + 2 * this.#timeoutMs;
    for (let wasPreempted = false; ; wasPreempted = true) {
      const scope = new RequestScope(this.#signals, request.signal, request.closing);
      scope.startDeadline(this.#options.clock, end - this.#options.clock.now());
      try {
        return await this.#follow(pool, request, { scope, wasPreempted, end });
      } catch (error) {
        if (!scope.isPreempted) throw failureOf(error, request, scope);
      } finally {
        scope.close();
      }
    }
  }

  async #follow(pool: OpenPool, request: HttpRequest, { scope, wasPreempted, end }: Attempt): Promise<HttpAnswer> {
    const { kind = "post" } = request;
    const queued = { kind, signal: scope.signal, wasPreempted, preempt: () => scope.preempt() };
    const hops: Hop[] = [];
    let leave: (() => void) | undefined;
    try {
      for (let step = request, last = ""; ; ) {
        const { origin } = new URL(step.url);
        if (origin !== last) {
          leave?.();
          leave = undefined;
          leave = await this.#limiters.acquire(origin, queued);
        }
        if (hops.length === 0) {
          const { clock } = this.#options;
          scope.startDeadline(clock, Math.min(this.#timeoutMs, end - clock.now()));
          request.onSent?.();
        }
        const answer = await this.#hop(pool, step, scope.signal);
        hops.push({ url: this.#options.secrets.hide(redactUrl(answer.url)), status: answer.status });
        const next = request.follow === false ? undefined : nextStep(step, answer, this.#options.isOurs);
        if (!next) return { ...answer, hops };
        if (hops.length >= MAX_HOPS)
          throw new ParseError("redirect chain", `an end within ${MAX_HOPS} hops`, { ...request.about, bare: true });
        step = next;
        last = origin;
      }
    } finally {
      leave?.();
    }
  }

  async #hop(pool: OpenPool, step: HttpRequest, signal: AbortSignal): Promise<Omit<HttpAnswer, "hops">> {
    const { secrets } = this.#options;
    const cookie = await step.jar.getCookieString(step.url);
    secrets.addCookies(cookie);
    for (const name of ["email", "password", "fkey"]) secrets.add(step.form?.[name]);
    const tap = this.#options.tap?.request({ ...step, cookie });
    try {
      const answer = await this.#exchange(pool, step, cookie, signal);
      tap?.answered(answer);
      return answer;
    } catch (error) {
      tap?.failed(error);
      throw error;
    }
  }

  async #exchange(
    pool: OpenPool,
    step: HttpRequest,
    cookie: string,
    signal: AbortSignal,
  ): Promise<Omit<HttpAnswer, "hops">> {
    const { proxy } = this.#options.pool.routes.routeFor(new URL(step.url));
    const answer = await pool
      .request(step.url, {
        dispatcher: proxy ? pool.through(proxy) : pool.direct,
        method: step.method,
        signal,
        headers: {
          "user-agent": this.#options.userAgent,
          accept: "*/*",
          "accept-encoding": ACCEPT_ENCODING,
          ...step.headers,
          ...(step.form ? { "content-type": "application/x-www-form-urlencoded; charset=utf-8" } : {}),
          ...(cookie ? { cookie } : {}),
        },
        ...bodyOf(step, pool.FormData),
      })
      .catch((error: unknown) => {
        throw proxy && !signal.aborted ? proxyFailure(error, proxy, step.about) : error;
      });
    this.#hasConnected = true;
    const set = answer.headers["set-cookie"];
    for (const line of typeof set === "string" ? [set] : (set ?? [])) {
      await step.jar.setCookie(line, step.url, { ignoreError: true });
    }
    const { headers } = answer;
    const packed = await this.#read(answer.body, step.about);
    const body = unpack(packed, headers["content-encoding"], this.#limit, step.about).toString("utf8");
    return { status: answer.statusCode, url: step.url, headers, body };
  }

  async #read(stream: AsyncIterable<Uint8Array> & { destroy(): unknown }, about: FailureContext): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > this.#limit) {
        stream.destroy();
        throw new ParseError("answer", `an end within ${this.#limit} bytes`, { ...about, bare: true });
      }
      chunks.push(chunk);
    }
    // The connection is free one turn later; a request before that would open a second one.
    await new Promise((resolve) => setImmediate(resolve));
    return Buffer.concat(chunks);
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? 30_000;
  }

  get #limit(): number {
    return this.#options.maxBodyBytes ?? 16 * 1024 * 1024;
  }
}

function bodyOf({ form, multipart }: HttpRequest, FormData: OpenPool["FormData"]): { body?: string | Undici.FormData } {
  if (form) return { body: new URLSearchParams(form).toString() };
  if (!multipart) return {};
  const body = new FormData();
  for (const [name, part] of Object.entries(multipart)) {
    if (typeof part === "string") body.append(name, part);
    else
      body.append(
        name,
        new Blob([Uint8Array.from(part.data)], { type: part.type ?? "image/png" }),
        part.filename ?? "image.png",
      );
  }
  return { body };
}

/**
 * The next request after a redirect: POST becomes GET, as in browsers, and nothing private crosses origins.
 * @throws {NOT_UNDERSTOOD} when the redirect leaves the site
 */
function nextStep(
  step: HttpRequest,
  answer: Omit<HttpAnswer, "hops">,
  isOurs: HttpOptions["isOurs"],
): HttpRequest | undefined {
  const { status } = answer;
  const location = answer.headers.location;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== "string") return undefined;
  const url = redirectTarget(location, new URL(step.url), isOurs, step.about);
  const keepsForm = status === 307 || status === 308;
  const sameOrigin = url.origin === new URL(step.url).origin;
  const { form, multipart, ...rest } = step;
  if (keepsForm && (multipart || (form && !sameOrigin))) return undefined;
  return { ...rest, url: url.href, ...(keepsForm ? (form ? { form } : {}) : { method: "GET" as const }) };
}

/** Converts network failures to CONNECTION_LOST; bugs, ours or the caller's, pass unchanged. */
function failureOf(error: unknown, { about, signal }: HttpRequest, scope: RequestScope): unknown {
  if (scope.isTimedOut) return new TimedOutError(about);
  if (scope.signal.aborted) return new AbortedError({ ...about, cause: signal?.reason });
  const ofUser = userErrorIn(error);
  if (ofUser) return ofUser.original;
  const code = networkCode(error);
  return code === undefined
    ? error
    : new ConnectionError({ ...about, cause: error }, `the connection failed (${code})`);
}
