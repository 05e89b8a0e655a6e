/**
 * The cassette format: JSON lines. The first says what the file is and how to read it, the last counts what was
 * replaced.
 * Each line between is a request, a response, a frame, or the opening or end of a socket, in order of time. Pure.
 */
import { UsageError } from "../errors/index.js";
import { isRecord } from "../protocol/values.js";
import { previewValue } from "../util/options.js";
import type { ReplacedCounts } from "./pseudonyms.js";

/** The format version that this package writes. */
export const CASSETTE_VERSION = 1;

/** The first line. */
export interface CassetteHeader {
  readonly cassette: number;
  readonly by: string;
  readonly host: string;
  readonly name: string;
  readonly chat: string;
  readonly login: string;
  /** When the recording began, in milliseconds since the epoch. */
  readonly began: number;
  /** Explains to people what was replaced and how to read the lines. */
  readonly note: string;
}

/** A part of a multipart form. */
export interface RecordedPart {
  readonly name: string;
  readonly text?: string;
  /** The length of a file; its content is not recorded. */
  readonly bytes?: number;
}

/** A request. */
export interface AskedEntry {
  /** Milliseconds since the recording began. */
  readonly at: number;
  readonly ask: number;
  readonly method: string;
  readonly url: string;
  /** The form fields in the order sent. */
  readonly form?: readonly (readonly [name: string, value: string])[];
  readonly parts?: readonly RecordedPart[];
}

/** A response, or a failure to get one. */
export interface AnsweredEntry {
  readonly at: number;
  /** The number of the request. */
  readonly answer: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Why no response arrived: a code, such as `ECONNRESET`. */
  readonly failed?: string;
}

/** An event of a socket. */
export interface SocketEntry {
  readonly at: number;
  readonly socket: number;
  readonly open?: string;
  readonly frame?: string;
  /** The close code, if the server or the network closed the socket. */
  readonly closed?: number;
  /** Set if the client closed the socket. */
  readonly left?: true;
  /** Why the socket could not be opened. */
  readonly failed?: string;
}

/** The last line. */
export interface EndEntry {
  readonly at: number;
  readonly end: string;
  readonly replaced: ReplacedCounts;
}

/** One line of a cassette. */
export type CassetteEntry = AskedEntry | AnsweredEntry | SocketEntry | EndEntry;

/** A line with its number in the file, from 1. */
export type Numbered<T extends CassetteEntry> = T & { readonly line: number };

/** Any line after the first. */
export type CassetteLine = Numbered<AskedEntry> | Numbered<AnsweredEntry> | Numbered<SocketEntry> | Numbered<EndEntry>;

/** A parsed cassette. */
export interface Cassette {
  readonly header: CassetteHeader;
  readonly entries: readonly CassetteLine[];
  /** Whether the last line is present. A recording that was killed lacks it. */
  readonly isWhole: boolean;
}

export const isAsked = (entry: CassetteLine): entry is Numbered<AskedEntry> => "ask" in entry;
export const isAnswered = (entry: CassetteLine): entry is Numbered<AnsweredEntry> => "answer" in entry;
export const isSocket = (entry: CassetteLine): entry is Numbered<SocketEntry> => "socket" in entry;
export const isEnd = (entry: CassetteLine): entry is Numbered<EndEntry> => "end" in entry;

