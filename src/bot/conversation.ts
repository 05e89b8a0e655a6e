/** Questions to people. */
import { UsageError } from "../index.js";
import { checkOptions, previewValue } from "../util/options.js";
import type { ContextParts } from "./context-parts.js";
import { type Duration, durationMs } from "./pattern/index.js";
import type { Run } from "./run.js";

/** Options of `c.ask`. */
export interface AskOptions {
  /** The id of the person who may answer, or `"anyone"`. @default the person who caused the handler to run */
  readonly from?: number | "anyone";
  /** How long to wait. @default "2m" */
  readonly timeout?: Duration;
  /** The answers that count, ignoring case. @default any text */
  readonly choices?: readonly string[];
}

const YES = ["yes", "y", "yep", "ok", "sure"];
const NO = ["no", "n", "nope", "cancel"];
const PATIENCE_MS = 120_000;

/** Asks a question and waits for the answer. */
export async function ask(
  parts: ContextParts,
  run: Run,
  userId: number | null,
  question: string,
  options: AskOptions,
): Promise<string | null> {
  checkOptions("ask", options, ["from", "timeout", "choices"]);
  const { from = userId ?? "anyone", timeout, choices } = options;
  if (choices !== undefined && (!Array.isArray(choices) || choices.length === 0))
    throw new UsageError(`choices must be a list of texts, not ${previewValue(choices)}`);
  const patienceMs = timeout === undefined ? PATIENCE_MS : durationMs("timeout", timeout);
  const ordinal = run.nextQuestion();
  const { record, room } = run.subject;
  const answered = record?.asked[ordinal];
  const who = from === "anyone" ? null : from;
  const asking = answered === undefined ? parts.asks.begin(room, record, who) : undefined;
  const own = choices?.map((choice) => choice.trim().toLowerCase()) ?? null;
  const sent = record?.question?.ordinal === ordinal && record.question.ids.length > 0 ? record.question : undefined;
  // Noted before it is sent: after a kill, its answer may arrive before the command comes to this place again.
  if (record && asking && !sent)
    record.question = { ordinal, from: who, ids: [], choices: own, until: parts.clock.now() + patienceMs };
  const asked = await run.say(question, { isReply: true }).catch((error: unknown) => {
    asking?.cancel();
    throw error;
  });
  if (!asking) return answered ?? null;
  // The throttle may have held the question back.
  const until = sent?.until ?? parts.clock.now() + patienceMs;
  const open = {
    ordinal,
    from: who,
    ids: asked.messages.map(({ id }) => id),
    choices: own,
    until,
  };
  if (record) {
    record.question = open;
    await parts.save(record);
  }
  const limit = new AbortController();
  const timer = parts.clock.setTimeout(() => limit.abort(), Math.max(0, until - parts.clock.now()));
  const end = AbortSignal.any([limit.signal, run.signal]);
  const text = await run.waitFor(asking.answer(open, end));
  timer.cancel();
  run.signal.throwIfAborted();
  if (record) {
    record.question = null;
    record.asked[ordinal] = text;
    await parts.save(record);
  }
  return text;
}

/** Asks a question that is answered with yes or no. */
export async function confirm(
  parts: ContextParts,
  run: Run,
  userId: number | null,
  question: string,
  options: Omit<AskOptions, "choices">,
): Promise<boolean> {
  const answer = await ask(parts, run, userId, `${question} (yes/no)`, { ...options, choices: [...YES, ...NO] });
  return answer !== null && YES.includes(answer.toLowerCase());
}
