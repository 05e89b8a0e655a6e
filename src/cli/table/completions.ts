/** Generates completion scripts for bash, zsh and fish from the table of commands. */

import { usageError } from "./arguments.js";
import type { CommandSpec, FlagSpec } from "./command-spec.js";
import { COMMON_FLAGS, commands } from "./commands.js";

/** The script for a shell. @throws {CliError} for an unknown shell */
export function completionScript(shell: string): string {
  const writers: Readonly<Record<string, () => string>> = { bash, zsh, fish };
  const write = Object.hasOwn(writers, shell) ? writers[shell] : undefined;
  if (!write) throw usageError(`invalid SHELL "${shell}"; use bash, zsh or fish`);
  return write();
}

const flagsOf = (command: CommandSpec): readonly FlagSpec[] => [...command.flags, ...COMMON_FLAGS];
const SITES = ["so", "se", "meta", "local"];

function choicesOf({ name, choices }: FlagSpec): readonly string[] | undefined {
  return name === "site" ? SITES : choices;
}

/** Flags whose value is a file. */
const isFile = ({ value }: FlagSpec): boolean => value === "FILE";

function bash(): string {
  const cases = commands.map((command) => {
    const words = flagsOf(command).map(({ name }) => `--${name}`);
    const choices = command.arguments.flatMap((argument) => argument.choices ?? []);
    return `    ${command.name}) words="${[...words, ...choices].join(" ")}" ;;`;
  });
  const valued = new Map<string, string>();
  for (const flag of commands.flatMap(flagsOf)) {
    const choices = choicesOf(flag);
    if (choices)
      valued.set(
        flag.name,
        `    --${flag.name}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word")); return ;;`,
      );
    else if (isFile(flag)) valued.set(flag.name, `    --${flag.name}) COMPREPLY=($(compgen -f -- "$word")); return ;;`);
    else if (flag.value !== undefined) valued.set(flag.name, `    --${flag.name}) return ;;`);
  }
  return `# bash completion for chatexchange: eval "$(chatexchange completion bash)"
_chatexchange() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in -*) ;; *) command="\${COMP_WORDS[at]}"; break ;; esac
  done
  case "$before" in
${[...valued.values()].join("\n")}
  esac
  case "$command" in
    "") words="${commands.map(({ name }) => name).join(" ")} help --help --version" ;;
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _chatexchange chatexchange
`;
}

function zsh(): string {
  const names = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map((command) => {
    const flags = flagsOf(command).map((flag) => `      '${zshFlag(flag)}'`);
    const rest = command.arguments.map(
      ({ name, many, choices }) => `      '${many ? "*" : ""}:${name}:${choices ? `(${choices.join(" ")})` : ""}'`,
    );
    return `    ${command.name}) _arguments \\\n${[...flags, ...rest].join(" \\\n")} ;;`;
  });
  return `#compdef chatexchange
# zsh completion for chatexchange: eval "$(chatexchange completion zsh)"
_chatexchange() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _chatexchange chatexchange
`;
}

function zshFlag(flag: FlagSpec): string {
  const about = `[${quoted(flag.about).replace(/[[\]]/g, "\\$&")}]`;
  const choices = choicesOf(flag);
  if (choices) return `--${flag.name}=${about}:${flag.name}:(${choices.join(" ")})`;
  if (isFile(flag)) return `--${flag.name}=${about}:file:_files`;
  return flag.value === undefined ? `--${flag.name}${about}` : `--${flag.name}=${about}:${flag.value}:`;
}

function fish(): string {
  const lines = commands.flatMap((command) => {
    const seen = `-n '__fish_seen_subcommand_from ${command.name}'`;
    const name = `complete -c chatexchange -n __fish_use_subcommand -f -a ${command.name} -d '${quoted(command.summary)}'`;
    const flags = command.flags.map((flag) => `complete -c chatexchange ${seen} ${fishFlag(flag)}`);
    const choices = command.arguments.flatMap((argument) => argument.choices ?? []);
    return [
      name,
      ...flags,
      ...(choices.length > 0 ? [`complete -c chatexchange ${seen} -f -a '${choices.join(" ")}'`] : []),
    ];
  });
  const common = COMMON_FLAGS.map((flag) => `complete -c chatexchange ${fishFlag(flag)}`);
  return `# fish completion for chatexchange: chatexchange completion fish | source\n${[...lines, ...common].join("\n")}\n`;
}

function fishFlag(flag: FlagSpec): string {
  const choices = choicesOf(flag);
  const value = choices
    ? ` -x -a '${choices.join(" ")}'`
    : isFile(flag)
      ? " -r"
      : flag.value === undefined
        ? ""
        : " -x";
  return `${flag.short ? `-s ${flag.short} ` : ""}-l ${flag.name}${value} -d '${quoted(flag.about)}'`;
}

/** Makes a text safe inside single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "").replaceAll(":", "");
}
