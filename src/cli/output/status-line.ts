/** A status line at the bottom of a terminal, rewritten in place and hidden while something is printed. */
import type { CliContext } from "../context.js";
import { shorten } from "./text.js";

type StatusContext = Pick<CliContext, "stderr" | "isStderrTty" | "columns">;

export class StatusLine {
  readonly #context: StatusContext;
  #text = "";
  #isShown = false;

  constructor(context: StatusContext) {
    this.#context = context;
  }

  /** Replaces the text; shows nothing if stderr is not a terminal. */
  show(text: string): void {
    this.#text = text;
    this.after();
  }

  /** Hides the line while something is printed. */
  before(): void {
    if (!this.#isShown) return;
    this.#context.stderr.write("\r\u001b[K");
    this.#isShown = false;
  }

  /** Shows the line again. */
  after(): void {
    if (!this.#context.isStderrTty || this.#text === "") return;
    this.#context.stderr.write(`\r\u001b[K${shorten(this.#text, this.#context.columns - 1)}`);
    this.#isShown = true;
  }

  /** Removes the line. */
  end(): void {
    this.before();
    this.#text = "";
  }
}
