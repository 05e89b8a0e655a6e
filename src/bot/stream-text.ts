/** A text that grows while it is shown, as a language model writes it. */
import type { Clock } from "../index.js";
import { sleep } from "../util/clock.js";
import { checkOptions } from "../util/options.js";
import type { Answer } from "./answer.js";
import { type Duration, durationMs } from "./pattern/index.js";

/** Options of `c.stream`. */
export interface StreamTextOptions {
  /** The least time between two edits. @default "4s" */
  readonly every?: Duration;
  /** The end of the text while there is more to come. @default " …" */
  readonly more?: string;
}

/**
 * Shows a text that grows: the first part as an answer, then edits of it. One edit at a time, and none before `every` has
 * passed since the last was answered, so that a throttled account falls behind instead of queueing edits.
 */
export async function streamText(
  clock: Clock,
  signal: AbortSignal,
  reply: (text: string) => Promise<Answer>,
  texts: AsyncIterable<string>,
  options: StreamTextOptions,
): Promise<Answer | null> {
  checkOptions("stream", options, ["every", "more"]);
  const { more = " …" } = options;
  const everyMs = options.every === undefined ? 4_000 : durationMs("every", options.every);
  const finished = new AbortController();
  const until = AbortSignal.any([signal, finished.signal]);
  const state: { text: string; answer: Answer | null; failure: unknown } = {
    text: "",
    answer: null,
    failure: undefined,
  };
  const showing = showGrowth(state, more, reply, () => sleep(clock, everyMs, until).catch(() => {}), until);
  try {
    for await (const part of texts) {
      state.text += part;
      signal.throwIfAborted();
      if (state.failure !== undefined) break;
    }
  } finally {
    finished.abort();
    await showing;
  }
  if (state.failure !== undefined) throw state.failure;
  if (state.text.trim() === "") return state.answer;
  if (!state.answer) return reply(state.text);
  await state.answer.edit(state.text);
  return state.answer;
}

/** Shows the text so far after each pause, until it is complete. Never rejects: a failure is in the state. */
async function showGrowth(
  state: { readonly text: string; answer: Answer | null; failure: unknown },
  more: string,
  reply: (text: string) => Promise<Answer>,
  pause: () => Promise<void>,
  until: AbortSignal,
): Promise<void> {
  let shown = "";
  try {
    for (await pause(); !until.aborted; await pause()) {
      if (state.text.trim() === "" || state.text === shown) continue;
      shown = state.text;
      if (state.answer) await state.answer.edit(`${shown}${more}`);
      else state.answer = await reply(`${shown}${more}`);
    }
  } catch (error) {
    state.failure = error;
  }
}
