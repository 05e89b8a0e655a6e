/**
 * `chatexchange repl`: Node's REPL with a client in it. What comes in over a pipe is evaluated line by line, and only
 * results are printed.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type REPLServer, type ReplOptions, start } from "node:repl";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import * as api from "../../index.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { Commands } from "./commands.js";
import { installCompleter } from "./completer.js";
import { Evaluation, shownItems } from "./evaluation.js";
import { type Grabs, grab } from "./grabs.js";
import { keepHistory } from "./history.js";
import { openPlace, type Place } from "./place.js";
import { harmlessConsole, type Paint, paintIf, shownFailure, shownValue } from "./shown.js";
import { printAbove } from "./terminal.js";

/** What the REPL needs of a command's context. */
export type ReplContext = Pick<
  CliContext,
  "stdout" | "stderr" | "stdin" | "isTty" | "colours" | "columns" | "signal" | "settings" | "client"
>;

/** Runs the REPL; resolves to the exit code when it has ended and everything is closed. */
export async function runRepl(context: ReplContext): Promise<number> {
  let report = (error: unknown): void => tell(context, shownFailure(error, false));
  const place = await openPlace(context, (error) => report(error));
  try {
    const grabs = await grab(place);
    const session = startSession(context, place, grabs);
    report = session.report;
    const giveBack = takeCtrlC(context);
    return await session.run().finally(giveBack);
  } finally {
    await place.close();
  }
}

/**
 * In a terminal Ctrl-C is a key of the REPL, but while code runs it is a signal, which is to end that code and not the
 * program: Node sees to it when nobody else listens.
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

/** The REPL with everything around it. */
function startSession(context: ReplContext, place: Place, grabs: Grabs): Session {
  const { stdin, stdout, colours, signal, settings } = context;
  const isInteractive = context.isTty && Reflect.get(stdin, "isTTY") === true;
  const paint = paintIf(colours);
  introduce(context, place, grabs, isInteractive);
  const piped = isInteractive ? undefined : new PassThrough();
  const server = startNode(context, piped ?? stdin, isInteractive, (error) => evaluation.handleError(error));
  const above = (text: string): void => printAbove(server, evaluation.isBusy, text);
  const report = (error: unknown): void => above(shownFailure(error, colours));
  const counts = { failures: 0 };
  const evaluation = new Evaluation(server, {
    ...reactions(context, place, server, isInteractive),
    onFailure(error) {
      counts.failures += 1;
      (isInteractive ? stdout : context.stderr).write(`${shownFailure(error, colours)}\n`);
    },
    onBackgroundFailure: report,
  });
  furnish(server, grabs);
  const chat = place.client;
  const commands = new Commands({
    server,
    evaluation,
    chat,
    paint,
    colours,
    examples: examples(grabs, place),
    above,
    columns: () => context.columns,
  });
  installCompleter(server, {
    roomIds: () => commands.roomIds,
    watchedIds: () => commands.watchedIds,
    grabs: Object.keys(grabs.values),
  });
  return {
    report,
    async run() {
      const setUp = isInteractive ? keepHistory(server, settings.folder.value) : undefined;
      // An interruption does not wait for "exit", which Node emits only when nothing is awaited at the prompt any more.
      // It does wait for the history: from Node 24 on a REPL closed before that never closes the file of its history.
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
      if (signal.aborted) return exitCodes.interrupted;
      return !isInteractive && counts.failures > 0 ? exitCodes.failure : exitCodes.success;
    },
  };
}

/** Node's own REPL. */
function startNode(
  { stdout, colours }: ReplContext,
  input: NodeJS.ReadableStream,
  isInteractive: boolean,
  handleError: (error: unknown) => "ignore",
): REPLServer {
  const options: ReplOptions & { handleError: typeof handleError } = {
    input,
    output: stdout,
    terminal: isInteractive,
    prompt: isInteractive ? "> " : "",
    useColors: colours,
    useGlobal: false,
    ignoreUndefined: true,
    // A preview would evaluate what is being typed, and with it make requests.
    preview: false,
    breakEvalOnSigint: isInteractive,
    writer: (value) => shownValue(value, colours),
    handleError,
  };
  const server = start(options);
  if (!isInteractive) server.displayPrompt = () => {};
  return server;
}

