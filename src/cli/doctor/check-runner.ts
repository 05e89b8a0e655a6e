/** Runs checks one at a time, and prints each finding as it is found. */

import { isChatError } from "../../errors/index.js";
import type { Client } from "../../index.js";
import type { Session } from "../../transport/session.js";
import { markHandled } from "../../util/promises.js";
import { type CheckResult, type Finding, findingOf } from "./finding.js";

/** The outcome of a check that did not fail: what was seen, or a finding. */
export type CheckOutcome = string | Omit<Finding, "check">;

/** How a check rates failures. */
export interface CheckOptions {
  /** The result when the site refuses access, if this package works without it. @default "problem" */
  readonly ifRefused?: CheckResult;
  /** The advice when the site refuses access. */
  readonly adviceIfRefused?: string;
}

/** Runs the checks of one `doctor` command. */
export class CheckRunner {
  readonly findings: Finding[] = [];
  readonly #tell: (finding: Finding) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #interruption: Promise<never>;

  constructor(tell: (finding: Finding) => Promise<void>, signal: AbortSignal) {
    this.#tell = tell;
    this.#signal = signal;
    this.#interruption = markHandled(
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    );
  }

  /** Adds and prints a finding. */
  async note(finding: Finding): Promise<void> {
    this.findings.push(finding);
    await this.#tell(finding);
  }

  /** Runs a check and adds its finding; returns whether it found no problem. */
  async check(name: string, look: () => Promise<CheckOutcome>, options: CheckOptions = {}): Promise<boolean> {
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

/**
 * The sessions that checks use: the configured one, and an anonymous one for whatever would make the account appear in
 * a room.
 */
export interface DoctorSessions {
  readonly client: Client;
  readonly visitor: Session;
  /** The logged-in session if there is one, else the anonymous one. */
  reader: Session;
  readonly userAgent: string;
}
