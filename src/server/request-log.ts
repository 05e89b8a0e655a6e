/** The last requests a server got, for tests that count them. Never a password, a cookie or an fkey. */

/** One request; `status` 0 means that it got no answer. */
export interface LoggedRequest {
  readonly method: string;
  /** The Host header, such as `chat.stackexchange.com`. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** Parameters of query and body by lower-case name, without secrets. */
  readonly form: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number;
}

const secrets: ReadonlySet<string> = new Set(["password", "fkey"]);

export class RequestLog {
  readonly #limit: number;
  readonly #requests: LoggedRequest[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(request: Omit<LoggedRequest, "form">, form: Iterable<[string, string]>): void {
    const open = [...form].filter(([name]) => !secrets.has(name.toLowerCase()));
    // The token of a socket's address opens that socket.
    const path = request.path.replace(/[0-9a-f]{32}$/, "token");
    this.#requests.push({ ...request, path, form: Object.fromEntries(open) });
    if (this.#requests.length > this.#limit) this.#requests.splice(0, this.#requests.length - this.#limit);
  }

  /** Oldest first, as of now. */
  all(): readonly LoggedRequest[] {
    return [...this.#requests];
  }

  clear(): void {
    this.#requests.length = 0;
  }
}