/** What the REPL says when a promise or a list was left at the prompt, and what Ctrl-C ends. Each is explained once. */
function reactions(
  { stdout, colours }: ReplContext,
  { client }: Place,
  server: REPLServer,
  isInteractive: boolean,
): Pick<ConstructorParameters<typeof Evaluation>[1], "onLeft" | "onNothing" | "onInterrupt"> {
  const paint = paintIf(colours);
  const explained = new Set<string>();
  const note = (text: string): void => {
    if (isInteractive) stdout.write(`${paint("dim", text)}\n`);
  };
  return {
    onLeft(kind, code) {
      if (explained.has(kind)) return;
      explained.add(kind);
      if (kind === "promise")
        note(`// that is a promise, awaited here for you; in a program write: await ${oneLine(code)}`);
      else note(`// the first ${shownItems} at most; for all of them: for await (const item of ${oneLine(code)}) …`);
    },
    onNothing: (isDone) => note(isDone ? "// done" : "// undefined"),
    onInterrupt() {
      const ended = api.Client.endStreamsOf(client);
      note(
        ended > 0
          ? "// Ctrl-C: stopped listening"
          : "// Ctrl-C: no longer waiting; what was asked for may still happen",
      );
      server.clearBufferedCommand();
    },
  };
}

/** Puts the API and the grabbed objects into the REPL's world, and the classes that are looked at by `instanceof`. */
function furnish(server: REPLServer, { values }: Grabs): void {
  const fill = (): void => {
    const { context } = server;
    Object.assign(context, { Date, Error, console: harmlessConsole(context.console) }, api, values);
  };
  fill();
  server.on("reset", fill);
}

/** Hands over the lines of a pipe one by one, each when the one before is through. */
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

/** Says where we are and what there is to play with. */
function introduce(context: ReplContext, { told }: Place, grabs: Grabs, isInteractive: boolean): void {
  const { colours } = context;
  const paint: Paint = isInteractive ? paintIf(colours) : (_, text) => text;
  const lines = [...told, ...grabs.failures.map((error) => shownFailure(error, isInteractive && colours))];
  if (isInteractive) {
    const names = Object.entries(grabs.values);
    const width = Math.max(...names.map(([name]) => name.length));
    lines.push(
      "",
      ...names.map(([name, value]) => `  ${paint("bold", name.padEnd(width))}  ${inShort(value, colours)}`),
    );
    lines.push("", "Try:", ...tries(grabs).map((line) => `  ${paint("cyan", line)}`));
    lines.push("", "Tab completes, .watch shows what is said in a room, .help tells more, Ctrl-D ends.", "");
  }
  tell(context, lines.join("\n"), isInteractive);
}

function tell({ stdout, stderr }: ReplContext, text: string, toStdout: boolean = false): void {
  (toStdout ? stdout : stderr).write(`${text}\n`);
}

/** An object in one line, as it looks inside of others. */
function inShort(value: object, colors: boolean): string {
  if (value.constructor.name === "ChatServer") return 'the local server: server.site.user("Alice").in(1).says("hi")';
  return inspect([value], { colors, depth: 3, breakLength: Number.POSITIVE_INFINITY, compact: true })
    .slice(1, -1)
    .trim();
}

/** Two lines to begin with. */
function tries({ isLoggedIn, values }: Grabs): string[] {
  const first = values.greeting ? "await greeting.textContent" : "await sandbox.description";
  return [first, isLoggedIn ? 'await sandbox.sendMessage("hello, world")' : "await sandbox.currentUsers()"];
}

/** What `.help` gives as examples. */
function examples(grabs: Grabs, { server }: Place): string[] {
  return [
    ...tries(grabs),
    "for await (const message of sandbox.newMessages()) console.log(await message.textContent)",
    ...(server ? ['server.site.user("Alice").in(1).says("Hello from Alice")'] : []),
  ];
}