/** Whether a text starts like a cassette. */
export function looksLikeCassette(text: string): boolean {
  return /^\s*\{\s*"cassette"\s*:/.test(text.slice(0, 200));
}

/**
 * Parses a cassette.
 * @throws {BAD_ARGUMENT} naming the invalid line
 */
export function readCassette(text: string, name = "the cassette"): Cassette {
  const lines = text.split("\n");
  const header = readHeader(parseLine(lines[0] ?? "", 1, name), name);
  const entries = lines.slice(1).flatMap((line, index) => {
    if (line.trim() === "") return [];
    const number = index + 2;
    // A killed recording may end with half a line.
    const value = number === lines.length ? tryParse(line) : parseLine(line, number, name);
    return value === undefined ? [] : [{ ...readEntry(value, number, name), line: number }];
  });
  return { header, entries, isWhole: entries.some(isEnd) };
}

function parseLine(line: string, number: number, name: string): unknown {
  const value = tryParse(line);
  if (value !== undefined) return value;
  throw new UsageError(
    `line ${number} of ${name} is not JSON; record a cassette with \`chatexchange doctor --record FILE\``,
  );
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readHeader(value: unknown, name: string): CassetteHeader {
  if (!isRecord(value) || typeof value.cassette !== "number")
    throw new UsageError(`${name} is not a cassette: its first line has no "cassette": ${CASSETTE_VERSION}`);
  if (value.cassette > CASSETTE_VERSION)
    throw new UsageError(
      `${name} has format ${value.cassette}, and this version reads up to ${CASSETTE_VERSION}; update chatexchange-ts`,
    );
  const { by, host, name: siteName, chat, login, began, note } = value;
  return {
    cassette: value.cassette,
    by: readText(by, "by", 1, name),
    host: readText(host, "host", 1, name),
    name: readText(siteName, "name", 1, name),
    chat: readOrigin(chat, "chat", name),
    login: readOrigin(login, "login", name),
    began: readCount(began, "began", 1, name),
    note: readText(note, "note", 1, name),
  };
}

function readEntry(value: unknown, line: number, name: string): CassetteEntry {
  if (!isRecord(value)) throw new UsageError(`line ${line} of ${name} is not an object`);
  const at = readCount(value.at, "at", line, name);
  if ("ask" in value) {
    const { form, parts } = value;
    return {
      at,
      ask: readCount(value.ask, "ask", line, name),
      method: readText(value.method, "method", line, name),
      url: readText(value.url, "url", line, name),
      ...(Array.isArray(form) ? { form: form.filter(isPair) } : {}),
      ...(Array.isArray(parts) ? { parts: parts.filter(isPart) } : {}),
    };
  }
  if ("answer" in value) {
    const { status, headers, body, failed } = value;
    return {
      at,
      answer: readCount(value.answer, "answer", line, name),
      ...(typeof status === "number" ? { status } : {}),
      ...(isRecord(headers) ? { headers: readHeaders(headers) } : {}),
      ...(typeof body === "string" ? { body } : {}),
      ...(typeof failed === "string" ? { failed } : {}),
    };
  }
  if ("socket" in value) {
    const { open, frame, closed, left, failed } = value;
    return {
      at,
      socket: readCount(value.socket, "socket", line, name),
      ...(typeof open === "string" ? { open } : {}),
      ...(typeof frame === "string" ? { frame } : {}),
      ...(typeof closed === "number" ? { closed } : {}),
      ...(left === true ? { left } : {}),
      ...(typeof failed === "string" ? { failed } : {}),
    };
  }
  if ("end" in value) {
    const replaced = isRecord(value.replaced) ? value.replaced : {};
    const counts = Object.entries(replaced).filter(([, number]) => typeof number === "number");
    return { at, end: readText(value.end, "end", line, name), replaced: Object.fromEntries(counts) };
  }
  throw new UsageError(`line ${line} of ${name} is not a request, an answer, a socket event or the end`);
}

function readHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string | readonly string[]>> {
  const known: Record<string, string | readonly string[]> = {};
  for (const [key, value] of Object.entries(headers)) {
    if (typeof value === "string") known[key] = value;
    else if (Array.isArray(value)) known[key] = value.filter((line): line is string => typeof line === "string");
  }
  return known;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
}

function isPart(value: unknown): value is RecordedPart {
  return isRecord(value) && typeof value.name === "string";
}

function readText(value: unknown, key: string, line: number, name: string): string {
  if (typeof value === "string") return value;
  throw new UsageError(`line ${line} of ${name} must have a string for "${key}", not ${previewValue(value)}`);
}

function readOrigin(value: unknown, key: string, name: string): string {
  const address = readText(value, key, 1, name);
  if (URL.canParse(address) && new URL(address).origin === address) return address;
  throw new UsageError(`line 1 of ${name} must have an origin such as https://chat.stackexchange.com for "${key}"`);
}

function readCount(value: unknown, key: string, line: number, name: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`line ${line} of ${name} must have a number for "${key}", not ${previewValue(value)}`);
}
