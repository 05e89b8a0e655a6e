/**
 * The answers of a run that a kill interrupted, and that an edit or a deletion takes the place of before it is repeated.
 * Its record does not name messages that were on their way, so they are found by the keys of their actions.
 */
import { ChatError, type Client } from "../index.js";
import type { AnswerRecord, CommandRecord } from "./run-log.js";

/** The answers that a record has so far, those of the run before an edit included; each at its ordinal. */
export async function answersOf(record: CommandRecord, client: Client): Promise<AnswerRecord[]> {
  const count = Math.max(record.answers.length, record.previous.length);
  const answers: AnswerRecord[] = [];
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const answer = record.isOpen ? await interrupted(record, ordinal, client) : record.answers[ordinal];
    const known = answer ?? record.previous[ordinal];
    if (known) answers.push(known);
  }
  return answers;
}

/** An answer as a kill left it; undefined if nothing of it was sent. */
async function interrupted(record: CommandRecord, ordinal: number, client: Client): Promise<AnswerRecord | undefined> {
  const answer = record.answers[ordinal];
  if (!answer) return undefined;
  const before = record.steps[ordinal]?.way === "edit" ? record.previous[ordinal] : undefined;
  const ids = [...(answer.ids.length > 0 ? answer.ids : (before?.ids ?? []))];
  const steps = Object.keys(record.steps).filter((step) => new RegExp(`^${ordinal}(?:e\\d+)?$`).test(step));
  for (const step of steps) await addPosted(ids, record, step, client);
  // Without a hash, so that it equals no text: some of its messages may be edited and others not.
  return ids.length > 0 ? { hash: "", ids, at: before?.at ?? answer.at } : undefined;
}

/** Adds the messages that a step has posted, each in its place. */
async function addPosted(ids: number[], record: CommandRecord, step: string, client: Client): Promise<void> {
  const refusals = (name: string): string => "d".repeat(record.steps[name]?.joiners ?? 0);
  const key = `${record.run} ${step}`;
  for (let at = 0; ; at++) {
    // An answer, a part that an edit adds, and an apology.
    const keys = [`${key}${refusals(step)}#${at}`, `${key}#${at}${refusals(`${step}#${at}`)}`];
    if (at === 0) keys.push(`${key}${refusals(step)}`);
    const id = await firstOf(keys, client);
    if (id !== undefined) ids[at] = id;
    else if (at >= ids.length) return;
  }
}

async function firstOf(keys: readonly string[], client: Client): Promise<number | undefined> {
  for (const key of new Set(keys)) {
    try {
      const message = await client.sentWith(key);
      if (message) return message.id;
    } catch (error) {
      // Its action has failed, so there is no message.
      if (!(error instanceof ChatError)) throw error;
    }
  }
  return undefined;
}
