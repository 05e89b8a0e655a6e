#!/usr/bin/env node
/** The command `chatexchange`. Each subcommand lives in a file of its own and is loaded only when asked for. */
import { parseArgs } from "node:util";

const usage = `usage: chatexchange COMMAND

  demo [--keep] [--port N]    a bot and a person in a local chat server, in this terminal;
                              with --keep the server stays up for your browser
  repl                        objects of the API to play with, on a local server if nothing is set up
  doctor [--json]             checks Node, config, login, pages and sockets, and says what to do
`;

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "demo") {
    const { values } = parseArgs({ args: rest, options: { keep: { type: "boolean" }, port: { type: "string" } } });
    const { runDemo } = await import("./demo.js");
    return runDemo({ keep: values.keep ?? false, port: Number(values.port ?? 0) });
  }
  if (command === "repl" || command === "doctor") {
    const { provisionalContext } = await import("./provisional-context.js");
    const context = provisionalContext(rest);
    if (command === "repl") return (await import("./repl/index.js")).runRepl(context);
    const { runDoctor } = await import("./doctor/index.js");
    return runDoctor(context).finally(async () => (await context.client()).logout({ drain: false }));
  }
  const wantsHelp = command === undefined || command === "help" || command === "--help";
  (wantsHelp ? process.stdout : process.stderr).write(
    wantsHelp ? usage : `chatexchange: unknown command "${command}"\n${usage}`,
  );
  return wantsHelp ? 0 : 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`chatexchange: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
