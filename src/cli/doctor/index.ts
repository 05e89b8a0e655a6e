/**
 * `chatexchange doctor`: looks at the machine, the login, every page and answer, the socket and the clock, and says what
 * it saw and what to do. Never posts, and never shows anybody in a room.
 */
import type { CassetteRecorder } from "../../cassette/recorder.js";
import { Client } from "../../index.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { passwordOf } from "../setup/settings.js";
import { checkDrift } from "./drift.js";
import { Examination, type Eyes } from "./examination.js";
import { exitCodeOf, type Finding, findingLines, findingOf, redacted } from "./finding.js";
import { checkClock, checkOutbox, checkPolling, checkSocket } from "./live.js";
import { checkLogin, checkLoginPage, checkReach } from "./login.js";
import { checkFolder, checkNode, checkSettings } from "./machine.js";
import { checkPages } from "./pages.js";

/** What the doctor needs of a command's context. */
export type DoctorContext = Pick<
  CliContext,
  "stdout" | "stderr" | "env" | "colours" | "json" | "signal" | "settings" | "client"
>;

/** Options of a visit. */
export interface DoctorOptions {
  /** Takes what goes over the wire. */
  readonly recorder?: CassetteRecorder;
  /** How long a socket may be silent, in milliseconds. @default 45000 */
  readonly firstFrameMs?: number;
}

/** Runs every check; resolves to the exit code. */
export async function runDoctor(context: DoctorContext, options: DoctorOptions = {}): Promise<number> {
  const { signal, settings } = context;
  const examination = new Examination(teller(context), signal);
  try {
    await examination.note(checkNode());
    await examination.note(await checkFolder(settings.folder.value));
    await examination.note(checkSettings(settings));
    await examineSite(context, examination, options);
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  }
  summarise(context, examination.findings);
  return exitCodeOf(examination.findings);
}

async function examineSite(context: DoctorContext, examination: Examination, options: DoctorOptions): Promise<void> {
  const tap = options.recorder;
  const client = await context.client(tap ? { tap } : {}).catch(async (error: unknown) => {
    await examination.note(findingOf("client", error));
    return undefined;
  });
  if (!client) return;
  const session = Client.sessionOf(client);
  const { userAgent, connections } = session;
  const nobody = new Client(client.site, { ...connections, userAgent, timeoutMs: 20_000, tap });
  const visitor = Client.sessionOf(nobody);
  try {
    await examine({ client, visitor, reader: visitor, userAgent }, examination, {
      signal: context.signal,
      patienceMs: options.firstFrameMs,
    });
  } finally {
    await nobody.logout({ drain: false });
  }
}

async function examine(
  eyes: Eyes,
  examination: Examination,
  patience: { readonly signal: AbortSignal; readonly patienceMs: number | undefined },
): Promise<void> {
  await checkReach(examination, eyes);
  const reached = examination.findings.at(-1);
  if (reached?.code === "CONNECTION_LOST" || reached?.code === "TIMED_OUT") {
    const seen = "not looked at, because the site can not be reached";
    await examination.note({ check: "everything else", result: "warning", seen });
    return;
  }
  await checkLoginPage(examination, eyes);
  await checkLogin(examination, eyes);
  const sample = await checkPages(examination, eyes);
  await checkSocket(examination, eyes, sample, patience);
  await checkPolling(examination, eyes, sample);
  await checkClock(examination, sample);
  await checkOutbox(examination, eyes);
  await checkDrift(examination, eyes);
}

/** Prints findings as they come: lines for people, or one JSON object for each. */
function teller({ stdout, env, settings, json, colours }: DoctorContext): (finding: Finding) => Promise<void> {
  const secrets = [settings.email.value, passwordOf(env), env.CHATEXCHANGE_EMAIL, env.ChatExchangeU].filter(
    // Everybody knows the password of the local worlds, and it is a word of our own.
    (secret): secret is string => secret !== undefined && secret !== "" && secret !== "password",
  );
  return async (finding) => {
    const shown = redacted(finding, secrets);
    stdout.write(`${json ? JSON.stringify(shown) : findingLines(shown, colours)}\n`);
  };
}

function summarise({ stdout, json }: DoctorContext, findings: readonly Finding[]): void {
  const count = (wanted: Finding["result"]): number => findings.filter(({ result }) => result === wanted).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (json) {
    stdout.write(`${JSON.stringify({ summary: { ok: count("ok"), warnings, problems } })}\n`);
    return;
  }
  const many = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const verdict = problems > 0 ? many(problems, "problem") : "No problem";
  stdout.write(`\n${verdict}, ${many(warnings, "warning")}. Nothing was posted, and nobody was shown in a room.\n`);
}
