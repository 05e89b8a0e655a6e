/** One run of the command line, from what was typed to the exit code; and the same for the real process. */

import { fileReason } from "../storage/failures.js";
import type { CliContext, Terminal } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { tell } from "./failures.js";
import { loadCommand } from "./load-command.js";
import { readArguments } from "./table/arguments.js";

/** Why a run was ended from outside. */
export type Ending = "interrupted" | "terminated" | "broken pipe";

/** Runs a command; resolves to the exit code, and never rejects. */
export async function runCli(typed: readonly string[], terminal: Terminal): Promise<number> {
  const { signal, stderr } = terminal;
  let context: (CliContext & { close(): Promise<void> }) | undefined;
  let code: number;
  try {
    const { command, args, flags } = readArguments(typed);
    if (flags.help === true) {
      const { helpOf } = await import("./table/help.js");
      terminal.stdout.write(helpOf(command));
      return exitCodes.success;
    }
    const { makeContext } = await import("./make-context.js");
    context = makeContext(terminal, flags);
    const run = await loadCommand(command.name);
    code = await run(context, args, flags);
  } catch (error) {
    const { line, exitCode } = tell(error, context?.settings);
    if (!signal.aborted) stderr.write(`chatexchange: ${line}\n`);
    code = exitCode;
  }
  await context?.close().catch((error: unknown) => {
    if (!signal.aborted) stderr.write(`chatexchange: ${tell(error, context?.settings).line}\n`);
  });
  return signal.aborted ? codeOfEnding(signal.reason) : code;
}

function codeOfEnding(reason: unknown): number {
  if (reason === "broken pipe") return exitCodes.success;
  return reason === "terminated" ? 143 : exitCodes.interrupted;
}

/** So long an interrupted command may take to leave its rooms, in milliseconds. */
const graceMs = 800;

/** Runs a command as this process. */
export async function runProcess(typed: readonly string[]): Promise<void> {
  const { stdout, stderr, stdin, env } = process;
  const ending = new AbortController();
  const end = (reason: Ending): void => {
    // The second time at once; the first time as soon as everything is put away, but not much later.
    if (ending.signal.aborted) process.exit(codeOfEnding(ending.signal.reason));
    setTimeout(() => process.exit(codeOfEnding(reason)), graceMs).unref();
    ending.abort(reason);
  };
  process.on("SIGINT", () => end("interrupted"));
  process.on("SIGTERM", () => end("terminated"));
  process.on("SIGHUP", () => end("terminated"));
  stderr.on("error", () => {});
  stdout.on("error", (error) => {
    if ("code" in error && error.code === "EPIPE") {
      if (!ending.signal.aborted) end("broken pipe");
      return;
    }
    stderr.write(`chatexchange: can not write the output: ${fileReason(error) ?? error.message}\n`);
    process.exit(exitCodes.failure);
  });
  process.exitCode = await runCli(typed, {
    stdout,
    stderr,
    stdin,
    env,
    tty: { stdout: stdout.isTTY === true, stderr: stderr.isTTY === true, stdin: stdin.isTTY === true },
    get columns() {
      return stdout.columns ?? (Number(env.COLUMNS) || 80);
    },
    signal: ending.signal,
  });
  // A prompt or a pipe that nobody reads any more must not keep the process.
  stdin.unref?.();
}
