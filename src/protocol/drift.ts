/**
 * Drift: differences between the site and what our parsers expect. A drift names a place in the markup or the format,
 * never
 * user content, so it may be logged, published and reported. Pure: the transport stores the notes.
 */
import { ParseError } from "../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "./call.js";
import { isRecord } from "./values.js";

/** How a response differs: an expected part is missing, or something unknown is present. */
export type DriftKind =
  | "missing"
  | "unknown form"
  | "unknown key"
  | "unknown event type"
  | "unknown access level"
  | "unknown sentence";

/** One difference between the site and this package's knowledge of it. */
export interface Drift {
  /** The page, event or response, such as `room page`, `event 6`, `answer to POST /messages/{id}/star`. */
  readonly where: string;
  /** The kind of difference. */
  readonly what: DriftKind;
  /** The selector, the key, or the number of the event type; never content. */
  readonly detail: string;
}

/** A drift as a parser notes it. Without `where` it is about the response to the request. */
export type DriftNote = Omit<Drift, "where"> & Partial<Pick<Drift, "where">>;

/** Receives the drift that parsers note. */
export type DriftSink = (note: DriftNote) => void;

/** The words in the servers' paths. Any other path segment may be user content. */
const PATH_WORDS: ReadonlySet<string> = new Set(
  (
    "add admin all chats conversation delete events favorite flag history ignorelist image info invite join kickmute " +
    "message messages mod movePosts new owner-star pingable remove requestaccess rooms save search setuseraccess star " +
    "stars thumbs timeout transcript unowner-star unstar upload user users ws-auth ack"
  ).split(" "),
);

/** The name of the response to a request, with ids and user content masked. */
export function answerName({ method, path }: Pick<WireRequest, "method" | "path">): string {
  const [route = ""] = path.split(/[?#]/, 1);
  const named = (segment: string): string =>
    segment === "" || PATH_WORDS.has(segment) ? segment : /^-?\d+$/.test(segment) ? "{id}" : "{…}";
  return `answer to ${method} ${route.split("/").slice(0, 8).map(named).join("/")}`;
}

/** A word of the site that is safe to show: a short identifier, or a placeholder. */
export function safeIdentifier(word: string): string {
  return /^[A-Za-z][\w-]{0,31}$/.test(word) ? word : "(no identifier)";
}

/** Wraps a sink to pass each note on once, because the records of a list all differ in the same way. */
export function noteOnce(sink: DriftSink | undefined): DriftSink | undefined {
  if (!sink) return undefined;
  const noted = new Set<string>();
  return (note) => {
    const name = `${note.where}\n${note.what}\n${note.detail}`;
    if (noted.has(name)) return;
    noted.add(name);
    sink(note);
  };
}

/** The known keys of a record: true for those that are always present. */
export type KnownKeys = Readonly<Record<string, boolean>>;

/** Notes unknown keys, and missing keys that are always present. `place` is the prefix of their names. */
export function noteKeys(sink: DriftSink | undefined, value: unknown, members: KnownKeys, place: string = ""): void {
  if (!sink || !isRecord(value)) return;
  for (const key in value)
    if (!Object.hasOwn(members, key)) sink({ what: "unknown key", detail: place + safeIdentifier(key) });
  for (const key in members)
    if (members[key] && !Object.hasOwn(value, key)) sink({ what: "missing", detail: place + key });
}

/**
 * Reads the response to a call. Also notes a required part that is missing as drift.
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
