/** The progress of a download by days: a bar, the rate, and the remaining time. */
import type { CliContext } from "../context.js";
import { StatusLine } from "../output/status-line.js";
import { countDays, duration } from "../times.js";

/** Milliseconds between redraws of the bar. */
const REDRAW_MS = 100;

export class Progress {
  readonly #status: StatusLine;
  readonly #to: string;
  readonly #before: number;
  readonly #started = performance.now();
  #first: string | null = null;
  #drawn = 0;

  /** @param before - the number of messages of an earlier run */
  constructor(context: CliContext, to: string, before: number) {
    this.#status = new StatusLine(context);
    this.#to = to;
    this.#before = before;
  }

  /** Redraws the bar. */
  show(day: string, messages: number): void {
    this.#first ??= day;
    const now = performance.now();
    if (now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    const seconds = (now - this.#started) / 1000;
    const total = countDays(this.#first, this.#to);
    const done = Math.max(0, countDays(this.#first, day) - 1);
    this.#status.show(
      progressText({ day, messages, fresh: messages - this.#before, seconds, share: total > 0 ? done / total : 0 }),
    );
  }

  /** Removes the bar. */
  end(): void {
    this.#status.end();
  }
}

/** The text of the progress bar. */
export function progressText(at: {
  readonly day: string;
  readonly messages: number;
  /** The number of messages of this run. */
  readonly fresh: number;
  readonly seconds: number;
  /** The fraction that is done, from 0 to 1. */
  readonly share: number;
}): string {
  const { day, messages, fresh, seconds, share } = at;
  const full = Math.round(share * 24);
  const bar = "█".repeat(full) + "░".repeat(24 - full);
  const rate = seconds > 0 ? Math.round(fresh / seconds) : 0;
  const left = share > 0 ? `  ${duration((seconds * (1 - share)) / share)} left` : "";
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `${bar}${percent}  ${day}  ${messages.toLocaleString("en")} messages  ${rate.toLocaleString("en")}/s${left}`;
}
