/** How far a download by days is: a bar, the rate, and the time that is left. */
import type { CliContext } from "../context.js";
import { StatusLine } from "../output/status-line.js";
import { daysBetween, duration } from "../times.js";

/** Milliseconds between two pictures of the bar. */
const pictureMs = 100;

export class Progress {
  readonly #status: StatusLine;
  readonly #to: string;
  readonly #before: number;
  readonly #started = performance.now();
  #first: string | null = null;
  #drawn = 0;

  /** @param before - how many messages an earlier run has brought */
  constructor(context: CliContext, to: string, before: number) {
    this.#status = new StatusLine(context);
    this.#to = to;
    this.#before = before;
  }

  /** Shows where it is. */
  show(day: string, messages: number): void {
    this.#first ??= day;
    const now = performance.now();
    if (now - this.#drawn < pictureMs) return;
    this.#drawn = now;
    const seconds = (now - this.#started) / 1000;
    const total = daysBetween(this.#first, this.#to);
    const done = Math.max(0, daysBetween(this.#first, day) - 1);
    this.#status.show(
      progressText({ day, messages, fresh: messages - this.#before, seconds, share: total > 0 ? done / total : 0 }),
    );
  }

  /** Takes the bar away. */
  end(): void {
    this.#status.end();
  }
}

/** What a progress bar says. */
export function progressText(at: {
  readonly day: string;
  readonly messages: number;
  /** Of these, how many this run has brought. */
  readonly fresh: number;
  readonly seconds: number;
  /** From 0 to 1. */
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
