/** Converts values to JSON text and back. Values that JSON cannot express are rejected, never changed or dropped. */
import { UsageError } from "../../errors/index.js";
import { describeKey } from "./keys.js";
import type { Json } from "./store.js";

/** Deeper values would overflow the stack of a reader. */
const MAX_DEPTH = 200;
/** A larger value belongs in a file of its own: every change writes all of it. */
const MAX_CHARS = 16_000_000;

/**
 * The JSON text of a value.
 * @throws {BAD_ARGUMENT} naming the path of the part that is not JSON, such as `value.votes[3]`
 */
export function encodeJson(key: string, value: unknown): string {
  const what = `the value for the key ${describeKey(key)}`;
  const fail = (path: string, reason: string): never => {
    throw new UsageError(`${what} is not JSON: ${path} ${reason}`);
  };
  const text = encode(value, "value", { open: new Set(), fail });
  if (text.length <= MAX_CHARS) return text;
  throw new UsageError(`${what} is too large: ${text.length} characters of JSON, of at most ${MAX_CHARS}`);
}

/** The value of a JSON text, frozen. */
export function decodeJson(text: string): Json {
  return JSON.parse(text, (_, part) => (typeof part === "object" ? Object.freeze(part) : part)) as Json;
}

interface Encoding {
  /** The objects around the current one. */
  readonly open: Set<object>;
  readonly fail: (path: string, reason: string) => never;
}

function encode(value: unknown, path: string, encoding: Encoding): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : encoding.fail(path, `is ${value}`);
    case "object":
      return value === null ? "null" : encodeObject(value, path, encoding);
    default:
      return encoding.fail(path, `is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`);
  }
}

function encodeObject(value: object, path: string, encoding: Encoding): string {
  const { open, fail } = encoding;
  if (open.has(value)) return fail(path, "contains itself");
  if (open.size >= MAX_DEPTH) return fail(path, `is nested more than ${MAX_DEPTH} levels deep`);
  open.add(value);
  const text = Array.isArray(value) ? encodeList(value, path, encoding) : encodeRecord(value, path, encoding);
  open.delete(value);
  return text;
}

function encodeList(list: readonly unknown[], path: string, encoding: Encoding): string {
  // Array.from also visits the holes, which are undefined.
  return `[${Array.from(list, (part, index) => encode(part, `${path}[${index}]`, encoding)).join(",")}]`;
}

function encodeRecord(record: object, path: string, encoding: Encoding): string {
  if (!isPlain(record)) return encoding.fail(path, `is ${describe(record)}`);
  if (Object.getOwnPropertySymbols(record).length > 0) return encoding.fail(path, "has a symbol as a key");
  const parts = Object.entries(record).map(
    ([name, part]) => `${JSON.stringify(name)}:${encode(part, memberPath(path, name), encoding)}`,
  );
  return `{${parts.join(",")}}`;
}

/** Whether an object was made by `{}` or without a prototype, in this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: object): string {
  const name: unknown = value.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object of a class";
  return `${/^(?:A|E|I|O)/.test(name) ? "an" : "a"} ${name}${name === "Date" ? "; store its toISOString()" : ""}`;
}

function memberPath(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}
