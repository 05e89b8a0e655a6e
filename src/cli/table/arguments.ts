/** From what was typed to a command with its arguments and flags, by the table. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CliError, exitCodes } from "../exit-codes.js";
import type { CommandSpec } from "./command-spec.js";
import { commandOf, commands, commonFlags } from "./commands.js";

/** The flags that were given, by name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What was typed. */
export interface Invocation {
  readonly command: CommandSpec;
  readonly args: readonly string[];
  readonly flags: Flags;
}

/**
 * Reads a command line.
 * @throws {CliError} for an unknown command or flag, and for arguments that are missing or too many
 */
export function readArguments(typed: readonly string[]): Invocation {
  const at = typed.findIndex((word, index) => !word.startsWith("-") && !isValue(typed[index - 1]));
  const name = typed[at];
  const command = name === undefined ? undefined : commandOf(name);
  if (!command) {
    if (name === undefined) throw usage(`which command? chatexchange --help lists them`);
    throw usage(`there is no command "${name}"${suggestion(name)}; chatexchange --help lists them`);
  }
  const { positionals, values } = parse(command, [...typed.slice(0, at), ...typed.slice(at + 1)]);
  if (values.help !== true) checkCount(command, positionals);
  return { command, args: positionals, flags: values };
}

/** Whether behind this word stands its value: flags of every command may come before the command. */
function isValue(before: string | undefined): boolean {
  return commonFlags.some(({ name, value }) => value !== undefined && before === `--${name}`);
}

/** @throws {CliError} when it was given and is no whole number from `least` up */
export function countFlag(flags: Flags, name: string, least: number): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least)
    throw usage(`--${name} takes a whole number from ${least} up, not "${text}"`);
  return count;
}

/** The value of a flag, if it was given. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** @throws {CliError} for what is no id, such as that of a room; also reads a link to it */
export function idOf(what: "room" | "user" | "message", text: string | undefined): number {
  const link = { room: /\/rooms\/(\d+)/, user: /\/users\/(-?\d+)/, message: /\/transcript\/message\/(\d+)|#(\d+)$/ };
  const match = link[what].exec(text ?? "");
  const digits = match?.[1] ?? match?.[2] ?? text ?? "";
  const id = Number(digits);
  if (!/^-?\d+$/.test(digits) || !Number.isSafeInteger(id) || id === 0 || (id < 0 && what !== "user"))
    throw usage(`"${text}" is no ${what} id; give a number, or the address of the ${what}`);
  return id;
}

/** What was typed makes no sense. */
export function usage(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}

function parse(command: CommandSpec, words: string[]): { positionals: string[]; values: Flags } {
  const specs = [...command.flags, ...commonFlags];
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const { name, short, value, choices } of specs) {
    const type = value === undefined && !choices ? ("boolean" as const) : ("string" as const);
    options[name] = short ? { type, short } : { type };
  }
  try {
    // A negative number is an id, not a flag: a space in front tells the parser.
    const args = words.map((word) => (/^-\d+$/.test(word) ? ` ${word}` : word));
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    const flags: Record<string, string | boolean> = {};
    for (const { name, choices } of specs) {
      const value = values[name];
      if (typeof value === "boolean") flags[name] = value;
      if (typeof value !== "string") continue;
      flags[name] = asTyped(value);
      if (choices && !choices.includes(value)) throw usage(`--${name} is ${choices.join(" or ")}, not "${value}"`);
    }
    return { positionals: positionals.map(asTyped), values: flags };
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    const unknown = /Unknown option '(--?[^']+)'/.exec(error.message)?.[1];
    const [reason = ""] = error.message.split(/\.\s/);
    throw usage(
      `${unknown ? `${command.name} has no flag ${unknown}` : reason.replace(/\s+/g, " ")}; see chatexchange ${command.name} --help`,
    );
  }
}

/** A word without the space that was put in front of a negative number. */
function asTyped(word: string): string {
  return word.replace(/^ (?=-\d+$)/, "");
}

function checkCount(command: CommandSpec, given: readonly string[]): void {
  const required = command.arguments.filter(({ optional }) => !optional);
  const missing = required[given.length];
  if (missing) throw usage(`${command.name} needs ${missing.name}; see chatexchange ${command.name} --help`);
  const isOpen = command.arguments.some(({ many }) => many);
  const extra = given[command.arguments.length];
  if (!isOpen && extra !== undefined)
    throw usage(`${command.name} takes no "${extra}"; see chatexchange ${command.name} --help`);
  for (const [at, { name, choices }] of command.arguments.entries()) {
    const value = given[at];
    if (choices && value !== undefined && !choices.includes(value))
      throw usage(`${name} is ${choices.join(" or ")}, not "${value}"`);
  }
}

function suggestion(name: string): string {
  const near = commands.find((command) => command.name.startsWith(name) || distance(command.name, name) <= 2);
  return near ? `, but "${near.name}"` : "";
}

/** How many letters must change to make one word of the other. */
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
