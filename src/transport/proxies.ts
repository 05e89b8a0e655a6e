/** Selects the proxy for a host: from the option, or from the environment by curl's rules. */
import { UsageError } from "../errors/index.js";
import { isLoopback } from "../protocol/sites.js";

/** A proxy. Its user name and password are used for the connection only, and never shown. */
export class ProxyServer {
  readonly #url: URL;

  private constructor(url: URL) {
    this.#url = url;
  }

  /**
   * Parses the URL of a proxy.
   * @param from - the source of the text, for the error; the text itself is never shown, because it may contain a
   *   password
   * @throws {BAD_ARGUMENT} when it is not a proxy URL
   */
  static read(text: unknown, from: string): ProxyServer {
    const url = typeof text === "string" ? URL.parse(text.includes("://") ? text : `http://${text}`) : null;
    const isWhole = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "";
    if (!isWhole || url.search || url.hash || url.pathname.length > 1 || !isDecodable(url.username + url.password)) {
      throw new UsageError(
        `${from} is not a valid proxy URL; use http://host:port or http://user:password@host:port (percent-encoded), or set the option proxy to false to connect directly`,
      );
    }
    return new ProxyServer(url);
  }

  /** Its host and port without user info, such as `proxy.example:3128`. */
  get host(): string {
    return this.#url.host;
  }

  get origin(): string {
    return this.#url.origin;
  }

  /** The whole URL, including its secrets. */
  reveal(): string {
    return this.#url.href;
  }

  /** The `Proxy-Authorization` header, if the URL has user info. */
  authorization(): string | undefined {
    const { username, password } = this.#url;
    if (!username && !password) return undefined;
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  }
}

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; lowercase names take precedence. This machine
 * is never proxied.
 * @throws {BAD_ARGUMENT} when the variable is not a proxy URL
 */
export function proxyOfEnvironment(address: URL, environment: Environment): ProxyServer | undefined {
  const isTls = /^(?:https|wss):$/.test(address.protocol);
  const name = isTls ? "https_proxy" : "http_proxy";
  const from = environment[name] ? name : name.toUpperCase();
  const text = environment[from]?.trim();
  if (!text || isLoopback(address.hostname)) return undefined;
  const exceptions = environment.no_proxy || environment.NO_PROXY || "";
  const port = address.port || (isTls ? "443" : "80");
  if (exceptions.split(/[\s,]+/).some((exception) => isExcepted(exception.toLowerCase(), address.hostname, port)))
    return undefined;
  return ProxyServer.read(text, `the environment variable ${from}`);
}

/** Whether an entry of `NO_PROXY` matches a host: `*`, or a domain with its subdomains, optionally for one port. */
function isExcepted(entry: string, hostname: string, port: string): boolean {
  if (entry === "*") return true;
  const [, name = "", only] = /^(?:\*?\.)?(.*?)\.?(?::(\d+))?$/.exec(entry) ?? [];
  if (name === "" || (only !== undefined && only !== port)) return false;
  return hostname === name || hostname.endsWith(`.${name}`);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
