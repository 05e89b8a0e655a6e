/** The options that plugins have in common: names and conditions of their commands, and their texts. */
import { UsageError } from "../../index.js";
import { checkNonEmptyText, checkOptions, previewValue } from "../../util/options.js";
import { type CommandOptions, type Need, readNeeds } from "../handler-options.js";

/** A command of a plugin: its name, or more about it, or false to leave it out. */
export type CommandChoice =
  | string
  | false
  | {
      /** The name; aliases follow after `|`. */
      readonly name?: string;
      /** The condition on the person; of a list, one is enough. */
      readonly needs?: Need | readonly Need[];
      /** The line in the help. */
      readonly about?: string;
    };

/** A command that was chosen: the start of its pattern, and its options. */
export interface ChosenCommand {
  readonly name: string;
  readonly options: Pick<CommandOptions, "about" | "details" | "needs">;
}

/**
 * The commands of a plugin by their usual names; undefined for those left out.
 * @param where - the name of the options, for errors
 * @param usual - the options of each command
 * @throws {BAD_ARGUMENT}
 */
export function chooseCommands<K extends string>(
  where: string,
  given: { readonly [N in K]?: CommandChoice } | undefined,
  usual: { readonly [N in K]: ChosenCommand["options"] },
): { readonly [N in K]: ChosenCommand | undefined } {
  const names = Object.keys(usual) as K[];
  checkOptions(where, given, names);
  const chosen = names.map((name) => {
    const choice = chooseCommand(`${where}.${name}`, given?.[name] ?? name);
    return [name, choice && { name: choice.name ?? name, options: { ...usual[name], ...choice.options } }];
  });
  return Object.fromEntries(chosen) as { readonly [N in K]: ChosenCommand | undefined };
}

function chooseCommand(
  what: string,
  choice: CommandChoice,
): { readonly name: string | undefined; readonly options: ChosenCommand["options"] } | undefined {
  if (choice === false) return undefined;
  if (typeof choice !== "string" && (typeof choice !== "object" || choice === null))
    throw new UsageError(`${what} must be a name, { name, needs, about } or false, not ${previewValue(choice)}`);
  const { name, ...options } = typeof choice === "string" ? { name: choice } : choice;
  checkOptions(what, options, ["needs", "about"]);
  readNeeds(options.needs);
  if (name !== undefined) checkNonEmptyText(`${what}.name`, name);
  return { name, options };
}

/** The texts of a plugin, some of them replaced. @throws {BAD_ARGUMENT} for a text that it does not have */
export function chooseTexts<T extends object>(plugin: string, usual: T, given: Partial<T> | undefined): T {
  checkOptions(`${plugin}.texts`, given, Object.keys(usual));
  return { ...usual, ...given };
}
