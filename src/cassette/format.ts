/**
 * The file: JSON lines. The first says what it is and how to read it, the last what was replaced; each line between is one
 * request, answer, frame, or opening or end of a socket, in the order in which it happened. Pure.
 */
import { UsageError } from "../errors/index.js";
import { isRecord } from "../protocol/values.js";
import { shown } from "../util/options.js";
import type { Replaced } from "./pseudonyms.js";

/** The version of the format that this package writes. */
export const CASSETTE_VERSION = 1;

/** The first line. */
export interface CassetteHeader {
  readonly cassette: number;
  readonly by: string;
  readonly host: string;
  readonly name: string;
  readonly chat: string;
  readonly login: string;
  /** When it began, in milliseconds since the epoch. */
  readonly began: number;
  /** A note for people: the kinds of values that were replaced, and how to read the lines. */
  readonly note: string;
}

/** A part of a form with files. */
export interface RecordedPart {
  readonly name: string;
  readonly text?: string;
  /** A file is recorded by its length. */
  readonly bytes?: number;
}

/** A request. */
export interface AskedEntry {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly ask: number;
  readonly method: string;
  readonly url: string;
  /** The form as it was sent, in its order. */
  readonly form?: readonly (readonly [name: string, value: string])[];
  readonly parts?: readonly RecordedPart[];
}

/** An answer, or the end without one. */
export interface AnsweredEntry {
  readonly at: number;
  /** The number of the request. */
  readonly answer: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Why no answer came: a code, such as `ECONNRESET`. */
  readonly failed?: string;
}

/** Something on a socket. */
export interface SocketEntry {
  readonly at: number;
  readonly socket: number;
  readonly open?: string;
  readonly frame?: string;
  /** The server or the network ended it, with this code. */
  readonly closed?: number;
  /** The client hung up. */
  readonly left?: true;
  /** It could not be opened. */
  readonly failed?: string;
}

/** The last line. */
export interface EndEntry {
  readonly at: number;
  readonly end: string;
  readonly replaced: Replaced;
}

/** One line of a cassette. */
export type CassetteEntry = AskedEntry | AnsweredEntry | SocketEntry | EndEntry;

/** A line with its number in the file, from 1. */
export type Numbered<T extends CassetteEntry> = T & { readonly line: number };

/** Any line after the first. */
export type CassetteLine = Numbered<AskedEntry> | Numbered<AnsweredEntry> | Numbered<SocketEntry> | Numbered<EndEntry>;

/** A cassette that was read. */
export interface Cassette {
  readonly header: CassetteHeader;
  readonly entries: readonly CassetteLine[];
  /** Whether it has its last line; a recording that was killed has none. */
  readonly isWhole: boolean;
}

export const isAsked = (entry: CassetteLine): entry is Numbered<AskedEntry> => "ask" in entry;
export const isAnswered = (entry: CassetteLine): entry is Numbered<AnsweredEntry> => "answer" in entry;
export const isSocket = (entry: CassetteLine): entry is Numbered<SocketEntry> => "socket" in entry;
export const isEnd = (entry: CassetteLine): entry is Numbered<EndEntry> => "end" in entry;

/** Whether a text begins as a cassette does. */
export function looksLikeCassette(text: string): boolean {
  return /^\s*\{\s*"cassette"\s*:/.test(text.slice(0, 200));
}

/**
 * Reads a cassette.
 * @throws {BAD_ARGUMENT} naming the line that is none of a cassette
 */
export function readCassette(text: string, name = "the cassette"): Cassette {
  const lines = text.split("\n");
  const header = headerOf(parsed(lines[0] ?? "", 1, name), name);
  const entries = lines.slice(1).flatMap((line, index) => {
    if (line.trim() === "") return [];
    const number = index + 2;
    // A recording that was killed may have half a line at its end.
    const value = number === lines.length ? maybeParsed(line) : parsed(line, number, name);
    return value === undefined ? [] : [{ ...entryOf(value, number, name), line: number }];
  });
  return { header, entries, isWhole: entries.some(isEnd) };
}

function parsed(line: string, number: number, name: string): unknown {
  const value = maybeParsed(line);
  if (value !== undefined) return value;
  throw new UsageError(
    `line ${number} of ${name} is not JSON; a cassette is what \`chatexchange doctor --record FILE\` writes`,
  );
}

function maybeParsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function headerOf(value: unknown, name: string): CassetteHeader {
  if (!isRecord(value) || typeof value.cassette !== "number")
    throw new UsageError(`${name} is no cassette: its first line has no "cassette": ${CASSETTE_VERSION}`);
  if (value.cassette > CASSETTE_VERSION)
    throw new UsageError(
      `${name} has format ${value.cassette}, and this version reads up to ${CASSETTE_VERSION}; update chatexchange-ts`,
    );
  const { by, host, name: siteName, chat, login, began, note } = value;
  return {
    cassette: value.cassette,
    by: text(by, "by", 1, name),
    host: text(host, "host", 1, name),
    name: text(siteName, "name", 1, name),
    chat: origin(chat, "chat", name),
    login: origin(login, "login", name),
    began: count(began, "began", 1, name),
    note: text(note, "note", 1, name),
  };
}

function entryOf(value: unknown, line: number, name: string): CassetteEntry {
  if (!isRecord(value)) throw new UsageError(`line ${line} of ${name} is no object`);
  const at = count(value.at, "at", line, name);
  if ("ask" in value) {
    const { form, parts } = value;
    return {
      at,
      ask: count(value.ask, "ask", line, name),
      method: text(value.method, "method", line, name),
      url: text(value.url, "url", line, name),
      ...(Array.isArray(form) ? { form: form.filter(isPair) } : {}),
      ...(Array.isArray(parts) ? { parts: parts.filter(isPart) } : {}),
    };
  }
  if ("answer" in value) {
    const { status, headers, body, failed } = value;
    return {
      at,
      answer: count(value.answer, "answer", line, name),
      ...(typeof status === "number" ? { status } : {}),
      ...(isRecord(headers) ? { headers: headersOf(headers) } : {}),
      ...(typeof body === "string" ? { body } : {}),
      ...(typeof failed === "string" ? { failed } : {}),
    };
  }
  if ("socket" in value) {
    const { open, frame, closed, left, failed } = value;
    return {
      at,
      socket: count(value.socket, "socket", line, name),
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
    return { at, end: text(value.end, "end", line, name), replaced: Object.fromEntries(counts) };
  }
  throw new UsageError(`line ${line} of ${name} is neither a request, an answer, a socket nor the end`);
}

function headersOf(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string | readonly string[]>> {
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

function text(value: unknown, key: string, line: number, name: string): string {
  if (typeof value === "string") return value;
  throw new UsageError(`line ${line} of ${name} has no text for "${key}", but ${shown(value)}`);
}

function origin(value: unknown, key: string, name: string): string {
  const address = text(value, key, 1, name);
  if (URL.canParse(address) && new URL(address).origin === address) return address;
  throw new UsageError(`line 1 of ${name} has no origin such as https://chat.stackexchange.com for "${key}"`);
}

function count(value: unknown, key: string, line: number, name: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`line ${line} of ${name} has no number for "${key}", but ${shown(value)}`);
}
