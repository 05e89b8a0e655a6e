/**
 * `chatexchange repl`: Node's REPL with a client. Input from a pipe is evaluated line by line, and only results are
 * printed.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type REPLServer, type ReplOptions, start } from "node:repl";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import * as api from "../../index.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { Commands } from "./commands.js";
import { installCompleter } from "./completer.js";
import { connectRepl, type ReplConnection } from "./connection.js";
import { Evaluation, MAX_SHOWN_ITEMS } from "./evaluation.js";
import { formatFailure, formatValue, type Paint, paintIf, sanitizedConsole } from "./format.js";
import { createGlobals, type ReplGlobals } from "./globals.js";
import { keepHistory } from "./history.js";
import { printAbove } from "./terminal.js";

/** The part of a command's context that the REPL needs. */
export type ReplContext = Pick<
  CliContext,
  "stdout" | "stderr" | "stdin" | "isTty" | "colors" | "columns" | "signal" | "settings" | "client"
>;

/** Runs the REPL; resolves to the exit code when it has ended and everything is closed. */
export async function runRepl(context: ReplContext): Promise<number> {
  let report = (error: unknown): void => tell(context, formatFailure(error, false));
  const connection = await connectRepl(context, (error) => report(error));
  try {
    const globals = await createGlobals(connection);
    const session = startSession(context, connection, globals);
    report = session.report;
    const giveBack = takeCtrlC(context);
    return await session.run().finally(giveBack);
  } finally {
    await connection.close();
  }
}

/**
 * In a terminal Ctrl-C is a key of the REPL. While code runs it is a signal, which must stop the code rather than the
 * process; Node does that if nothing else listens for it.
 */
function takeCtrlC({ stdin }: ReplContext): () => void {
  if (stdin !== process.stdin || !process.stdin.isTTY) return () => {};
  const listeners = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  return () => {
    for (const listener of listeners) process.on("SIGINT", listener);
  };
}

interface Session {
  readonly report: (error: unknown) => void;
  run(): Promise<number>;
}

/** Creates the REPL and everything around it. */
function startSession(context: ReplContext, connection: ReplConnection, globals: ReplGlobals): Session {
  const { stdin, stdout, colors, signal, settings } = context;
  const isInteractive = context.isTty && Reflect.get(stdin, "isTTY") === true;
  const paint = paintIf(colors);
  introduce(context, connection, globals, isInteractive);
  const piped = isInteractive ? undefined : new PassThrough();
  const server = startNode(context, piped ?? stdin, isInteractive, (error) => evaluation.handleError(error));
  const above = (text: string): void => printAbove(server, evaluation.isBusy, text);
  const report = (error: unknown): void => above(formatFailure(error, colors));
  const counts = { failures: 0 };
  const evaluation = new Evaluation(server, {
    ...reactions(context, connection, server, isInteractive),
    onFailure(error) {
      counts.failures += 1;
      (isInteractive ? stdout : context.stderr).write(`${formatFailure(error, colors)}\n`);
    },
    onBackgroundFailure: report,
  });
  installGlobals(server, globals);
  const chat = connection.client;
  const commands = new Commands({
    server,
    evaluation,
    chat,
    paint,
    colors,
    examples: examples(globals, connection),
    above,
    columns: () => context.columns,
  });
  installCompleter(server, {
    roomIds: () => commands.roomIds,
    watchedIds: () => commands.watchedIds,
    globals: Object.keys(globals.values),
  });
  return {
    report,
    async run() {
      const setUp = isInteractive ? keepHistory(server, settings.folder.value) : undefined;
      // On an interruption, do not wait for "exit", which Node emits only after the awaited promise settles. But wait
      // for the history: since Node 24 a REPL that is closed earlier never closes its history file.
      const over = once(server, "exit", { signal }).catch(async () => {
        await setUp;
        server.close();
      });
      const history = await setUp;
      if (history?.trouble !== undefined) above(history.trouble);
      if (piped) await feed(stdin, piped, server, evaluation, signal);
      await over;
      commands.close();
      await history?.written();
      if (signal.aborted) return EXIT_CODES.interrupted;
      return !isInteractive && counts.failures > 0 ? EXIT_CODES.failure : EXIT_CODES.success;
    },
  };
}

/** Starts Node's REPL. */
function startNode(
  { stdout, colors }: ReplContext,
  input: NodeJS.ReadableStream,
  isInteractive: boolean,
  handleError: (error: unknown) => "ignore",
): REPLServer {
  const options: ReplOptions & { handleError: typeof handleError } = {
    input,
    output: stdout,
    terminal: isInteractive,
    prompt: isInteractive ? "> " : "",
    useColors: colors,
    useGlobal: false,
    ignoreUndefined: true,
    // A preview would evaluate incomplete input, and with it make requests.
    preview: false,
    breakEvalOnSigint: isInteractive,
    writer: (value) => formatValue(value, colors),
    handleError,
  };
  const server = start(options);
  if (!isInteractive) server.displayPrompt = () => {};
  return server;
}

