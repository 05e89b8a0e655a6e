/** One line at the bottom of a terminal that is rewritten in place, and gets out of the way of what is printed. */
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

  /** Shows a text in place of the last; on anything but a terminal nothing is shown. */
  show(text: string): void {
    this.#text = text;
    this.after();
  }

  /** Takes the line away while something is printed. */
  before(): void {
    if (!this.#isShown) return;
    this.#context.stderr.write("\r\u001b[K");
    this.#isShown = false;
  }

  /** Brings it back. */
  after(): void {
    if (!this.#context.isStderrTty || this.#text === "") return;
    this.#context.stderr.write(`\r\u001b[K${shorten(this.#text, this.#context.columns - 1)}`);
    this.#isShown = true;
  }

  /** Takes it away for good. */
  end(): void {
    this.before();
    this.#text = "";
  }
}
