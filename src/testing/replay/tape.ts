/**
 * Which recorded request a request is. In any order, each once: the same address and form, or, for what people write and
 * for what a recording replaced, the same shape. Pure.
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

/** A request as it comes in. */
export interface Incoming {
  readonly method: string;
  /** Host, path and query. */
  readonly address: string;
  readonly form: readonly (readonly [name: string, value: string])[];
}

/** A recorded request with its answer. */
export interface Recorded {
  readonly asked: Numbered<AskedEntry>;
  /** Undefined when the recording ended before it came. */
  readonly answered: Numbered<AnsweredEntry> | undefined;
}

/** Fields that differ in every session, so that a replay does not compare them. */
const IGNORED: ReadonlySet<string> = new Set(["fkey", "email", "password", "ssrc"]);
/** Requests that a replay may do without: nothing follows from them. */
const UNASKED = /^[^/]*\/(?:chats\/leave|users\/log)/;

export class Tape {
  readonly #left: Recorded[];

  constructor({ entries }: Cassette) {
    const answers = new Map(entries.filter(isAnswered).map((entry) => [entry.answer, entry]));
    this.#left = entries.filter(isAsked).map((asked) => ({ asked, answered: answers.get(asked.ask) }));
  }

  /** The requests that nobody has made yet, in the order of the recording. */
  get left(): readonly Recorded[] {
    return this.#left;
  }

  /**
   * Takes the recorded request that this one is.
   * @throws {CASSETTE} naming the request that was expected instead, and its line
   */
  take(incoming: Incoming): Recorded {
    const found = this.#left.findIndex(({ asked }) => isSame(asked, incoming, (text) => text));
    const at = found >= 0 ? found : this.#left.findIndex(({ asked }) => isSame(asked, incoming, shapeOf));
    const [recorded] = at < 0 ? [] : this.#left.splice(at, 1);
    if (recorded) return recorded;
    throw this.#differs(incoming);
  }

  /** Whether a request was recorded before a line that nobody has made yet. */
  askedBefore(line: number): boolean {
    return this.#left.some(({ asked }) => asked.line < line && !UNASKED.test(addressOf(asked.url)));
  }

  #differs(incoming: Incoming): CassetteError {
    const came = `${incoming.method} ${pathOf(incoming.address)}`;
    const near = this.#left.find(
      ({ asked }) => asked.method === incoming.method && pathOf(addressOf(asked.url)) === pathOf(incoming.address),
    );
    if (near) {
      const fields = differences(near.asked.form ?? [], incoming.form).join(", ");
      const what = fields === "" ? "its host differs" : `these fields of its form differ: ${fields}`;
      return new CassetteError(`${came} is not as recorded in line ${near.asked.line}: ${what}`, near.asked.line);
    }
    const [next] = this.#left;
    if (!next) return new CassetteError(`${came} came after the last request of the cassette`, null);
    const expected = `${next.asked.method} ${pathOf(addressOf(next.asked.url))}`;
    return new CassetteError(
      `${came} is not in the cassette, or was asked before as often as there; the next request there is ${expected} (line ${next.asked.line})`,
      next.asked.line,
    );
  }
}

/** Host, path and query of an address. */
export function addressOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/#.*$/, "");
}

function pathOf(address: string): string {
  return address.replace(/^[^/]*/, "");
}

function isSame(
  { method, url, form = [], parts }: AskedEntry,
  incoming: Incoming,
  view: (text: string) => string,
): boolean {
  if (method !== incoming.method || view(addressOf(url)) !== view(incoming.address)) return false;
  return parts !== undefined || differences(form, incoming.form, view).length === 0;
}

/** The names of the fields that differ. */
function differences(
  recorded: Incoming["form"],
  came: Incoming["form"],
  view: (text: string) => string = shapeOf,
): readonly string[] {
  const one = fieldsOf(recorded, view);
  const other = fieldsOf(came, view);
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
}

function fieldsOf(form: Incoming["form"], view: (text: string) => string): Map<string, string> {
  return new Map(form.filter(([name]) => !IGNORED.has(name)).map(([name, value]) => [name, view(value)]));
}

/** A text with its letters and digits taken out, as a recording takes them out. */
function shapeOf(text: string): string {
  return text
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, "a")
    .replace(/\p{N}/gu, "0")
    .replace(/\p{M}/gu, "'");
}
