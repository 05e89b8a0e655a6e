/** Which file is behind which command; each is loaded when it is asked for. */

import type { CliContext } from "./context.js";
import { CliError, exitCodes } from "./exit-codes.js";
import type { Flags } from "./table/arguments.js";

/** What the file of a command exports as `run`; resolves to the exit code. */
export type RunCommand = (context: CliContext, args: readonly string[], flags: Flags) => Promise<number>;

const files: Readonly<Record<string, () => Promise<{ readonly run: RunCommand }>>> = {
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
};

/** The names of the commands that have a file. */
export const loadable: readonly string[] = Object.keys(files);

/** Loads a command. */
export async function loadCommand(name: string): Promise<RunCommand> {
  const file = files[name];
  if (!file) throw new CliError(`the command "${name}" has no program`, exitCodes.failure);
  return (await file()).run;
}
