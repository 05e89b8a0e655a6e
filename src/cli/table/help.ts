/** The help, written from the table of commands. */

import { exitMeanings } from "../exit-codes.js";
import type { ArgumentSpec, CommandSpec, FlagSpec } from "./command-spec.js";
import { commonFlags, groups } from "./commands.js";

const width = 100;

/** The overview: every command with one line. */
export function overview(): string {
  const lists = groups.map(([title, commands]) => {
    const rows = commands.map((command): Row => [usageOf(command), command.summary]);
    return `${title}:\n${table(rows, 34)}`;
  });
  return `usage: chatexchange COMMAND [ARGUMENTS] [FLAGS]

${lists.join("\n\n")}

Flags of every command:
${flagTable(commonFlags)}

chatexchange COMMAND --help says more, with examples. Without an account: chatexchange demo, or any command with --local.
`;
}

/** All about one command. */
export function helpOf(command: CommandSpec): string {
  const parts = [
    `usage: chatexchange ${usageOf(command)}${command.flags.length > 0 ? " [FLAGS]" : ""}`,
    wrap(`${capital(command.summary)}.`, width),
    ...(command.details ?? []).map((text) => wrap(text, width)),
    ...(command.flags.length > 0 ? [`Flags:\n${flagTable(command.flags)}`] : []),
    `Flags of every command:\n${flagTable(commonFlags)}`,
    `Examples:\n${command.examples.map(([typed, about]) => `  ${typed}\n      ${about}`).join("\n")}`,
    ...(command.json ? [wrap(`Keys of --json: ${command.json.join(", ")}`, width)] : []),
    `Exit codes:\n${table(
      exitMeanings.map(([code, meaning]) => [String(code), meaning]),
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
      const about = wrap(right, width - column - 2).replaceAll("\n", `\n${" ".repeat(column + 2)}`);
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
