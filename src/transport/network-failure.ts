/** Tells network failures from bugs, which must come out unchanged. */
import { ConnectionError, type FailureContext } from "../errors/index.js";
import type { ProxyServer } from "./proxies.js";

/** Codes of the system, of TLS, of undici, of its HTTP parser, and of ws. */
const NETWORK_CODE =
  /^(?:E[A-Z0-9]+|EAI_\w+|UND_ERR_(?!INVALID|NOT_SUPPORTED)\w+|HPE_\w+|WS_ERR_\w+|ERR_(?:TLS|SSL|OSSL|STREAM_PREMATURE|SOCKET)_?\w*|CERT_\w+|CRL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_C\w+)$/;

/**
 * The code of a network failure; undefined for a bug, such as a TypeError of a user's resolver. The parser's errors may
 * lack a code; an assertion is undici's, of what a server breaks, such as 101 to a request that asks for no upgrade.
 */
export function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (error.name === "HTTPParserError" || code === "ERR_ASSERTION") return "not HTTP";
  return code !== undefined && NETWORK_CODE.test(code) ? code : undefined;
}

/** Wraps an error of a user's function where only network errors are expected; {@link failureOfUser} unwraps it. */
class UserFailure extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super("a function of the user failed");
    this.original = original;
  }
}

/** Calls a user's function on the way to a connection; its errors are kept apart from network errors. */
export function callUser<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UserFailure(error);
  }
}

/** The error of the user's function, of any kind; undefined when it threw none. */
export function failureOfUser(error: unknown): { readonly original: unknown } | undefined {
  return error instanceof UserFailure ? error : undefined;
}

/** An Error without a code from connecting: this machine refuses the connection. Bugs are of other classes. */
export function asConnectFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new UserFailure(error);
  return error.constructor === Error && !("code" in error)
    ? Object.assign(error, { code: "UND_ERR_CONNECT_REFUSED" })
    : error;
}

const ADVICE: Readonly<Record<string, string>> = {
  407: "it wants a user name and a password, which go into its URL",
  403: "it does not let connections to that host through",
};

/**
 * The failure of a connection through a proxy, which it names. undici tells the status of an answer to CONNECT in its
 * message only.
 */
export function proxyFailure(error: unknown, proxy: ProxyServer, about: FailureContext): unknown {
  const [, status] = error instanceof Error ? (/^Proxy response \((\d{3})\)/.exec(error.message) ?? []) : [];
  const context = { ...about, cause: error };
  if (status !== undefined) {
    const advice = ADVICE[status];
    return new ConnectionError(context, `the proxy ${proxy.host} answered ${status}${advice ? `: ${advice}` : ""}`);
  }
  const code = networkCode(error);
  return code === undefined
    ? error
    : new ConnectionError(context, `the connection through the proxy ${proxy.host} failed (${code})`);
}
