/** What the doctor finds, how it is printed, and how secrets are kept out of it. */
import { homedir } from "node:os";
import { styleText } from "node:util";
import { type ChatErrorCode, isChatError } from "../../errors/index.js";
import type { SeenDrift } from "../../transport/drift-log.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { oneLine } from "../output/text.js";

/** How a check came out: `warning` is worth knowing, `problem` keeps something from working. */
export type Verdict = "ok" | "warning" | "problem";

/** One finding. */
export interface Finding {
  /** What was looked at, such as `transcript page`. */
  readonly check: string;
  readonly result: Verdict;
  /** What was seen, in a sentence. */
  readonly seen: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The code of the failure behind it. */
  readonly code?: ChatErrorCode;
  /** How long it took, in milliseconds. */
  readonly ms?: number;
  /** Differences between the site and what this package knows of it. */
  readonly drift?: readonly SeenDrift[];
}

/** Whose trouble a problem is decides about the exit code: the machine's unless the failure says otherwise. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const problem = findings.find(({ result }) => result === "problem");
  if (!problem) return exitCodes.success;
  if (problem.code === undefined || localCodes.has(problem.code)) return exitCodes.failure;
  return loginCodes.has(problem.code) ? exitCodes.notLoggedIn : exitCodes.siteTrouble;
}

/** Not the site is in trouble, but this machine or what was set up on it. */
const localCodes: ReadonlySet<ChatErrorCode> = new Set(["BAD_ARGUMENT", "STORAGE", "LOCKED"]);

const loginCodes: ReadonlySet<ChatErrorCode> = new Set([
  "NOT_LOGGED_IN",
  "WRONG_PASSWORD",
  "CAPTCHA_REQUIRED",
  "CLOUDFLARE_CHALLENGE",
  "NO_ACCOUNT",
]);

/** What to do about a failure. */
const advice: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  NOT_UNDERSTOOD:
    "the site has changed, or something stands in between; please report it with `chatexchange doctor --json`",
  NOT_FOUND: "it is gone or hidden from you; if it is there in your browser, please report it",
  FORBIDDEN: "you may not see this; what needs it does not work for this account",
  NOT_LOGGED_IN: "run `chatexchange login`",
  WRONG_PASSWORD: "check email and password, and run `chatexchange login`",
  CAPTCHA_REQUIRED: "log in with a browser and run `chatexchange login --cookies`; trying again soon makes it worse",
  CLOUDFLARE_CHALLENGE: "open the site in a browser and run `chatexchange login --cookies`",
  NO_ACCOUNT: "visit the chat site once in a browser with this account",
  SITE_READ_ONLY: "the site is being maintained; try again later",
  SERVER_ERROR: "the site is in trouble; try again later",
  CONNECTION_LOST: "check the network, a proxy or firewall, and the name of the site",
  TIMED_OUT: "check the network; the site may be overloaded, so try again later",
  THROTTLED: "wait a minute before you try again",
  BAD_ARGUMENT: "mend what it names",
  STORAGE: "make room, or mend the rights of the file it names",
};

/** The finding of a check that failed. */
export function findingOf(check: string, error: unknown, result: Verdict = "problem"): Finding {
  if (!isChatError(error)) return { check, result, seen: error instanceof Error ? error.message : String(error) };
  const { message: seen, code } = error;
  const todo = advice[code];
  return { check, result, seen, code, ...(todo === undefined ? {} : { advice: todo }) };
}

/** Takes out of a finding what nobody else should read: the secrets given, keys, mail addresses, the home folder. */
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

const colourOf = { ok: "green", warning: "yellow", problem: "red" } as const;

/** A finding for people: a line, and one more with what to do. */
export function findingLines({ check, result, seen, advice: todo, ms }: Finding, colours: boolean): string {
  const verdict = colours ? styleText(colourOf[result], result.padEnd(7), { validateStream: false }) : result.padEnd(7);
  const time = ms === undefined ? "" : ` (${ms} ms)`;
  const line = `${verdict}  ${check.padEnd(17)}  ${seen}${time}`;
  return todo === undefined || result === "ok" ? line : `${line}\n${" ".repeat(28)}→ ${todo}`;
}
