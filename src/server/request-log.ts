/** The last requests a server got, for tests that count them. Never a password, a cookie or an fkey. */

/** One request; `status` 0 means that it got no answer. */
export interface LoggedRequest {
  readonly method: string;
  /** The Host header, such as `chat.stackexchange.com`. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /**
   * Parameters of query and body by lower-case name, without secrets. What is longer than 16,384 characters is cut, and
   * what comes after 65,536 characters in all is left out.
   */
  readonly form: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number;
}

/** Characters of a value and of a whole form, and number of parameters, that are kept of one request. */
const maxValue = 16_384;
const maxForm = 65_536;
const maxParameters = 100;

const secrets: ReadonlySet<string> = new Set(["password", "fkey"]);

export class RequestLog {
  readonly #limit: number;
  readonly #requests: LoggedRequest[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(request: Omit<LoggedRequest, "form">, form: Iterable<[string, string]>): void {
    this.#requests.push({ ...request, path: withoutTokens(request.path), form: keptOf(form) });
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

function keptOf(form: Iterable<[string, string]>): Record<string, string> {
  const open = [...form].filter(([name]) => !secrets.has(name.toLowerCase())).slice(0, maxParameters);
  let room = maxForm;
  const kept = open.map(([name, value]): [string, string] => [shortened(name), withoutTokens(shortened(value))]);
  return Object.fromEntries(
    kept.filter(([name, value]) => {
      room -= name.length + value.length;
      return room >= 0;
    }),
  );
}

/** The token of a socket's address opens that socket, wherever it is written. */
function withoutTokens(text: string): string {
  return text.replace(/\b[0-9a-f]{32}\b/g, "token");
}

function shortened(value: string): string {
  return value.length > maxValue ? `${value.slice(0, maxValue)}…` : value;
}
