/** Maps each command to its module, which is imported on demand. */

import type { CliContext } from "./context.js";
import { CliError, EXIT_CODES } from "./exit-codes.js";
import type { Flags } from "./table/arguments.js";

/** The `run` export of a command's module; resolves to the exit code. */
export type RunCommand = (context: CliContext, args: readonly string[], flags: Flags) => Promise<number>;

const COMMAND_FILES: Readonly<Record<string, () => Promise<{ readonly run: RunCommand }>>> = {
  login: () => import("./commands/login.js"),
  logout: () => import("./commands/logout.js"),
  whoami: () => import("./commands/whoami.js"),
  config: () => import("./commands/config.js"),
  rooms: () => import("./commands/rooms.js"),
  room: () => import("./commands/room.js"),
  users: () => import("./commands/users.js"),
  user: () => import("./commands/user.js"),
  search: () => import("./commands/search.js"),
  history: () => import("./commands/history.js"),
  tail: () => import("./tail/index.js"),
  transcript: () => import("./transcript/index.js"),
  send: () => import("./commands/send.js"),
  edit: () => import("./commands/edit.js"),
  delete: () => import("./commands/delete.js"),
  star: () => import("./commands/star.js"),
  pin: () => import("./commands/pin.js"),
  serve: () => import("./commands/serve.js"),
  demo: () => import("./commands/demo.js"),
  completion: () => import("./commands/completion.js"),
  repl: async () => {
    const { runRepl } = await import("./repl/index.js");
    return { run: (context) => runRepl(context) };
  },
  doctor: () => import("./commands/doctor.js"),
  cassette: () => import("./commands/cassette.js"),
  "new-bot": () => import("./new-bot/index.js"),
};

/** The names of the commands that have a module. */
export const LOADABLE: readonly string[] = Object.keys(COMMAND_FILES);

/** Loads a command. */
export async function loadCommand(name: string): Promise<RunCommand> {
  const file = COMMAND_FILES[name];
  if (!file) throw new CliError(`the command "${name}" is not implemented`, EXIT_CODES.failure);
  return (await file()).run;
}
