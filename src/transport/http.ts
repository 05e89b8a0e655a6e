/**
 * Bytes over HTTP: a cookie jar, redirects followed by hand so that every hop's cookies are kept and every hop can be
 * shown, deadlines, and a limit on what a server may send. Knows nothing of chat.
 */
import type { CookieJar } from "tough-cookie";
import type * as Undici from "undici";
import type { Dispatcher } from "undici";
import {
  AbortedError,
  ChatError,
  ConnectionError,
  type FailureContext,
  ParseError,
  TimedOutError,
} from "../errors/index.js";
import type { FilePart } from "../protocol/call.js";
import type { Resolver } from "../protocol/sites.js";
import { redactedUrl } from "../util/redact.js";
import { tlsOptions } from "./tls.js";

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** Parts of a `multipart/form-data` body instead of a form. */
  readonly multipart?: Readonly<Record<string, string | FilePart>>;
  readonly signal?: AbortSignal | undefined;
  /** Whether to follow redirects. @default true */
  readonly follow?: boolean;
  /** What is tried, for failures. */
  readonly about: FailureContext;
}

/** One step of a redirect chain. */
export interface Hop {
  readonly url: string;
  readonly status: number;
}

/** What came back in the end. */
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
  readonly jar: CookieJar;
  readonly userAgent: string;
  readonly resolve?: Resolver | undefined;
  /** Milliseconds a request may take, redirects included. @default 30000 */
  readonly timeoutMs?: number;
  /** Bytes an answer may have. @default 16 MiB */
  readonly maxBodyBytes?: number;
}

const maxHops = 10;
/** Stay polite: "at most 2 connections for a host" (protocol.md §8). */
const connectionsPerHost = 2;

/** Makes requests with one jar and one pool. */
export class HttpClient {
  readonly #options: HttpOptions;
  #agent: Promise<Pool> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and follows where it leads.
   * @throws {CONNECTION_LOST} {TIMED_OUT} {ABORTED} {NOT_UNDERSTOOD}
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs ?? 30_000);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    const hops: Hop[] = [];
    let step: HttpRequest = request;
    try {
      for (;;) {
        const answer = await this.#hop(step, signal);
        hops.push({ url: redactedUrl(answer.url), status: answer.status });
        const next = request.follow === false ? undefined : nextStep(step, answer);
        if (!next) return { ...answer, hops };
        if (hops.length >= maxHops)
          throw new ParseError("redirect chain", `an end within ${maxHops} hops`, request.about);
        step = next;
      }
    } catch (error) {
      throw failureOf(error, request, deadline);
    }
  }

  /** Closes the pool; requests under way fail. */
  async close(): Promise<void> {
    const ready = await this.#agent;
    this.#agent = undefined;
    await ready?.agent.destroy();
  }

  async #hop(step: HttpRequest, signal: AbortSignal): Promise<Omit<HttpAnswer, "hops">> {
    this.#agent ??= this.#open();
    const { agent, request, FormData } = await this.#agent;
    const cookie = await this.#options.jar.getCookieString(step.url);
    const answer = await request(step.url, {
      dispatcher: agent,
      method: step.method,
      signal,
      headers: {
        "user-agent": this.#options.userAgent,
        accept: "*/*",
        ...step.headers,
        ...(step.form ? { "content-type": "application/x-www-form-urlencoded; charset=utf-8" } : {}),
        ...(cookie ? { cookie } : {}),
      },
      ...bodyOf(step, FormData),
    });
    const set = answer.headers["set-cookie"];
    for (const line of typeof set === "string" ? [set] : (set ?? [])) {
      await this.#options.jar.setCookie(line, step.url, { ignoreError: true });
    }
    const body = await this.#read(answer.body, step.about);
    return { status: answer.statusCode, url: step.url, headers: answer.headers, body };
  }

  async #read(stream: AsyncIterable<Uint8Array> & { destroy(): unknown }, about: FailureContext): Promise<string> {
    const limit = this.#options.maxBodyBytes ?? 16 * 1024 * 1024;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > limit) {
        stream.destroy();
        throw new ParseError("answer", `an end within ${limit} bytes`, about);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** The pool is loaded when first needed, so that importing the package stays cheap. */
  async #open(): Promise<Pool> {
    const { Agent, buildConnector, FormData, request } = await import("undici");
    const connect = buildConnector({ timeout: 10_000 });
    const { resolve } = this.#options;
    const agent = new Agent({
      connections: connectionsPerHost,
      pipelining: 1,
      connect(options, callback) {
        const target = resolve?.(`${options.protocol}//${options.host ?? options.hostname}`);
        if (!target) return connect(options, callback);
        const there = { ...options, hostname: target.hostname, port: String(target.port) };
        if (!target.tls) return connect({ ...there, protocol: "http:" }, callback);
        const connectSafely = buildConnector({ timeout: 10_000, ...tlsOptions(target, options.hostname) });
        return connectSafely({ ...there, protocol: "https:" }, callback);
      },
    });
    return { agent, request, FormData };
  }
}

interface Pool {
  readonly agent: Dispatcher;
  readonly request: typeof Undici.request;
  readonly FormData: typeof Undici.FormData;
}

function bodyOf({ form, multipart }: HttpRequest, FormData: Pool["FormData"]): { body?: string | Undici.FormData } {
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

/** The request a redirect asks for: POST turns to GET as browsers do, and nothing private crosses origins. */
function nextStep(step: HttpRequest, answer: Omit<HttpAnswer, "hops">): HttpRequest | undefined {
  const { status } = answer;
  const location = answer.headers.location;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== "string") return undefined;
  const url = URL.parse(location, step.url);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const keepsForm = status === 307 || status === 308;
  const sameOrigin = url.origin === new URL(step.url).origin;
  const { form, multipart, ...rest } = step;
  if (keepsForm && (multipart || (form && !sameOrigin))) return undefined;
  return { ...rest, url: url.href, ...(keepsForm ? (form ? { form } : {}) : { method: "GET" as const }) };
}

function failureOf(error: unknown, request: HttpRequest, deadline: AbortSignal): unknown {
  const { about } = request;
  if (request.signal?.aborted) return new AbortedError({ ...about, cause: request.signal.reason });
  if (deadline.aborted) return new TimedOutError(about);
  if (!(error instanceof Error) || error instanceof ChatError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return new ConnectionError({ ...about, cause: error }, `the connection failed (${code})`);
}
