/** Runs a command line, from its arguments to the exit code; in a test or as the real process. */

import { fileReason } from "../storage/failures.js";
import type { CliContext, Terminal } from "./context.js";
import { EXIT_CODES } from "./exit-codes.js";
import { describeFailure } from "./failures.js";
import { loadCommand } from "./load-command.js";
import { readArguments } from "./table/arguments.js";

/** Why a run was aborted. */
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
      return EXIT_CODES.success;
    }
    const { makeContext } = await import("./make-context.js");
    context = makeContext(terminal, flags);
    const run = await loadCommand(command.name);
    code = await run(context, args, flags);
  } catch (error) {
    const { line, exitCode } = describeFailure(error, context?.settings);
    if (!signal.aborted) stderr.write(`chatexchange: ${line}\n`);
    code = exitCode;
  }
  await context?.close().catch((error: unknown) => {
    if (!signal.aborted) stderr.write(`chatexchange: ${describeFailure(error, context?.settings).line}\n`);
  });
  return signal.aborted ? codeOfEnding(signal.reason) : code;
}

function codeOfEnding(reason: unknown): number {
  if (reason === "broken pipe") return EXIT_CODES.success;
  return reason === "terminated" ? 143 : EXIT_CODES.interrupted;
}

/** How long an interrupted command may take to leave its rooms, in milliseconds. */
const GRACE_MS = 800;

/** Runs a command as this process. */
export async function runProcess(typed: readonly string[]): Promise<void> {
  const { stdout, stderr, stdin, env } = process;
  const ending = new AbortController();
  const end = (reason: Ending): void => {
    // A second signal exits at once; after the first, cleanup has a short time.
    if (ending.signal.aborted) process.exit(codeOfEnding(ending.signal.reason));
    setTimeout(() => process.exit(codeOfEnding(reason)), GRACE_MS).unref();
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
    stderr.write(`chatexchange: cannot write the output: ${fileReason(error) ?? error.message}\n`);
    process.exit(EXIT_CODES.failure);
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
  // An unread prompt or pipe must not keep the process alive.
  stdin.unref?.();
}
