/** Sends protocol requests to the chat host with the cookies of a jar. Retries reads; never renews a login. */
import type { CookieJar } from "tough-cookie";
import { AbortedError, ClosedError, type FailureContext } from "../errors/index.js";
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { answerName } from "../protocol/drift.js";
import type { Site } from "../protocol/sites.js";
import type { Services } from "../util/services.js";
import type { DriftLog } from "./drift-log.js";
import type { RequestKind } from "./host-limiter.js";
import type { HttpClient } from "./http.js";
import { type ReadOptions, ReadRetries } from "./read-retries.js";
import { RequestScope } from "./request-scope.js";

/** Options of one request. */
export interface ChatRequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether to retry a read that may succeed later; callers that retry themselves pass false. @default true */
  readonly retry?: boolean | undefined;
  /** Whether it queues with actions or with reads. @default "post" for actions, "read" for the others */
  readonly kind?: RequestKind | undefined;
  /** Called when it is first sent; until then no server has received it. */
  readonly onSent?: (() => void) | undefined;
}

/** The parts of a {@link ChatHost}. */
export interface ChatHostParts {
  readonly site: Site;
  readonly http: HttpClient;
  readonly services: Services;
  readonly drifts: DriftLog;
  readonly reads: ReadOptions;
  /** Aborts every request when the client closes. */
  readonly closing: AbortSignal;
}

export class ChatHost {
  readonly host: string;
  readonly #parts: ChatHostParts;
  readonly #reads: ReadRetries;

  constructor(parts: ChatHostParts) {
    this.#parts = parts;
    this.host = new URL(parts.site.chatOrigin).host;
    this.#reads = new ReadRetries(parts.reads, parts.services);
  }

  /** @throws {CONNECTION_LOST} {TIMED_OUT} {ABORTED} {CLOSED} {NOT_UNDERSTOOD} {THROTTLED} */
  async send(request: WireRequest, jar: CookieJar, options: ChatRequestOptions = {}): Promise<WireAnswer> {
    const { closing } = this.#parts;
    const about: FailureContext = { tried: request.tried, host: this.host };
    const scope = new RequestScope(this.#parts.services.signals, options.signal, closing);
    const send = (): Promise<WireAnswer> => this.#sendOnce(request, jar, { ...options, signal: scope.signal }, about);
    try {
      if (request.needs === "login") return await send();
      return await this.#reads.run({ request, send, retry: options.retry !== false, signal: scope.signal, about });
    } catch (error) {
      if (options.signal?.aborted) throw new AbortedError({ ...about, cause: options.signal.reason });
      if (closing.aborted) throw new ClosedError(about);
      throw error;
    } finally {
      scope.close();
    }
  }

  /**
   * Awaits a promise that several callers share, such as a login. The shared work continues if this caller aborts.
   * @throws {ABORTED} at once when the signal is aborted
   */
  async join<T>(shared: Promise<T>, tried: string, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return shared;
    let leave: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      const about = { tried, host: this.host };
      const abort = (): void => reject(new AbortedError({ ...about, cause: signal.reason }));
      leave = this.#parts.services.signals.onAbort(signal, abort);
    });
    try {
      return await Promise.race([shared, aborted]);
    } finally {
      leave?.();
    }
  }

  async #sendOnce(
    request: WireRequest,
    jar: CookieJar,
    { signal, onSent, kind = request.needs === "login" ? "post" : "read" }: ChatRequestOptions,
    about: FailureContext,
  ): Promise<WireAnswer> {
    const { drifts, site } = this.#parts;
    const { chatOrigin } = site;
    const { method, form, multipart, follow } = request;
    const answer = await this.#parts.http.send({
      method,
      url: chatOrigin + request.path,
      jar,
      headers: method === "POST" ? { origin: chatOrigin, referer: chatOrigin + (request.referer ?? "/") } : {},
      ...(form ? { form } : {}),
      ...(multipart ? { multipart } : {}),
      ...(follow === undefined ? {} : { follow }),
      signal,
      kind,
      onSent,
      about,
    });
    const { status, url, headers, body } = answer;
    return { status, url, headers, body, host: this.host, drift: drifts.sink(() => answerName(request)) };
  }
}
