/** The path of a command of an installed set of tools; undefined if it is not installed. */
export function installedCommand(name: string, command: string): string | undefined;