/** The notes that the REPL prints about promises, lists and Ctrl-C. Each is explained once. */
function reactions(
  { stdout, colors }: ReplContext,
  { client }: ReplConnection,
  server: REPLServer,
  isInteractive: boolean,
): Pick<ConstructorParameters<typeof Evaluation>[1], "onLeft" | "onNothing" | "onInterrupt"> {
  const paint = paintIf(colors);
  const explained = new Set<string>();
  const note = (text: string): void => {
    if (isInteractive) stdout.write(`${paint("dim", text)}\n`);
  };
  return {
    onLeft(kind, code) {
      if (explained.has(kind)) return;
      explained.add(kind);
      if (kind === "promise") note(`// this is a promise, awaited for you; in a program write: await ${oneLine(code)}`);
      else
        note(`// at most the first ${MAX_SHOWN_ITEMS}; for all of them: for await (const item of ${oneLine(code)}) …`);
    },
    onNothing: (isDone) => note(isDone ? "// done" : "// undefined"),
    onInterrupt() {
      const ended = api.Client.endStreamsOf(client);
      note(ended > 0 ? "// Ctrl-C: stopped listening" : "// Ctrl-C: stopped waiting; the action may still happen");
      server.clearBufferedCommand();
    },
  };
}

/** Adds the API, the globals, and the classes needed for `instanceof` to the REPL's global object. */
function installGlobals(server: REPLServer, { values }: ReplGlobals): void {
  const fill = (): void => {
    const { context } = server;
    Object.assign(context, { Date, Error, console: sanitizedConsole(context.console) }, api, values);
  };
  fill();
  server.on("reset", fill);
}

/** Passes on the lines of a pipe one by one, each after the one before is done. */
async function feed(
  from: NodeJS.ReadableStream,
  to: PassThrough,
  server: REPLServer,
  evaluation: Evaluation,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const line of createInterface({ input: from, signal })) {
      const read = once(server, "line", { signal });
      to.write(`${line}\n`);
      await read;
      await evaluation.idle();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  to.end();
}

/** Prints the banner: where the REPL is connected, and the globals. */
function introduce(
  context: ReplContext,
  { banner: told }: ReplConnection,
  globals: ReplGlobals,
  isInteractive: boolean,
): void {
  const { colors } = context;
  const paint: Paint = isInteractive ? paintIf(colors) : (_, text) => text;
  const lines = [...told, ...globals.failures.map((error) => formatFailure(error, isInteractive && colors))];
  if (isInteractive) {
    const names = Object.entries(globals.values);
    const width = Math.max(...names.map(([name]) => name.length));
    lines.push(
      "",
      ...names.map(([name, value]) => `  ${paint("bold", name.padEnd(width))}  ${inShort(value, colors)}`),
    );
    lines.push("", "Try:", ...suggestions(globals).map((line) => `  ${paint("cyan", line)}`));
    lines.push("", "Tab completes, .watch shows a room's events, .help shows more, Ctrl-D exits.", "");
  }
  tell(context, lines.join("\n"), isInteractive);
}

function tell({ stdout, stderr }: ReplContext, text: string, toStdout: boolean = false): void {
  (toStdout ? stdout : stderr).write(`${text}\n`);
}

/** Formats an object on one line, as it looks inside other objects. */
function inShort(value: object, colors: boolean): string {
  if (value.constructor.name === "ChatServer") return 'the local server: server.site.user("Alice").in(1).says("hi")';
  return inspect([value], { colors, depth: 3, breakLength: Number.POSITIVE_INFINITY, compact: true })
    .slice(1, -1)
    .trim();
}

/** Two lines to start with. */
function suggestions({ isLoggedIn, values }: ReplGlobals): string[] {
  const first = values.greeting ? "await greeting.textContent" : "await sandbox.description";
  return [first, isLoggedIn ? 'await sandbox.sendMessage("hello, world")' : "await sandbox.currentUsers()"];
}

/** The examples of `.help`. */
function examples(globals: ReplGlobals, { server }: ReplConnection): string[] {
  return [
    ...suggestions(globals),
    "for await (const message of sandbox.newMessages()) console.log(await message.textContent)",
    ...(server ? ['server.site.user("Alice").in(1).says("Hello from Alice")'] : []),
  ];
}
