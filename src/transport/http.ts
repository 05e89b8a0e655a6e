/**
 * Bytes over HTTP: the cookies of the jar a request comes with, redirects followed by hand so that every hop's cookies
 * are kept and every hop can be shown, deadlines, and a limit on what a server may send. Knows nothing of chat.
 */
import type { CookieJar } from "tough-cookie";
import type * as Undici from "undici";
import { AbortedError, ConnectionError, type FailureContext, ParseError, TimedOutError } from "../errors/index.js";
import type { FilePart } from "../protocol/call.js";
import type { Clock } from "../util/clock.js";
import { redactedUrl } from "../util/redact.js";
import type { Secrets } from "../util/secrets.js";
import { SharedSignals } from "../util/shared-signals.js";
import type { WireTap } from "../util/wire-tap.js";
import { HostGates, type RequestKind } from "./host-gate.js";
import { failureOfUser, networkCode, proxyFailure } from "./network-failure.js";
import { redirectTarget } from "./origins.js";
import type { ConnectionPool, OpenPool } from "./pool.js";
import { RequestScope } from "./request-scope.js";
import { ACCEPT_ENCODING, unpack } from "./unpack.js";

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** The cookies to send; the answer's cookies go there, too. */
  readonly jar: CookieJar;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** Parts of a `multipart/form-data` body instead of a form. */
  readonly multipart?: Readonly<Record<string, string | FilePart>>;
  readonly signal?: AbortSignal | undefined;
  /** Aborts the request, too: the signal of the client. */
  readonly closing?: AbortSignal | undefined;
  /** Whether to follow redirects. @default true */
  readonly follow?: boolean;
  /** A read may be sent more than once. @default "post" */
  readonly kind?: RequestKind;
  /** Called when the request is sent: before that it waits for its turn, and no server has received it. */
  readonly onSent?: (() => void) | undefined;
  /** The attempt in words, for failures. */
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
  /** Every hop, the last included; URLs without secrets. */
  readonly hops: readonly Hop[];
}

/** Options of {@link HttpClient}. */
export interface HttpOptions {
  readonly pool: ConnectionPool;
  /** Whether a redirect may lead to an address. */
  readonly isOurs: (address: URL) => boolean;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly userAgent: string;
  /** Listens to every request and its answer. */
  readonly tap?: WireTap | undefined;
  /**
   * Milliseconds of the clock that a request may take from when it goes out, redirects included; with the wait for its
   * turn it may take twice as long. @default 30000
   */
  readonly timeoutMs?: number | undefined;
  /** The most bytes of an answer, packed and unpacked. @default 16 MiB */
  readonly maxBodyBytes?: number;
}

/** One try of a request; a read that made room for a post has another. */
interface Try {
  readonly scope: RequestScope;
  readonly isAgain: boolean;
  /** When the request ends in any case, in milliseconds since the epoch. */
  readonly end: number;
}

const MAX_HOPS = 10;

/** Makes requests over one pool. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #gates: HostGates;
  readonly #signals = new SharedSignals();
  #hasConnected = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#gates = new HostGates(options.clock);
  }

  /** Whether a request has ever had an answer. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /**
   * Sends a request and follows redirects.
   * @throws {CONNECTION_LOST} {TIMED_OUT} {ABORTED} {NOT_UNDERSTOOD}
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const pool = await this.#options.pool.open();
    // Only now: the time to load the code of the pool is not the server's.
    const end = this.#options.clock.now() + 2 * this.#timeoutMs;
    for (let isAgain = false; ; isAgain = true) {
      const scope = new RequestScope(this.#signals, request.signal, request.closing);
      scope.startDeadline(this.#options.clock, end - this.#options.clock.now());
      try {
        return await this.#follow(pool, request, { scope, isAgain, end });
      } catch (error) {
        if (!scope.isDisplaced) throw failureOf(error, request, scope);
      } finally {
        scope.close();
      }
    }
  }

  async #follow(pool: OpenPool, request: HttpRequest, { scope, isAgain, end }: Try): Promise<HttpAnswer> {
    const { kind = "post" } = request;
    const entrant = { kind, signal: scope.signal, isAgain, displace: () => scope.displace() };
    const hops: Hop[] = [];
    let leave: (() => void) | undefined;
    try {
      for (let step = request, last = ""; ; ) {
        const { origin } = new URL(step.url);
        if (origin !== last) {
          leave?.();
          leave = undefined;
          leave = await this.#gates.enter(origin, entrant);
        }
        if (hops.length === 0) {
          const { clock } = this.#options;
          scope.startDeadline(clock, Math.min(this.#timeoutMs, end - clock.now()));
          request.onSent?.();
        }
        const answer = await this.#hop(pool, step, scope.signal);
        hops.push({ url: this.#options.secrets.hide(redactedUrl(answer.url)), status: answer.status });
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
    const { proxy } = this.#options.pool.routes.to(new URL(step.url));
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
    // The connection is free again one turn later; an earlier request would open a second one.
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
 * The next request of a redirect: POST turns to GET as browsers do, and nothing private crosses origins.
 * @throws {NOT_UNDERSTOOD} when the redirect leads away from the site
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

/** Only a network failure is CONNECTION_LOST; a bug, ours or the user's, comes out unchanged. */
function failureOf(error: unknown, { about, signal }: HttpRequest, scope: RequestScope): unknown {
  if (scope.isLate) return new TimedOutError(about);
  if (scope.signal.aborted) return new AbortedError({ ...about, cause: signal?.reason });
  const ofUser = failureOfUser(error);
  if (ofUser) return ofUser.original;
  const code = networkCode(error);
  return code === undefined
    ? error
    : new ConnectionError({ ...about, cause: error }, `the connection failed (${code})`);
}
