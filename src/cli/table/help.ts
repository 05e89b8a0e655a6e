/** Generates the help from the table of commands. */

import { EXIT_MEANINGS } from "../exit-codes.js";
import type { ArgumentSpec, CommandSpec, FlagSpec } from "./command-spec.js";
import { COMMAND_GROUPS, COMMON_FLAGS } from "./commands.js";

const WIDTH = 100;

/** The overview: every command on one line. */
export function overview(): string {
  const lists = COMMAND_GROUPS.map(([title, commands]) => {
    const rows = commands.map((command): Row => [usageOf(command), command.summary]);
    return `${title}:\n${table(rows, 34)}`;
  });
  return `usage: chatexchange COMMAND [ARGUMENTS] [FLAGS]

${lists.join("\n\n")}

Flags of every command:
${flagTable(COMMON_FLAGS)}

Run chatexchange COMMAND --help for details and examples. To try it without an account: chatexchange demo, or any command with --local.
`;
}

/** The help of one command. */
export function helpOf(command: CommandSpec): string {
  const parts = [
    `usage: chatexchange ${usageOf(command)}${command.flags.length > 0 ? " [FLAGS]" : ""}`,
    wrap(`${capital(command.summary)}.`, WIDTH),
    ...(command.details ?? []).map((text) => wrap(text, WIDTH)),
    ...(command.flags.length > 0 ? [`Flags:\n${flagTable(command.flags)}`] : []),
    `Flags of every command:\n${flagTable(COMMON_FLAGS)}`,
    `Examples:\n${command.examples.map(([typed, about]) => `  ${typed}\n      ${about}`).join("\n")}`,
    ...(command.json ? [wrap(`Keys of --json: ${command.json.join(", ")}`, WIDTH)] : []),
    `Exit codes:\n${table(
      EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
      5,
    )}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** A command with its arguments, such as `send ROOM TEXT...`. */
export function usageOf(command: CommandSpec): string {
  return [command.name, ...command.arguments.map(argumentText)].join(" ");
}

function argumentText({ name, optional, many, choices }: ArgumentSpec): string {
  const text = `${choices && !optional ? choices.join("|") : name}${many ? "..." : ""}`;
  return optional ? `[${text}]` : text;
}

/** A flag as it is typed, such as `-f, --follow`. */
export function flagText({ name, short, value, choices }: FlagSpec): string {
  const shown = choices ? choices.join("|") : value;
  return `${short ? `-${short}, ` : ""}--${name}${shown === undefined ? "" : ` ${shown}`}`;
}

type Row = readonly [left: string, right: string];

function flagTable(flags: readonly FlagSpec[]): string {
  const rows = flags.map((flag): Row => [flagText(flag), flag.about]);
  return table(rows, Math.min(26, Math.max(...rows.map(([left]) => left.length)) + 2));
}

function table(rows: readonly Row[], column: number): string {
  return rows
    .map(([left, right]) => {
      const about = wrap(right, WIDTH - column - 2).replaceAll("\n", `\n${" ".repeat(column + 2)}`);
      const gap = left.length < column ? " ".repeat(column - left.length) : `\n${" ".repeat(column + 2)}`;
      return `  ${left}${gap}${about}`;
    })
    .join("\n");
}

function wrap(text: string, columns: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
