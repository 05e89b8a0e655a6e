/** Parses a command line to a command with its arguments and flags, by the table of commands. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import type { CommandSpec } from "./command-spec.js";
import { COMMON_FLAGS, commandOf, commands } from "./commands.js";

/** The given flags, by name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** A parsed command line. */
export interface Invocation {
  readonly command: CommandSpec;
  readonly args: readonly string[];
  readonly flags: Flags;
}

/**
 * Parses a command line.
 * @throws {CliError} for an unknown command or flag, and for missing or extra arguments
 */
export function readArguments(typed: readonly string[]): Invocation {
  const at = typed.findIndex((word, index) => !word.startsWith("-") && !isValue(typed[index - 1]));
  const name = typed[at];
  const command = name === undefined ? undefined : commandOf(name);
  if (!command) {
    if (name === undefined) throw usageError(`no command given; see chatexchange --help`);
    throw usageError(`unknown command "${name}"; ${suggestion(name)}`);
  }
  const { positionals, values } = parse(command, [...typed.slice(0, at), ...typed.slice(at + 1)]);
  if (values.help !== true) checkCount(command, positionals);
  return { command, args: positionals, flags: values };
}

/** Whether the next word is the value of this one: flags of every command may come before the command. */
function isValue(before: string | undefined): boolean {
  return COMMON_FLAGS.some(({ name, value }) => value !== undefined && before === `--${name}`);
}

/** The value of a numeric flag. @throws {CliError} when it is not an integer of at least `least` */
export function countFlag(flags: Flags, name: string, least: number): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least)
    throw usageError(`invalid --${name} "${text}"; use an integer of at least ${least}`);
  return count;
}

/** The value of a flag, if it was given. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** Parses the id of a room, user or message, or a link to it. @throws {CliError} for anything else */
export function parseId(what: "room" | "user" | "message", text: string | undefined): number {
  const link = { room: /\/rooms\/(\d+)/, user: /\/users\/(-?\d+)/, message: /\/transcript\/message\/(\d+)|#(\d+)$/ };
  const match = link[what].exec(text ?? "");
  const digits = match?.[1] ?? match?.[2] ?? text ?? "";
  const id = Number(digits);
  if (!/^-?\d+$/.test(digits) || !Number.isSafeInteger(id) || id === 0 || (id < 0 && what !== "user"))
    throw usageError(`invalid ${what} id "${text}"; use a number or the URL of the ${what}`);
  return id;
}

/** A usage error. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT_CODES.usage);
}

function parse(command: CommandSpec, words: string[]): { positionals: string[]; values: Flags } {
  const specs = [...command.flags, ...COMMON_FLAGS];
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const { name, short, value, choices } of specs) {
    const type = value === undefined && !choices ? ("boolean" as const) : ("string" as const);
    options[name] = short ? { type, short } : { type };
  }
  try {
    // A negative number is an id, not a flag; a leading space tells the parser so.
    const args = words.map((word) => (/^-\d+$/.test(word) ? ` ${word}` : word));
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    const flags: Record<string, string | boolean> = {};
    for (const { name, choices } of specs) {
      const value = values[name];
      if (typeof value === "boolean") flags[name] = value;
      if (typeof value !== "string") continue;
      flags[name] = asTyped(value);
      if (choices && !choices.includes(value))
        throw usageError(`invalid --${name} "${value}"; use ${choices.join(" or ")}`);
    }
    return { positionals: positionals.map(asTyped), values: flags };
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    const unknown = /Unknown option '(--?[^']+)'/.exec(error.message)?.[1];
    const [reason = ""] = error.message.split(/\.\s/);
    throw usageError(
      `${unknown ? `unknown flag ${unknown}` : reason.replace(/\s+/g, " ")}; see chatexchange ${command.name} --help`,
    );
  }
}

/** Removes the space that was put before a negative number. */
function asTyped(word: string): string {
  return word.replace(/^ (?=-\d+$)/, "");
}

function checkCount(command: CommandSpec, given: readonly string[]): void {
  const required = command.arguments.filter(({ optional }) => !optional);
  const missing = required[given.length];
  if (missing) throw usageError(`missing argument ${missing.name}; see chatexchange ${command.name} --help`);
  const isOpen = command.arguments.some(({ many }) => many);
  const extra = given[command.arguments.length];
  if (!isOpen && extra !== undefined)
    throw usageError(`unexpected argument "${extra}"; see chatexchange ${command.name} --help`);
  for (const [at, { name, choices }] of command.arguments.entries()) {
    const value = given[at];
    if (choices && value !== undefined && !choices.includes(value))
      throw usageError(`invalid ${name} "${value}"; use ${choices.join(" or ")}`);
  }
}

function suggestion(name: string): string {
  const near = commands.find((command) => command.name.startsWith(name) || distance(command.name, name) <= 2);
  return near ? `did you mean "${near.name}"?` : "see chatexchange --help";
}

/** The edit distance of two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
