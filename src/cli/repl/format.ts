/** Formats values and errors for the REPL: known values, in a few lines, without control sequences. */
import { inspect, styleText } from "node:util";
import { isPromise } from "node:util/types";
import { ChatError, Message, Room, User } from "../../index.js";
import { escapeControls, sanitize } from "../output/text.js";
import { isGenerator } from "./evaluation.js";

/** Styles a text, or returns it unchanged. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** A function that styles texts, if colors are on. */
export function paintIf(colors: boolean): Paint {
  return (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text);
}

/** Formats a value. */
export function formatValue(value: unknown, colors: boolean): string {
  const options = { colors: colors, depth: 3, breakLength: process.stdout.columns ?? 100, maxArrayLength: 50 };
  const text = escapeControls(inspect(value, options));
  const note = noteOn(value);
  return note === undefined ? text : `${text}\n${paintIf(colors)("dim", note)}`;
}

/** A hint for a value that shows little by itself. */
function noteOn(value: unknown): string | undefined {
  const isEntity = value instanceof Room || value instanceof User || value instanceof Message;
  if (isEntity && Object.keys(value.peek).length === 0) {
    const example = value instanceof Message ? "content" : "name";
    return `// nothing is known about it yet; await its properties, such as (await _.${example})`;
  }
  if (isGenerator(value)) return "// a list that is fetched page by page; read it with: for await (const item of …) …";
  if (isStream(value)) {
    return "// a stream of what arrives from now on; read it with: for await (const item of …) …   (Ctrl-C to stop)";
  }
  return isPromise(value) ? "// a promise; await it for its value" : undefined;
}

function isStream(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "ready" in value;
}

/** Formats an error in a line or two: the name, the code to match, the message, and the cause. */
export function formatFailure(error: unknown, colors: boolean): string {
  const paint = paintIf(colors);
  if (!isErrorLike(error)) return `${paint("red", "Thrown:")} ${formatValue(error, colors)}`;
  const code = error instanceof ChatError ? ` [${error.code}]` : "";
  const lines = [`${paint("red", `${sanitize(error.name)}${code}:`)} ${sanitize(error.message)}`];
  if (isErrorLike(error.cause) && error.cause.message) {
    lines.push(paint("dim", `  because: ${sanitize(error.cause.message)}`));
  }
  const [, command] = /^(help|exit|quit|rooms|watch|unwatch) is not defined/.exec(error.message) ?? [];
  if (command !== undefined) {
    lines.push(paint("dim", `  commands begin with a dot: .${command === "quit" ? "exit" : command}`));
  }
  const lazy = usedAsValue(error.message);
  if (lazy) lines.push(paint("dim", `  ${lazy} is a promise: write (await ${lazy}) for its value`));
  return lines.join("\n");
}

/** Errors from the REPL's context are not `instanceof` our `Error`. */
function isErrorLike(error: unknown): error is { name: string; message: string; cause?: unknown } {
  return (
    typeof error === "object" &&
    error !== null &&
    "name" in error &&
    typeof error.name === "string" &&
    "message" in error &&
    typeof error.message === "string"
  );
}

/** The lazy property that was used without `await`, if that explains a TypeError. */
function usedAsValue(message: string): string | undefined {
  const path = /^([\w$.]+\.(\w+))\.\w+ is not a function/.exec(message);
  const [, whole, name = ""] = path ?? [];
  const isLazy = [Room, User, Message].some(({ prototype }) => {
    const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    return getter !== undefined && !["peek", "site", "permalink", "isInRoom"].includes(name);
  });
  return isLazy ? whole : undefined;
}

/** A console that sanitizes its texts, which are mostly written by other people. */
export function sanitizedConsole(console: Console): Console {
  const safe: Console = Object.create(console);
  for (const name of ["log", "info", "debug", "warn", "error"] as const) {
    safe[name] = (...values: unknown[]) =>
      console[name](...values.map((value) => (typeof value === "string" ? sanitize(value) : value)));
  }
  return safe;
}
