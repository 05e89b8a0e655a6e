/** Runs checks one after the other, and tells each finding as it is found. */

import { isChatError } from "../../errors/index.js";
import type { Client } from "../../index.js";
import type { Session } from "../../transport/session.js";
import { quiet } from "../../util/promises.js";
import { type Finding, findingOf, type Verdict } from "./finding.js";

/** What a check says when it went well: what was seen, or more than that. */
export type Seen = string | Omit<Finding, "check">;

/** How a check treats a failure. */
export interface CheckOptions {
  /** What a refusal amounts to, where things work without. @default "problem" */
  readonly ifRefused?: Verdict;
  /** What to do about a refusal. */
  readonly adviceIfRefused?: string;
}

/** One visit to the doctor. */
export class Examination {
  readonly findings: Finding[] = [];
  readonly #tell: (finding: Finding) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #interruption: Promise<never>;

  constructor(tell: (finding: Finding) => Promise<void>, signal: AbortSignal) {
    this.#tell = tell;
    this.#signal = signal;
    this.#interruption = quiet(
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    );
  }

  /** Notes a finding. */
  async note(finding: Finding): Promise<void> {
    this.findings.push(finding);
    await this.#tell(finding);
  }

  /** Runs a check and notes what it finds; whether it went well. */
  async check(name: string, look: () => Promise<Seen>, options: CheckOptions = {}): Promise<boolean> {
    this.#signal.throwIfAborted();
    const started = performance.now();
    try {
      const seen = await Promise.race([look(), this.#interruption]);
      const ms = Math.round(performance.now() - started);
      const finding: Finding =
        typeof seen === "string" ? { check: name, result: "ok", seen, ms } : { check: name, ...seen };
      await this.note(finding);
      return finding.result !== "problem";
    } catch (error) {
      this.#signal.throwIfAborted();
      const isRefusal = isChatError(error, "FORBIDDEN", "NOT_FOUND", "NOT_LOGGED_IN");
      const finding = findingOf(name, error, isRefusal ? options.ifRefused : undefined);
      const advice = isRefusal ? options.adviceIfRefused : undefined;
      await this.note(advice === undefined ? finding : { ...finding, advice });
      return false;
    }
  }
}

/** Who looks: the one who is set up, and a visitor who is nobody, for what would make somebody appear in a room. */
export interface Eyes {
  readonly client: Client;
  readonly visitor: Session;
  /** The session of the one who is logged in, or the visitor's. */
  reader: Session;
  readonly userAgent: string;
}
