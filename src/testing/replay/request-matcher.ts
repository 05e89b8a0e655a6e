/**
 * Matches requests to recorded ones. Each recorded request matches once, in any order, by address and form. User text
 * and
 * values that the recording replaced match by shape. Pure.
 */

import {
  type AnsweredEntry,
  type AskedEntry,
  type Cassette,
  isAnswered,
  isAsked,
  type Numbered,
} from "../../cassette/format.js";
import { CassetteError } from "../../errors/index.js";

/** A request from the client. */
export interface IncomingRequest {
  readonly method: string;
  /** Host, path and query. */
  readonly address: string;
  readonly form: readonly (readonly [name: string, value: string])[];
}

/** A recorded request and its answer. */
export interface RecordedExchange {
  readonly asked: Numbered<AskedEntry>;
  /** Undefined if the recording ended before the answer arrived. */
  readonly answered: Numbered<AnsweredEntry> | undefined;
}

/** Fields that differ in every session, so they are not compared. */
const IGNORED_FIELDS: ReadonlySet<string> = new Set(["fkey", "email", "password", "ssrc"]);
/** Requests that a replay may skip, because nothing depends on them. */
const OPTIONAL_REQUEST = /^[^/]*\/(?:chats\/leave|users\/log)/;

export class RequestMatcher {
  readonly #left: RecordedExchange[];

  constructor({ entries }: Cassette) {
    const answers = new Map(entries.filter(isAnswered).map((entry) => [entry.answer, entry]));
    this.#left = entries.filter(isAsked).map((asked) => ({ asked, answered: answers.get(asked.ask) }));
  }

  /** The recorded requests not matched yet, in recorded order. */
  get left(): readonly RecordedExchange[] {
    return this.#left;
  }

  /**
   * Takes the recorded request that matches.
   * @throws {CASSETTE} naming the request that was expected instead, and its line
   */
  take(incoming: IncomingRequest): RecordedExchange {
    const found = this.#left.findIndex(({ asked }) => isSame(asked, incoming, (text) => text));
    const at = found >= 0 ? found : this.#left.findIndex(({ asked }) => isSame(asked, incoming, shapeOf));
    const [recorded] = at < 0 ? [] : this.#left.splice(at, 1);
    if (recorded) return recorded;
    throw this.#differs(incoming);
  }

  /** Whether a request recorded before this line has not been made yet. */
  askedBefore(line: number): boolean {
    return this.#left.some(({ asked }) => asked.line < line && !OPTIONAL_REQUEST.test(addressOf(asked.url)));
  }

  #differs(incoming: IncomingRequest): CassetteError {
    const came = `${incoming.method} ${pathOf(incoming.address)}`;
    const near = this.#left.find(
      ({ asked }) => asked.method === incoming.method && pathOf(addressOf(asked.url)) === pathOf(incoming.address),
    );
    if (near) {
      const fields = differences(near.asked.form ?? [], incoming.form).join(", ");
      const what = fields === "" ? "its host differs" : `these fields of its form differ: ${fields}`;
      return new CassetteError(
        `${came} does not match the recording in line ${near.asked.line}: ${what}`,
        near.asked.line,
      );
    }
    const [next] = this.#left;
    if (!next) return new CassetteError(`${came} came after the last request of the cassette`, null);
    const expected = `${next.asked.method} ${pathOf(addressOf(next.asked.url))}`;
    return new CassetteError(
      `${came} is not in the cassette, or was made more often than recorded; the next recorded request is ${expected} (line ${next.asked.line})`,
      next.asked.line,
    );
  }
}

/** Host, path and query of a URL. */
export function addressOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/#.*$/, "");
}

function pathOf(address: string): string {
  return address.replace(/^[^/]*/, "");
}

function isSame(
  { method, url, form = [], parts }: AskedEntry,
  incoming: IncomingRequest,
  view: (text: string) => string,
): boolean {
  if (method !== incoming.method || view(addressOf(url)) !== view(incoming.address)) return false;
  return parts !== undefined || differences(form, incoming.form, view).length === 0;
}

/** The names of the fields that differ. */
function differences(
  recorded: IncomingRequest["form"],
  came: IncomingRequest["form"],
  view: (text: string) => string = shapeOf,
): readonly string[] {
  const one = fieldsOf(recorded, view);
  const other = fieldsOf(came, view);
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
}

function fieldsOf(form: IncomingRequest["form"], view: (text: string) => string): Map<string, string> {
  return new Map(form.filter(([name]) => !IGNORED_FIELDS.has(name)).map(([name, value]) => [name, view(value)]));
}

/** A text with its letters and digits masked, as a recording preserves only its shape. */
function shapeOf(text: string): string {
  return text
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, "a")
    .replace(/\p{N}/gu, "0")
    .replace(/\p{M}/gu, "'");
}
