/** Two people who give commands to two bots for an hour, and what they must find in the room in the end. */

import type { ServerMessage, ServerUser } from "../src/server/index.js";
import { Random } from "../src/server/seed/random.js";
import type { Stage, StagePerson } from "../src/testing/index.js";

const KINDS = ["count", "work", "cheer"] as const;

/** A bot as the people see it. */
export interface VisibleBot {
  readonly user: ServerUser;
  readonly prefix: string;
}

/** A command that somebody gave. */
interface Given {
  readonly id: number;
  readonly by: StagePerson;
  readonly message: ServerMessage;
  bot: VisibleBot;
  readonly kind: (typeof KINDS)[number];
  /** Counts the edits, from 1. */
  version: number;
  isDeleted: boolean;
}

/** The word of a command in its answer; the answers of the bots to each other have none. */
const WORD = /\bw(\d+)v(\d+)\b/;

export class HourOfPeople {
  readonly #stage: Stage;
  readonly #bots: readonly VisibleBot[];
  readonly #random: Random;
  readonly #given: Given[] = [];
  readonly #timers = new Set<{ cancel(): void }>();

  constructor(stage: Stage, bots: readonly VisibleBot[], seed: number) {
    this.#stage = stage;
    this.#bots = bots;
    this.#random = new Random(seed);
  }

  /** A number from `least` to below `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.next() * (most - least));
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[this.between(0, list.length)] as T;
  }

  /** Calls back after some time on the stage's clock. */
  later(ms: number, act: () => void): void {
    const timer = this.#stage.clock.setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  /** Somebody gives a command every few seconds, until a time. */
  talks(by: StagePerson, until: number): void {
    this.later(this.between(2_000, 9_000), () => {
      if (this.#stage.clock.now() >= until) return;
      this.#give(by);
      this.talks(by, until);
    });
  }

  #give(by: StagePerson): void {
    const draft = { id: this.#given.length + 1, by, bot: this.pick(this.#bots), kind: this.pick(KINDS), version: 1 };
    const given: Given = { ...draft, message: by.says(textOf(draft)), isDeleted: false };
    this.#given.push(given);
    if (this.between(0, 6) === 0) this.later(this.between(200, 40_000), () => this.#edit(given));
    if (this.between(0, 12) === 0) this.later(this.between(200, 60_000), () => this.#delete(given));
  }

  #edit(given: Given): void {
    if (given.isDeleted) return;
    given.version += 1;
    given.bot = this.pick(this.#bots);
    given.by.here.edits(given.message, textOf(given));
  }

  #delete(given: Given): void {
    given.by.here.deletes(given.message);
    given.isDeleted = true;
  }

  /** The faults in the room. */
  problems(): string[] {
    const answers = new Map<number, ServerMessage[]>();
    for (const message of this.#stage.room.messages) {
      const [, id] = this.#isOfBot(message) && !message.deleted ? (WORD.exec(message.source) ?? []) : [];
      if (id !== undefined) answers.set(Number(id), [...(answers.get(Number(id)) ?? []), message]);
    }
    return [
      ...this.#given.flatMap((given) => this.#problemsOf(given, answers.get(given.id) ?? [])),
      ...this.#disorder(answers),
    ];
  }

  #problemsOf(given: Given, answers: readonly ServerMessage[]): string[] {
    const shown = `${textOf(given)} of ${given.by.name}`;
    const found = answers.map(({ userId, source }) => `${userId}: ${source}`).join("; ") || "nothing";
    if (given.isDeleted) return answers.length === 0 ? [] : [`deleted: ${shown} keeps ${found}`];
    const [answer] = answers;
    const isRight =
      answers.length === 1 &&
      answer?.userId === given.bot.user.id &&
      answer.parentId === given.message.id &&
      answer.source.replace(/^:\d+ /, "") === answerTo(given);
    return isRight ? [] : [`${shown} gets ${found}`];
  }

  /** Commands of one person to one bot that are answered in another order. Edits and deletions have an order of their own. */
  #disorder(answers: ReadonlyMap<number, readonly ServerMessage[]>): string[] {
    const plain = this.#given.filter(({ version, isDeleted }) => version === 1 && !isDeleted);
    const latest = new Map<string, number>();
    const problems: string[] = [];
    for (const given of plain) {
      const lane = `${given.by.name} ${given.bot.prefix}`;
      const answer = answers.get(given.id)?.[0]?.id ?? Number.POSITIVE_INFINITY;
      if (answer < (latest.get(lane) ?? 0)) problems.push(`${textOf(given)} is answered before an earlier command`);
      latest.set(lane, answer);
    }
    return problems;
  }

  #isOfBot({ userId }: ServerMessage): boolean {
    return this.#bots.some(({ user }) => user.id === userId);
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}

function textOf({ bot, kind, id, version }: Pick<Given, "bot" | "kind" | "id" | "version">): string {
  return `${bot.prefix}${kind} w${id}v${version}`;
}

/** The answer that a command gets in the end. */
function answerTo({ kind, id, version }: Pick<Given, "kind" | "id" | "version">): string {
  const word = `w${id}v${version}`;
  return { count: `${word} counts`, work: `${word} is ready`, cheer: `${word} is done` }[kind];
}

/** For each bot, the most answers to replies to its own answers to the other bot, with no minute between them. */
export function longestRallies(messages: readonly ServerMessage[]): readonly number[] {
  const chatter = new Map(messages.filter(({ source }) => isChatter(source)).map((message) => [message.id, message]));
  const streaks = new Map<number, { length: number; longest: number; at: number }>();
  for (const { userId, parentId, timeStamp } of chatter.values()) {
    const reply = chatter.get(parentId ?? 0);
    if (!chatter.has(reply?.parentId ?? 0)) continue;
    const { length, longest, at } = streaks.get(userId) ?? { length: 0, longest: 0, at: 0 };
    const next = timeStamp - at > 60 ? 1 : length + 1;
    streaks.set(userId, { length: next, longest: Math.max(longest, next), at: timeStamp });
  }
  return [...streaks.values()].map(({ longest }) => longest);
}

/** Whether a message is an answer of one bot to the other. */
function isChatter(source: string): boolean {
  return !WORD.test(source) && source.includes("done");
}
