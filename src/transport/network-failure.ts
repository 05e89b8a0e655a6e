/** Tells failures of the network from bugs, which must come out as what they are. */

/** Codes of the system, of TLS, of undici, of its HTTP parser, and of ws. */
const NETWORK_CODE =
  /^(?:E[A-Z0-9]+|EAI_\w+|UND_ERR_(?!INVALID|NOT_SUPPORTED)\w+|HPE_\w+|WS_ERR_\w+|ERR_(?:TLS|SSL|OSSL|STREAM_PREMATURE|SOCKET)_?\w*|CERT_\w+|CRL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_C\w+)$/;

/** The code of a failure of the network; undefined for a bug, such as a TypeError of a user's resolver. */
export function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return NETWORK_CODE.test(error.code) ? error.code : undefined;
}

/** Wraps what a user's function threw where only errors of the network are expected; {@link failureOfUser} takes it out. */
class UserFailure extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super("a function of the user failed");
    this.original = original;
  }
}

/** Calls a user's function on the way to a connection; its failure is kept apart from those of the network. */
export function callUser<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UserFailure(error);
  }
}

/** What the user's function threw, whatever it looks like; undefined when it was none. */
export function failureOfUser(error: unknown): { readonly original: unknown } | undefined {
  return error instanceof UserFailure ? error : undefined;
}

/** An Error without a code that connecting threw: this machine refuses the connection. Bugs are of other classes. */
export function asConnectFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new UserFailure(error);
  return error.constructor === Error && !("code" in error)
    ? Object.assign(error, { code: "UND_ERR_CONNECT_REFUSED" })
    : error;
}
