/**
 * Extends how Node's REPL evaluates a line: awaits promises, shows the first items of lists, prints failures on one
 * line, and lets Ctrl-C stop waiting.
 */
import { EventEmitter } from "node:events";
import { type REPLEval, type REPLServer, Recoverable } from "node:repl";
import { isPromise } from "node:util/types";
import { isRecord } from "../../protocol/values.js";
import { withTopLevelAwait } from "./top-level-await.js";

/** The global under which REPL code finds the promise to await. */
const PENDING_KEY = Symbol.for("chatexchange.repl.pending");
const AWAIT_PENDING = 'await globalThis[Symbol.for("chatexchange.repl.pending")]\n';

/** The number of items shown of a list. */
export const MAX_SHOWN_ITEMS = 5;

/** The callbacks of an evaluation. */
export interface EvaluationOptions {
  /** A line failed. */
  readonly onFailure: (error: unknown) => void;
  /** Something in the background failed, such as a timer. */
  readonly onBackgroundFailure: (error: unknown) => void;
  /** Ctrl-C was pressed while something was awaited. */
  readonly onInterrupt: () => void;
  /** A line evaluated to a promise or a list; `code` is the line. */
  readonly onLeft: (kind: "promise" | "list", code: string) => void;
  /** A line evaluated to undefined: a call returned nothing, or there is no such value. */
  readonly onNothing: (isDone: boolean) => void;
}

type Callback = Parameters<REPLEval>[3];

/** Wraps the `eval` of a REPL. */
export class Evaluation {
  readonly #server: REPLServer;
  readonly #options: EvaluationOptions;
  readonly #run: REPLEval;
  #isBusy = false;
  #waiting: (() => void)[] = [];
  /** The uncaught error that the process is passing to the REPL. */
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
   * Handles an error that Node's REPL reports instead of passing it to the callback of `eval`: from Node 26 on, every
   * failed line and every uncaught error. Only the latter is announced by `uncaughtExceptionMonitor`.
   */
  handleError(error: unknown): "ignore" {
    const isUncaught = this.#uncaught !== undefined && Object.is(this.#uncaught.error, error);
    this.#uncaught = undefined;
    if (isUncaught) this.#options.onBackgroundFailure(error);
    else this.#fail(error);
    return "ignore";
  }

  /** Whether a line is being evaluated, so that there is no prompt. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Resolves when no line is being evaluated. */
  async idle(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Runs a REPL command like code: input waits, and Ctrl-C stops waiting. */
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

  /** Awaits inside the REPL, which handles keys in the meantime. */
  #await(promise: Promise<unknown>, done: (value: unknown) => void): void {
    const { context } = this.#server;
    Object.defineProperty(context, PENDING_KEY, { value: promise, configurable: true, enumerable: false });
    this.#run.call(this.#server, AWAIT_PENDING, context, "REPL", (error, value) => {
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
   * Up to Node 25, a failed line goes to a domain of the REPL, which would print a stack of REPL internals. From Node
   * 26 on there is no domain, and {@link Evaluation.handleError} is called.
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

/** The promise or list that a line evaluated to, if it must be awaited. */
function leftAtPrompt(
  code: string,
  value: unknown,
): { readonly kind: "promise" | "list"; readonly promise: Promise<unknown> } | undefined {
  if (isPromise(value)) return { kind: "promise", promise: value };
  // A list in a variable may be needed later, so read only one that this line created.
  if (isGenerator(value) && code.includes("(")) return { kind: "list", promise: firstOf(value, MAX_SHOWN_ITEMS) };
  return undefined;
}

/** Whether a value is an async generator, as the API's lists are, but not its live streams. */
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

/** Whether to say that a line evaluated to nothing: for calls and names, but not for declarations and loops. */
function wantsAnswer(code: string): boolean {
  if (/^[\w$.?\s[\]]+$/.test(code.trim())) return !/^(const|let|var|class|undefined\b)/.test(code.trim());
  return (
    code.includes("(") && !/^\s*(const|let|var|for|while|do|if|function|class|try|switch|console\.|void )/.test(code)
  );
}
