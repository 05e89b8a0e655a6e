/** Distinguishes network failures from bugs, which must surface unchanged. */

import { ConnectionError, type FailureContext } from "../errors/index.js";
import { codeOf } from "../util/error-code.js";
import type { ProxyServer } from "./proxies.js";

/** Error codes of the system, TLS, undici, its HTTP parser, and ws. */
const NETWORK_CODE =
  /^(?:E[A-Z0-9]+|EAI_\w+|UND_ERR_(?!INVALID|NOT_SUPPORTED)\w+|HPE_\w+|WS_ERR_\w+|ERR_(?:TLS|SSL|OSSL|STREAM_PREMATURE|SOCKET)_?\w*|CERT_\w+|CRL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_C\w+)$/;

/**
 * The code of a network failure; undefined for a bug, such as a TypeError in a caller's resolver. HTTP parser errors
 * may lack a code; undici fails with an assertion when a server breaks the protocol, such as with 101 to a request
 * without an upgrade.
 */
export function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (error.name === "HTTPParserError" || code === "ERR_ASSERTION") return "not HTTP";
  return code !== undefined && NETWORK_CODE.test(code) ? code : undefined;
}

/** Wraps an error of a caller's function where only network errors are expected; {@link userErrorIn} unwraps it. */
class UserFunctionError extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super("a function of the caller failed");
    this.original = original;
  }
}

/** Calls a caller's function while connecting, keeping its errors apart from network errors. */
export function callUserFunction<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UserFunctionError(error);
  }
}

/** The error of the caller's function, of any type; undefined when it did not throw. */
export function userErrorIn(error: unknown): { readonly original: unknown } | undefined {
  return error instanceof UserFunctionError ? error : undefined;
}

/** Treats a plain Error without a code as "this machine refuses the connection"; bugs have other classes. */
export function asConnectFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new UserFunctionError(error);
  return error.constructor === Error && !("code" in error)
    ? Object.assign(error, { code: "UND_ERR_CONNECT_REFUSED" })
    : error;
}

const PROXY_ADVICE: Readonly<Record<string, string>> = {
  407: "it requires a user name and a password; put them into its URL",
  403: "it does not allow connections to that host",
};

/**
 * The failure of a connection through a proxy, naming the proxy. undici gives the status of an answer to CONNECT only
 * in its message.
 */
export function proxyFailure(error: unknown, proxy: ProxyServer, about: FailureContext): unknown {
  const [, status] = error instanceof Error ? (/^Proxy response \((\d{3})\)/.exec(error.message) ?? []) : [];
  const context = { ...about, cause: error };
  if (status !== undefined) {
    const advice = PROXY_ADVICE[status];
    return new ConnectionError(context, `the proxy ${proxy.host} answered ${status}${advice ? `: ${advice}` : ""}`);
  }
  const code = networkCode(error);
  return code === undefined
    ? error
    : new ConnectionError(context, `the connection through the proxy ${proxy.host} failed (${code})`);
}
