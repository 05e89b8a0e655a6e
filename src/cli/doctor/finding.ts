/** The findings of the doctor: their format, their exit codes, and the redaction of secrets. */
import { homedir } from "node:os";
import { styleText } from "node:util";
import { type ChatErrorCode, isChatError } from "../../errors/index.js";
import type { SeenDrift } from "../../transport/drift-log.js";
import { EXIT_CODES, type ExitCode } from "../exit-codes.js";
import { oneLine } from "../output/text.js";

/** The result of a check: `warning` is worth knowing, `problem` breaks something. */
export type CheckResult = "ok" | "warning" | "problem";

/** One finding. */
export interface Finding {
  /** The name of the check, such as `transcript page`. */
  readonly check: string;
  readonly result: CheckResult;
  /** The observation, as a sentence. */
  readonly seen: string;
  /** How to fix it. */
  readonly advice?: string;
  /** The error code behind it. */
  readonly code?: ChatErrorCode;
  /** The duration in milliseconds. */
  readonly ms?: number;
  /** Differences between the site and what this package expects. */
  readonly drift?: readonly SeenDrift[];
}

/** The exit code, from the first problem: a local failure unless its error code says otherwise. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const problem = findings.find(({ result }) => result === "problem");
  if (!problem) return EXIT_CODES.success;
  if (problem.code === undefined || LOCAL_CODES.has(problem.code)) return EXIT_CODES.failure;
  return LOGIN_CODES.has(problem.code) ? EXIT_CODES.notLoggedIn : EXIT_CODES.siteTrouble;
}

/** Errors of this machine or its setup, not of the site. */
const LOCAL_CODES: ReadonlySet<ChatErrorCode> = new Set(["BAD_ARGUMENT", "STORAGE", "LOCKED"]);

const LOGIN_CODES: ReadonlySet<ChatErrorCode> = new Set([
  "NOT_LOGGED_IN",
  "WRONG_PASSWORD",
  "CAPTCHA_REQUIRED",
  "CLOUDFLARE_CHALLENGE",
  "NO_ACCOUNT",
]);

/** The advice for each error code. */
const ADVICE: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  NOT_UNDERSTOOD: "the site has changed, or a proxy interferes; please report it with `chatexchange doctor --json`",
  NOT_FOUND: "it does not exist or is hidden from you; if you see it in a browser, please report it",
  FORBIDDEN: "this account may not see it; features that need it will not work",
  NOT_LOGGED_IN: "run `chatexchange login`",
  WRONG_PASSWORD: "check email and password, then run `chatexchange login`",
  CAPTCHA_REQUIRED: "log in with a browser, then run `chatexchange login --cookies`; retrying soon makes it worse",
  CLOUDFLARE_CHALLENGE: "open the site in a browser, then run `chatexchange login --cookies`",
  NO_ACCOUNT: "visit the chat site once with this account in a browser",
  SITE_READ_ONLY: "the site is in maintenance mode; try again later",
  SERVER_ERROR: "the site is failing; try again later",
  CONNECTION_LOST: "check the network, any proxy or firewall, and the site's name",
  TIMED_OUT: "check the network; the site may be overloaded, so try again later",
  THROTTLED: "wait a minute before you try again",
  BAD_ARGUMENT: "fix the setting it names",
  STORAGE: "free some space, or fix the permissions of the file it names",
};

/** The finding of a check that failed. */
export function findingOf(check: string, error: unknown, result: CheckResult = "problem"): Finding {
  if (!isChatError(error)) return { check, result, seen: error instanceof Error ? error.message : String(error) };
  const { message: seen, code } = error;
  const todo = ADVICE[code];
  return { check, result, seen, code, ...(todo === undefined ? {} : { advice: todo }) };
}

/** Redacts a finding: the given secrets, keys, email addresses, and the home folder. */
export function redacted(finding: Finding, secrets: readonly string[]): Finding {
  const clean = (text: string): string => {
    let result = text;
    for (const secret of secrets) if (secret.length > 2) result = result.replaceAll(secret, "…");
    return oneLine(
      result
        .replaceAll(homedir(), "~")
        .replace(/[\w.+-]+@[\w-]+\.[\w.-]*\w/g, "…")
        .replace(/\b(?:[0-9a-f]{32}){1,2}\b/gi, "…")
        .replace(/\b(acct|prov)=[^;\s]+/g, "$1=…"),
    );
  };
  return {
    ...finding,
    seen: clean(finding.seen),
    ...(finding.advice === undefined ? {} : { advice: clean(finding.advice) }),
  };
}

const COLORS = { ok: "green", warning: "yellow", problem: "red" } as const;

/** Formats a finding for people: one line, and another with advice. */
export function formatFinding({ check, result, seen, advice: todo, ms }: Finding, colors: boolean): string {
  const verdict = colors ? styleText(COLORS[result], result.padEnd(7), { validateStream: false }) : result.padEnd(7);
  const time = ms === undefined ? "" : ` (${ms} ms)`;
  const line = `${verdict}  ${check.padEnd(17)}  ${seen}${time}`;
  return todo === undefined || result === "ok" ? line : `${line}\n${" ".repeat(28)}→ ${todo}`;
}
