/**
 * Downloads from addresses that other people name, such as feeds and images. It connects only to public addresses: the
 * connector itself looks up the host, checks every address and connects to a checked one, so no second lookup can give
 * another answer, and each redirect passes the same check. Connects directly, never through a proxy, which would do the
 * lookup in its place. Knows nothing of chat.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import type * as Undici from "undici";
import { ForbiddenError, ParseError, UsageError } from "../errors/index.js";
import { downloadFailure, readBounded } from "./bounded-body.js";
import { checkCount, checkOptions } from "./options.js";
import { markHandled } from "./promises.js";
import { nonPublicKind } from "./public-address.js";

/** Looks up the addresses of a host. */
export type AddressLookup = (hostname: string) => Promise<readonly string[]>;

/** Options of {@link guardedFetch}. */
export interface GuardedFetchOptions {
  /** Aborts the download. The reason of `AbortSignal.timeout` makes it fail with `TIMED_OUT`. */
  readonly signal?: AbortSignal | undefined;
  /** Headers to send, also after a redirect to another host, so without credentials. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The maximum size of the body in bytes, both as received and decompressed. @default 5 MiB */
  readonly maxBytes?: number;
  /** Whether addresses that are not public are allowed: for all hosts, or for the listed ones. @default false */
  readonly allowPrivate?: boolean | readonly string[];
  /** Looks up the addresses of a host. @default the system's resolver */
  readonly lookup?: AddressLookup;
}

/** A complete answer. */
export interface GuardedAnswer {
  /** The HTTP status. Failures of the server, such as 404, are answers too. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The decompressed body. */
  readonly body: Uint8Array;
  /** The address that answered, after redirects. */
  readonly url: string;
}

const OPTION_NAMES = ["signal", "headers", "maxBytes", "allowPrivate", "lookup"];
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Milliseconds until the next address of the host is tried. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Headers that would carry credentials, or that only this module may set. */
const REFUSED_HEADERS =
  /^(?:authorization|proxy-authorization|cookie|host|connection|transfer-encoding|accept-encoding)$/i;

/**
 * Downloads an http or https address, following at most 5 redirects.
 * @throws {FORBIDDEN} for a host with an address that is not public, naming its kind
 * @throws {BAD_ARGUMENT} for an address that is not http or https or has credentials, and for invalid options
 * @throws {NOT_UNDERSTOOD} for a body larger than `maxBytes`, and for a redirect that leaves https or does not end
 * @throws {CONNECTION_LOST} {TIMED_OUT} {ABORTED}
 */
export async function guardedFetch(url: string | URL, options: GuardedFetchOptions = {}): Promise<GuardedAnswer> {
  const { signal, maxBytes = DEFAULT_MAX_BYTES } = checked(options);
  let step = fetchableUrl(String(url));
  const { request, agent, close } = await openAgent(options);
  const headers = { ...options.headers, "accept-encoding": "gzip, br" };
  try {
    for (let redirects = 0; ; redirects++) {
      // undici itself heeds the signal only once it is connected.
      const answer = await untilAborted(
        request(step, { dispatcher: agent, headers, ...(signal ? { signal } : {}) }),
        signal,
      );
      const next = redirectOf(answer, step);
      if (!next) {
        const body = await readBounded(answer.body, answer.headers, maxBytes);
        return { status: answer.statusCode, headers: answer.headers, body, url: step.href };
      }
      if (redirects === MAX_REDIRECTS)
        throw new ParseError("redirect chain", `an end within ${MAX_REDIRECTS} redirects`);
      await answer.body.dump();
      step = next;
    }
  } catch (error) {
    throw downloadFailure(error, step.host, signal);
  } finally {
    close();
  }
}

/** The connections of one download. */
interface OpenAgent {
  readonly request: typeof Undici.request;
  readonly agent: Undici.Agent;
  /** Ends them all, those that are still being made too. */
  close(): void;
}

