/** The most recent requests, for tests that assert on them. Never has passwords, cookies or fkeys. */

/** One request that the server received, from `server.requests`. */
export interface LoggedRequest {
  readonly method: string;
  /** The Host header, such as `chat.stackexchange.com`. */
  readonly host: string;
  /** The path without the query. */
  readonly path: string;
  /** The HTTP status of the response; 0 if the request got none. */
  readonly status: number;
  /**
   * The parameters of query and body by lower-case name, without secrets. A value over 16,384 characters is truncated, and
   * parameters beyond 65,536 characters in all are omitted.
   */
  readonly form: Readonly<Record<string, string>>;
  /** When the request was logged, in milliseconds since the epoch of the server's clock. */
  readonly at: number;
}

/** Limits per request: the characters of a value, the characters of a form, and the number of parameters. */
const MAX_VALUE_CHARACTERS = 16_384;
const MAX_FORM_CHARACTERS = 65_536;
const MAX_PARAMETERS = 100;

const SECRET_PARAMETERS: ReadonlySet<string> = new Set(["password", "fkey"]);

export class RequestLog {
  readonly #limit: number;
  readonly #requests: LoggedRequest[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(request: Omit<LoggedRequest, "form">, form: Iterable<[string, string]>): void {
    this.#requests.push({ ...request, path: withoutTokens(request.path), form: loggedForm(form) });
    if (this.#requests.length > this.#limit) this.#requests.splice(0, this.#requests.length - this.#limit);
  }

  /** A copy of the log, oldest first. */
  all(): readonly LoggedRequest[] {
    return [...this.#requests];
  }

  clear(): void {
    this.#requests.length = 0;
  }
}

function loggedForm(form: Iterable<[string, string]>): Record<string, string> {
  const open = [...form].filter(([name]) => !SECRET_PARAMETERS.has(name.toLowerCase())).slice(0, MAX_PARAMETERS);
  let room = MAX_FORM_CHARACTERS;
  const kept = open.map(([name, value]): [string, string] => [shortened(name), withoutTokens(shortened(value))]);
  return Object.fromEntries(
    kept.filter(([name, value]) => {
      room -= name.length + value.length;
      return room >= 0;
    }),
  );
}

/** Redacts the tokens of socket URLs, because a token opens its socket wherever it is found. */
function withoutTokens(text: string): string {
  return text.replace(/\b[0-9a-f]{32}\b/g, "token");
}

function shortened(value: string): string {
  return value.length > MAX_VALUE_CHARACTERS ? `${value.slice(0, MAX_VALUE_CHARACTERS)}…` : value;
}
