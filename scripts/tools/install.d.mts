/** The path of a command of a set of tools that is installed already; undefined otherwise. */
export function installedCommand(name: string, command: string): string | undefined;