async function openAgent(options: GuardedFetchOptions): Promise<OpenAgent> {
  // Import the file: Bun's built-in "undici" ignores the connector, and with it the guard.
  const { Agent, buildConnector, request } = await import("undici/index.js");
  if (!("dispatch" in Agent.prototype))
    throw new UsageError("undici was replaced by something that ignores connectors; use the package undici itself");
  const ended = new AbortController();
  const connect = guardedConnector(buildConnector({ timeout: CONNECT_TIMEOUT_MS }), options, ended.signal);
  const agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 });
  const close = (): void => {
    ended.abort();
    markHandled(agent.destroy());
  };
  return { request, agent, close };
}

function checked(options: GuardedFetchOptions): GuardedFetchOptions {
  checkOptions("guardedFetch", options, OPTION_NAMES);
  if (options.maxBytes !== undefined) checkCount("maxBytes", options.maxBytes, 1);
  const refused = Object.keys(options.headers ?? {}).find((name) => REFUSED_HEADERS.test(name));
  if (refused !== undefined) throw new UsageError(`guardedFetch cannot send the header ${refused}`);
  return options;
}

/**
 * Parses an address to download from. The URL parser turns every spelling of an IPv4 address into the dotted one.
 * @throws {BAD_ARGUMENT} unless it is http or https, without credentials
 */
export function fetchableUrl(text: string): URL {
  const url = URL.parse(text);
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  if (!url) throw new UsageError(`${shown} is not an address; write it in full, such as https://example.com/feed.xml`);
  if (!/^https?:$/.test(url.protocol)) throw new UsageError(`${shown} is not an http or https address`);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(`the address on ${url.host} contains a user name or a password, which are never sent`);
  url.hash = "";
  return url;
}

/** The next address; undefined when the answer is no redirect. */
function redirectOf({ statusCode, headers }: Undici.Dispatcher.ResponseData, from: URL): URL | undefined {
  const { location } = headers;
  if (!REDIRECTS.includes(statusCode) || typeof location !== "string") return undefined;
  const to = URL.parse(location, from.href);
  const astray = (where: string): ParseError => new ParseError("redirect", `${from.host} redirects to ${where}`);
  if (!to) throw astray("an invalid address");
  if (from.protocol === "https:" && to.protocol === "http:") throw astray(`http://${to.host}, which is not https`);
  if (!/^https?:$/.test(to.protocol)) throw astray(`a ${to.protocol} address`);
  if (to.username !== "" || to.password !== "") throw astray("an address with a user name or a password");
  to.hash = "";
  return to;
}

type Connector = Undici.buildConnector.connector;

/** A connector that connects to checked addresses alone, by address, in the order of the lookup. */
function guardedConnector(connect: Connector, options: GuardedFetchOptions, ended: AbortSignal): Connector {
  const known = new Map<string, Promise<readonly string[]>>();
  return (target, callback) => {
    const { hostname } = target;
    const fail = (error: unknown): void => callback(error instanceof Error ? error : new Error(String(error)), null);
    const tryAddress = ([address = "", ...others]: readonly string[]): void => {
      const there = { ...target, hostname: address, servername: isIP(hostname) ? "" : hostname };
      try {
        connect(there, (...result) => {
          const [error] = result;
          if (error && others.length > 0 && !ended.aborted) tryAddress(others);
          else callback(...result);
        });
      } catch (error) {
        fail(error);
      }
    };
    const addresses = known.get(hostname) ?? checkedAddresses(hostname, options);
    known.set(hostname, addresses);
    untilAborted(addresses, ended).then(tryAddress, fail);
  };
}

/** Rejects as soon as the signal is aborted, however long the promise takes. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * The addresses of a host.
 * @throws {FORBIDDEN} when one of them is not public
 */
async function checkedAddresses(host: string, options: GuardedFetchOptions): Promise<readonly string[]> {
  const { allowPrivate = false, lookup = lookUpAll } = options;
  const addresses = isIP(host) ? [host] : await lookup(host);
  if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
  const isAllowed = typeof allowPrivate === "boolean" ? allowPrivate : allowPrivate.includes(host);
  const refused = isAllowed ? undefined : addresses.find((address) => nonPublicKind(address) !== null);
  if (refused === undefined) return addresses;
  const which = `${refused === host ? "" : `${host} has the address `}${refused}, which is ${nonPublicKind(refused)}`;
  throw new ForbiddenError({}, `${which} and not public; allowPrivate: true allows it`);
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
}
