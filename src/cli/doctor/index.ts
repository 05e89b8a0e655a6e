/**
 * `chatexchange doctor`: checks the machine, the login, every page and answer, the socket and the clock, and prints
 * what it saw and how to fix problems. Never posts, and never makes an account appear in a room.
 */
import type { CassetteRecorder } from "../../cassette/recorder.js";
import { Client } from "../../index.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { passwordOf } from "../setup/settings.js";
import { CheckRunner, type DoctorSessions } from "./check-runner.js";
import { checkDrift } from "./drift.js";
import { exitCodeOf, type Finding, findingOf, formatFinding, redacted } from "./finding.js";
import { checkOutbox, checkPolling, checkServerClock, checkSocket } from "./live.js";
import { checkLogin, checkLoginPage, checkReach } from "./login.js";
import { checkFolder, checkNode, checkSettings } from "./machine.js";
import { checkPages } from "./pages.js";

/** The part of a command's context that the doctor needs. */
export type DoctorContext = Pick<
  CliContext,
  "stdout" | "stderr" | "env" | "colors" | "json" | "signal" | "settings" | "client"
>;

/** Options of {@link runDoctor}. */
export interface DoctorOptions {
  /** Records the traffic. */
  readonly recorder?: CassetteRecorder;
  /** How long a socket may be silent, in milliseconds. @default 45000 */
  readonly firstFrameMs?: number;
}

/** Runs every check; resolves to the exit code. */
export async function runDoctor(context: DoctorContext, options: DoctorOptions = {}): Promise<number> {
  const { signal, settings } = context;
  const runner = new CheckRunner(findingPrinter(context), signal);
  try {
    await runner.note(checkNode());
    await runner.note(await checkFolder(settings.folder.value));
    await runner.note(checkSettings(settings));
    await checkSite(context, runner, options);
  } catch (error) {
    if (signal.aborted) return EXIT_CODES.interrupted;
    throw error;
  }
  summarize(context, runner.findings);
  return exitCodeOf(runner.findings);
}

async function checkSite(context: DoctorContext, runner: CheckRunner, options: DoctorOptions): Promise<void> {
  const tap = options.recorder;
  const client = await context.client(tap ? { tap } : {}).catch(async (error: unknown) => {
    await runner.note(findingOf("client", error));
    return undefined;
  });
  if (!client) return;
  const session = Client.sessionOf(client);
  const { userAgent, connections } = session;
  const nobody = new Client(client.site, { ...connections, userAgent, timeoutMs: 20_000, tap });
  const visitor = Client.sessionOf(nobody);
  try {
    await runChecks({ client, visitor, reader: visitor, userAgent }, runner, {
      signal: context.signal,
      patienceMs: options.firstFrameMs,
    });
  } finally {
    await nobody.logout({ drain: false });
  }
}

async function runChecks(
  sessions: DoctorSessions,
  runner: CheckRunner,
  patience: { readonly signal: AbortSignal; readonly patienceMs: number | undefined },
): Promise<void> {
  await checkReach(runner, sessions);
  const reached = runner.findings.at(-1);
  if (reached?.code === "CONNECTION_LOST" || reached?.code === "TIMED_OUT") {
    const seen = "skipped, because the site cannot be reached";
    await runner.note({ check: "everything else", result: "warning", seen });
    return;
  }
  await checkLoginPage(runner, sessions);
  await checkLogin(runner, sessions);
  const sample = await checkPages(runner, sessions);
  await checkSocket(runner, sessions, sample, patience);
  await checkPolling(runner, sessions, sample);
  await checkServerClock(runner, sample);
  await checkOutbox(runner, sessions);
  await checkDrift(runner, sessions);
}

/** Prints findings: lines for people, or one JSON object each. */
function findingPrinter({ stdout, env, settings, json, colors }: DoctorContext): (finding: Finding) => Promise<void> {
  const secrets = [settings.email.value, passwordOf(env), env.CHATEXCHANGE_EMAIL, env.ChatExchangeU].filter(
    // The password of local worlds is public, and a common word.
    (secret): secret is string => secret !== undefined && secret !== "" && secret !== "password",
  );
  return async (finding) => {
    const shown = redacted(finding, secrets);
    stdout.write(`${json ? JSON.stringify(shown) : formatFinding(shown, colors)}\n`);
  };
}

function summarize({ stdout, json }: DoctorContext, findings: readonly Finding[]): void {
  const count = (wanted: Finding["result"]): number => findings.filter(({ result }) => result === wanted).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (json) {
    stdout.write(`${JSON.stringify({ summary: { ok: count("ok"), warnings, problems } })}\n`);
    return;
  }
  const many = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const verdict = problems > 0 ? many(problems, "problem") : "No problem";
  stdout.write(`\n${verdict}, ${many(warnings, "warning")}. Nothing was posted, and no account appeared in a room.\n`);
}
