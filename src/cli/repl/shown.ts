/** How the REPL shows values and failures: what is known, in a few lines, and nothing that moves the cursor. */
import { inspect, styleText } from "node:util";
import { isPromise } from "node:util/types";
import { ChatError, Message, Room, User } from "../../index.js";
import { escapeSigns, harmless } from "../output/text.js";
import { isGenerator } from "./evaluation.js";

/** A text in a style, or plain. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Paints, or does not. */
export function paintIf(colours: boolean): Paint {
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}

/** A value as the REPL shows it. */
export function shownValue(value: unknown, colours: boolean): string {
  const options = { colors: colours, depth: 3, breakLength: process.stdout.columns ?? 100, maxArrayLength: 50 };
  const text = escapeSigns(inspect(value, options));
  const note = noteOn(value);
  return note === undefined ? text : `${text}\n${paintIf(colours)("dim", note)}`;
}

/** What to do with a value that says little by itself. */
function noteOn(value: unknown): string | undefined {
  const isEntity = value instanceof Room || value instanceof User || value instanceof Message;
  if (isEntity && Object.keys(value.peek).length === 0) {
    const example = value instanceof Message ? "content" : "name";
    return `// nothing is known of it yet; await its properties, such as (await _.${example})`;
  }
  if (isGenerator(value)) return "// a list that comes page by page; read it with: for await (const item of …) …";
  if (isStream(value)) {
    return "// what comes from now on waits here; read it with: for await (const item of …) …   (Ctrl-C ends that)";
  }
  return isPromise(value) ? "// a promise; await it for its value" : undefined;
}

function isStream(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "ready" in value;
}

/** A failure in a line or two: the name, the code to match, the message, and where it came from. */
export function shownFailure(error: unknown, colours: boolean): string {
  const paint = paintIf(colours);
  if (!isErrorLike(error)) return `${paint("red", "Thrown:")} ${shownValue(error, colours)}`;
  const code = error instanceof ChatError ? ` [${error.code}]` : "";
  const lines = [`${paint("red", `${harmless(error.name)}${code}:`)} ${harmless(error.message)}`];
  if (isErrorLike(error.cause) && error.cause.message) {
    lines.push(paint("dim", `  because: ${harmless(error.cause.message)}`));
  }
  const [, command] = /^(help|exit|quit|rooms|watch|unwatch) is not defined/.exec(error.message) ?? [];
  if (command !== undefined) {
    lines.push(paint("dim", `  commands begin with a dot: .${command === "quit" ? "exit" : command}`));
  }
  const lazy = usedAsValue(error.message);
  if (lazy) lines.push(paint("dim", `  ${lazy} is a promise: write (await ${lazy}) for its value`));
  return lines.join("\n");
}

/** Errors of the REPL's own world are no `instanceof Error` of ours. */
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

/** The lazy value that somebody used without `await`, when that is what a TypeError is about. */
function usedAsValue(message: string): string | undefined {
  const path = /^([\w$.]+\.(\w+))\.\w+ is not a function/.exec(message);
  const [, whole, name = ""] = path ?? [];
  const isLazy = [Room, User, Message].some(({ prototype }) => {
    const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    return getter !== undefined && !["peek", "site", "permalink", "isInRoom"].includes(name);
  });
  return isLazy ? whole : undefined;
}

/** A console whose texts command no terminal: they are mostly what other people wrote. */
export function harmlessConsole(console: Console): Console {
  const safe: Console = Object.create(console);
  for (const name of ["log", "info", "debug", "warn", "error"] as const) {
    safe[name] = (...values: unknown[]) =>
      console[name](...values.map((value) => (typeof value === "string" ? harmless(value) : value)));
  }
  return safe;
}
