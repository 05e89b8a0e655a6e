/**
 * Drift: where the site differs from what our readers know. A drift names a place in the markup or the format, never
 * what people wrote, so it may be logged, published and reported. Pure; the transport keeps what is noted.
 */
import { ParseError } from "../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "./call.js";
import { isRecord } from "./values.js";

/** How an answer differs: a part that should be there is not, or something is there that nobody knows. */
export type DriftKind =
  | "missing"
  | "unknown form"
  | "unknown key"
  | "unknown event type"
  | "unknown access level"
  | "unknown sentence";

/** One difference between the site and what this package knows of it. */
export interface Drift {
  /** The page, the event or the answer, such as `room page`, `event 6`, `answer to POST /messages/{id}/star`. */
  readonly where: string;
  /** How it differs. */
  readonly what: DriftKind;
  /** The selector, the name of the key, or the number of the type; never content. */
  readonly detail: string;
}

/** A drift as a reader notes it; without `where` it is about the answer to the request. */
export type DriftNote = Omit<Drift, "where"> & Partial<Pick<Drift, "where">>;

/** Takes what readers note. */
export type DriftSink = (note: DriftNote) => void;

/** The words in the paths of the servers; everything else in a path may be somebody's. */
const PATH_WORDS: ReadonlySet<string> = new Set(
  (
    "add admin all chats conversation delete events favorite flag history ignorelist image info invite join kickmute " +
    "message messages mod movePosts new owner-star pingable remove requestaccess rooms save search setuseraccess star " +
    "stars thumbs timeout transcript unowner-star unstar upload user users ws-auth ack"
  ).split(" "),
);

/** The name of an answer, by its request: without ids, and without anything that is not the site's own word. */
export function answerTo({ method, path }: Pick<WireRequest, "method" | "path">): string {
  const [route = ""] = path.split(/[?#]/, 1);
  const named = (segment: string): string =>
    segment === "" || PATH_WORDS.has(segment) ? segment : /^-?\d+$/.test(segment) ? "{id}" : "{…}";
  return `answer to ${method} ${route.split("/").slice(0, 8).map(named).join("/")}`;
}

/** A word of the site as it may be shown: an identifier of modest length, or nothing of it. */
export function shownWord(word: string): string {
  return /^[A-Za-z][\w-]{0,31}$/.test(word) ? word : "(no identifier)";
}

/** A sink that passes each note on once: the records of one list differ in the same way. */
export function once(sink: DriftSink | undefined): DriftSink | undefined {
  if (!sink) return undefined;
  const noted = new Set<string>();
  return (note) => {
    const name = `${note.where}\n${note.what}\n${note.detail}`;
    if (noted.has(name)) return;
    noted.add(name);
    sink(note);
  };
}

/** The members of a record: true for those that are always there. */
export type Members = Readonly<Record<string, boolean>>;

/** Notes members that nobody knows, and those that are always there and are not. `place` stands before their names. */
export function noteMembers(sink: DriftSink | undefined, value: unknown, members: Members, place: string = ""): void {
  if (!sink || !isRecord(value)) return;
  for (const key in value)
    if (!Object.hasOwn(members, key)) sink({ what: "unknown key", detail: place + shownWord(key) });
  for (const key in members)
    if (members[key] && !Object.hasOwn(value, key)) sink({ what: "missing", detail: place + key });
}

/**
 * Reads the answer to a call. What the reader could not do without, and did not find, is a drift, too.
 * @throws what the reader throws
 */
export function readAnswer<T>(call: Pick<Call<T>, "read">, answer: WireAnswer): T {
  try {
    return call.read(answer);
  } catch (error) {
    if (error instanceof ParseError) answer.drift?.({ where: error.page, what: "missing", detail: error.missing });
    throw error;
  }
}
