/**
 * How the REPL evaluates a line, on top of Node's own way: a promise left at the prompt is awaited, a list that comes
 * page by page shows its first items, failures are told in a line, and Ctrl-C gives up waiting.
 */
import { EventEmitter } from "node:events";
import { type REPLEval, type REPLServer, Recoverable } from "node:repl";
import { isPromise } from "node:util/types";
import { isRecord } from "../../protocol/values.js";
import { withTopLevelAwait } from "./top-level-await.js";

/** Under this name the REPL's code finds what is to be awaited. */
const pendingKey = Symbol.for("chatexchange.repl.pending");
const awaitPending = 'await globalThis[Symbol.for("chatexchange.repl.pending")]\n';

/** How many items of a list left at the prompt are shown. */
export const shownItems = 5;

/** What an evaluation tells about. */
export interface EvaluationOptions {
  /** A line of code failed. */
  readonly onFailure: (error: unknown) => void;
  /** Something in the background failed, such as a timer. */
  readonly onBackgroundFailure: (error: unknown) => void;
  /** Ctrl-C while something was awaited. */
  readonly onInterrupt: () => void;
  /** A promise was left at the prompt, or a list, and this is the code; what is answered is shown below the value. */
  readonly onLeft: (kind: "promise" | "list", code: string) => void;
  /** A line came to nothing: a call did what it does, or else there is no such value. */
  readonly onNothing: (isDone: boolean) => void;
}

type Callback = Parameters<REPLEval>[3];

/** Stands between a REPL and its `eval`. */
export class Evaluation {
  readonly #server: REPLServer;
  readonly #options: EvaluationOptions;
  readonly #run: REPLEval;
  #isBusy = false;
  #waiting: (() => void)[] = [];
  /** The error that the process is handing to the REPL because nothing caught it. */
  #uncaught: { readonly error: unknown } | undefined;

  constructor(server: REPLServer, options: EvaluationOptions) {
    this.#server = server;
    this.#options = options;
    this.#run = withTopLevelAwait(server.eval);
    Reflect.set(server, "eval", (...[code, context, file, done]: Parameters<REPLEval>) => {
      this.#start();
      this.#run.call(server, code, context, file, (error, value) => this.#settle(code, error, value, done));
    });
    this.#takeOverFailures();
  }

  /**
   * Handles an error that Node's REPL reports instead of passing it to the callback of `eval`: since Node 26 every failed
   * line, and every error that nothing caught. Only the latter is announced by `uncaughtExceptionMonitor`.
   */
  handleError(error: unknown): "ignore" {
    const isUncaught = this.#uncaught !== undefined && Object.is(this.#uncaught.error, error);
    this.#uncaught = undefined;
    if (isUncaught) this.#options.onBackgroundFailure(error);
    else this.#fail(error);
    return "ignore";
  }

  /** Whether a line is being evaluated; there is no prompt then. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Resolves when no line is being evaluated. */
  async idle(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Waits for a command of the REPL as for code: keys wait, and Ctrl-C gives up. */
  waitFor(work: () => Promise<void>): void {
    this.#start();
    this.#await(work(), () => {
      this.#end();
      this.#server.displayPrompt();
    });
  }

  #settle(code: string, error: Error | null, value: unknown, done: Callback): void {
    if (error instanceof Recoverable) {
      this.#end();
      done(error, undefined);
      return;
    }
    if (error) {
      this.#fail(error);
      return;
    }
    const left = leftAtPrompt(code, value);
    if (!left) {
      this.#show(code, value, done);
      return;
    }
    this.#await(left.promise, (result) => {
      if (result !== undefined) this.#options.onLeft(left.kind, code.trim());
      this.#show(code, result, done);
    });
  }

  /** Awaits in the REPL's own way, which knows what to do with keys in the meantime. */
  #await(promise: Promise<unknown>, done: (value: unknown) => void): void {
    const { context } = this.#server;
    Object.defineProperty(context, pendingKey, { value: promise, configurable: true, enumerable: false });
    this.#run.call(this.#server, awaitPending, context, "REPL", (error, value) => {
      if (error) this.#fail(error);
      else done(value);
    });
  }

  #show(code: string, value: unknown, done: Callback): void {
    this.#end();
    if (value === undefined && wantsAnswer(code)) this.#options.onNothing(code.includes("("));
    done(null, value);
  }

  #start(): void {
    this.#isBusy = true;
  }

  #end(): void {
    this.#isBusy = false;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #fail(error: unknown): void {
    const isInterrupt = isRecord(error) && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
    if (isInterrupt) this.#options.onInterrupt();
    else this.#options.onFailure(error);
    Reflect.set(this.#server, "lastError", error);
    this.#server.clearBufferedCommand();
    this.#end();
    this.#server.displayPrompt();
  }

  /**
   * Up to Node 25 a failed line goes to a domain of the REPL, which would print a stack of the REPL's internals. From
   * Node 26 on there is no domain, and {@link Evaluation.handleError} is called.
   */
  #takeOverFailures(): void {
    const note = (error: unknown): void => {
      this.#uncaught = { error };
    };
    process.on("uncaughtExceptionMonitor", note);
    this.#server.once("exit", () => process.removeListener("uncaughtExceptionMonitor", note));
    const domain: unknown = Reflect.get(this.#server, "_domain");
    if (!(domain instanceof EventEmitter)) return;
    domain.removeAllListeners("error");
    domain.on("error", (error: unknown) => {
      if (isRecord(error) && error.domainThrown) this.#options.onBackgroundFailure(error);
      else this.#fail(error);
    });
  }
}

/** What a line came to, if it has to be awaited first. */
function leftAtPrompt(
  code: string,
  value: unknown,
): { readonly kind: "promise" | "list"; readonly promise: Promise<unknown> } | undefined {
  if (isPromise(value)) return { kind: "promise", promise: value };
  // What has a name may be wanted later; only what was made in this line is read.
  if (isGenerator(value) && code.includes("(")) return { kind: "list", promise: firstOf(value, shownItems) };
  return undefined;
}

/** Whether a value is what an `async function*` gives: the lists of the API, but not its live streams. */
export function isGenerator(value: unknown): value is AsyncGenerator<unknown> {
  return Object.prototype.toString.call(value) === "[object AsyncGenerator]";
}

async function firstOf(list: AsyncGenerator<unknown>, count: number): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length >= count) break;
  }
  return items;
}

/** Whether somebody who typed this wants to hear what became of it: calls and names, but no declarations and loops. */
function wantsAnswer(code: string): boolean {
  if (/^[\w$.?\s[\]]+$/.test(code.trim())) return !/^(const|let|var|class|undefined\b)/.test(code.trim());
  return (
    code.includes("(") && !/^\s*(const|let|var|for|while|do|if|function|class|try|switch|console\.|void )/.test(code)
  );
}
