/** Everything people can type: a bot answers every call once, nothing twice, and never itself, whatever the text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventType } from "../src/protocol/raw.js";
import type { ServerMessage } from "../src/server/index.js";
import type { Stage } from "../src/testing/index.js";
import { fuzzedBot, fuzzedCommands } from "./bot-fuzz-bot.js";
import { type Moment, type TypedMessage, type TypedText, typedMessage } from "./bot-fuzz-messages.js";
import { PATIENCE, play, theater } from "./bot-support.js";
import { latency } from "./latency.js";
import { sizeOf } from "./sizes.js";

/** Every answer takes a round trip, so a run with latency has fewer messages. */
const IS_NEAR = latency().latencyMs === undefined;
const MESSAGES = IS_NEAR ? sizeOf({ near: 800, release: 100_000 }) : 300;
/** The messages that are said at once. */
const BATCH = IS_NEAR ? 1_000 : 100;
const PEOPLE = ["Alice", "Bob", "Chloé", "Dan Dee"] as const;

/** A message in the room, and the text that it has now; null if it was deleted. */
interface Said {
  readonly message: ServerMessage;
  /** Whether it replies to the bot. Edits do not change that. */
  readonly isReply: boolean;
  current: TypedText | null;
}

/** The messages of the people, and the answers of the bot. */
class Crowd {
  readonly #stage: Stage;
  /** The ids of the bot's messages, by that of the message that they answer. */
  readonly #answers = new Map<number, number[]>();
  /** Messages of the bot that answer nobody. */
  readonly #odd: string[] = [];
  #newestAnswer: number | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    stage.site.onEvent(({ type, messageId }) => {
      const message = messageId === null ? undefined : stage.site.message(messageId);
      if (type === EventType.MessagePosted && message?.userId === stage.bot.id) this.#note(message);
    });
  }

  #note({ id, parentId, source }: ServerMessage): void {
    this.#newestAnswer = id;
    const to = parentId ?? Number(/^announced for (\d+)/.exec(source)?.[1]);
    const question = this.#stage.site.message(to);
    if (!question || question.userId === this.#stage.bot.id) this.#odd.push(`answers nobody: ${source}`);
    this.#answers.set(to, [...(this.#answers.get(to) ?? []), id]);
  }

  /** Says a message; undefined if the site refuses it. */
  says({ by, said }: TypedMessage): Said | undefined {
    const person = this.#stage.person(PEOPLE[by] ?? "Alice");
    const replyTo = said.isReply ? this.#newestAnswer : undefined;
    const current = said.isReply && replyTo === undefined ? { ...said, isCall: false, answer: null } : said;
    const message = permitted(() => person.says(said.text, replyTo === undefined ? {} : { replyTo }));
    return message && { message, isReply: replyTo !== undefined, current };
  }

  /** Edits or deletes a message. */
  changes(said: Said, to: TypedText | null): void {
    const person = this.#stage.person(this.#stage.site.users.find(({ id }) => id === said.message.userId) ?? "Alice");
    if (to === null) {
      person.here.deletes(said.message);
      said.current = null;
    } else if (permitted(() => person.here.edits(said.message, to.text))) {
      said.current = to.isReply && !said.isReply ? { ...to, isCall: false, answer: null } : to;
    }
  }

  /** The faults of the answers to some messages, which are final. */
  problems(all: readonly Said[]): string[] {
    const problems = this.#odd.splice(0);
    for (const { message, current } of all) {
      const answers = (this.#answers.get(message.id) ?? [])
        .map((id) => this.#stage.site.message(id))
        .filter((answer) => answer !== undefined && !answer.deleted)
        .map((answer) => (answer?.source ?? "").replace(/^:\d+ |\u2060+$/g, ""));
      this.#answers.delete(message.id);
      const isRight = current?.isCall ? answers.length === 1 : answers.length <= (current ? 1 : 0);
      const { answer = null } = current ?? {};
      if (isRight && (answer === null || answer === answers[0])) continue;
      problems.push(`${JSON.stringify(current)} gets ${JSON.stringify(answers)}`);
    }
    return problems;
  }
}

/** The result of an act; undefined if a rule of the site refuses it, such as an empty or a long text. */
function permitted<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "Refusal") return undefined;
    throw error;
  }
}

/** Lets time pass, so that windows and limits end. */
async function pass(stage: Stage, ms: number, isQuiet: () => boolean): Promise<void> {
  const { clock } = stage;
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await stage.until(isQuiet, PATIENCE);
    await clock.advance(Math.min(clock.untilNextMs ?? ms, end - clock.now()));
  }
}

test(`a bot answers each of ${MESSAGES} messages at most once, and every call exactly once`, {
  timeout: 1_800_000,
}, async () => {
  const limits = { maxMessagesPerRoom: 1_000_000, maxEvents: 20_000 };
  const stage = await theater({ people: PEOPLE, server: limits });
  const commands = fuzzedCommands((name) => stage.site.user(name).id);
  const bot = fuzzedBot(commands);
  const { quiet, client } = await play(stage, bot);
  const crowd = new Crowd(stage);
  const { seed = 1 } = fc.readConfigureGlobal();
  const problems: string[] = [];
  let said = 0;
  let calls = 0;
  for (let batch = 0; said < MESSAGES; batch++) {
    const typed = fc.sample(typedMessage(commands, PEOPLE.length), { numRuns: BATCH, seed: seed + batch });
    const all: Said[] = [];
    const changes: Record<Moment, (() => void)[]> = { "at once": [], soon: [], later: [] };
    for (const one of typed) {
      const done = crowd.says(one);
      if (!done) continue;
      all.push(done);
      const { change } = one;
      if (change) changes[change.when].push(() => crowd.changes(done, change.to));
      for (const act of changes["at once"].splice(0)) act();
    }
    for (const act of changes.soon) act();
    await quiet();
    for (const act of changes.later) act();
    await quiet();
    problems.push(...crowd.problems(all));
    said += all.length;
    calls += all.filter(({ current }) => current?.isCall).length;
    await pass(stage, 150_000, () => client.outbox.pending.length === 0);
  }
  expect(problems).toEqual([]);
  expect(calls).toBeGreaterThan(said / 3);
  stage.people.Alice.says("!!ping");
  expect((await stage.people.Alice.hears(undefined, PATIENCE)).text).toBe("ping []");
  expect(bot.printed).toEqual([]);
  expect(stage.failures).toEqual([]);
  expect(bot.status()).toMatchObject({ failed: 0, skipped: 0, isRunning: true });
});
