/** The people who talk to the bot of `bot-killed.test.ts`, and what they must find in the rooms in the end. */
import type { LocalSite, ServerMessage, ServerUser, UserInRoom } from "chatexchange-ts/server";
import fc from "fast-check";
import { IS_RELEASE } from "./sizes.js";

const KINDS = ["count", "work", "ask", "long", "same"] as const;

interface Command {
  readonly id: number;
  readonly kind: (typeof KINDS)[number];
  readonly roomId: number;
  readonly by: UserInRoom;
  version: number;
  n: number;
  /** When the person deleted it, in seconds since the epoch; null if they did not. */
  deletedAt: number | null;
  /** The person's answers to the questions, in order. */
  readonly answers: string[];
}

/** The least age, in seconds, of an answer that stays although it was replaced: the window, less deaths and throttle. */
const OLD_S = 60;

export class KilledBotCrowd {
  readonly #site: LocalSite;
  readonly #bot: ServerUser;
  readonly #rooms: readonly number[];
  readonly #speed: number;
  readonly #people: readonly ServerUser[];
  readonly #commands = new Map<number, Command>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #numbers: number[];
  readonly #stopListening: () => void;
  #onDeed: () => void = () => {};
  /** The time of the newest event, in seconds since the epoch. */
  #now = 0;
  /** When the bot last posted or edited a message for a person. */
  lastDeedAt: number = performance.now();

  constructor(parts: {
    readonly site: LocalSite;
    readonly bot: ServerUser;
    readonly rooms: readonly number[];
    readonly speed: number;
  }) {
    this.#site = parts.site;
    this.#bot = parts.bot;
    this.#rooms = parts.rooms;
    this.#speed = parts.speed;
    this.#people = ["Alice", "Bruno", "Chiara"].map((name) => parts.site.user(name));
    this.#numbers = fc.sample(fc.nat(1_000_000), { numRuns: 20_000, ...(IS_RELEASE ? { seed: Date.now() } : {}) });
    this.#stopListening = parts.site.onEvent(({ messageId, raw, type }) => {
      this.#now = Number(raw.time_stamp);
      const message = messageId === null ? undefined : parts.site.message(messageId);
      if (message?.userId !== parts.bot.id || type > 2) return;
      // Ticks do not count: they go on for ever.
      if (!/^t[ia]ck/.test(message.source)) this.lastDeedAt = performance.now();
      this.#onDeed();
      if (/ or not\?$/.test(message.source)) this.#later(3_000, () => this.#answer(message.id));
    });
  }

  /** A random number. */
  random(below: number): number {
    const number = this.#numbers.pop() ?? 0;
    this.#numbers.unshift(number + 1);
    return number % below;
  }

  end(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Resolves when the bot has posted or edited so many messages. */
  deeds(count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      this.#onDeed = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  }

  /** People say some commands, whether the bot lives or not, and edit some of them soon after. */
  async talk(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      await new Promise((next) => setTimeout(next, this.random(300)));
      const id = this.#commands.size + 1;
      const roomId = this.#rooms[this.random(this.#rooms.length)] ?? 1;
      const by = (this.#people[this.random(this.#people.length)] ?? this.#bot).in(roomId);
      const kind = KINDS[this.random(KINDS.length)] ?? "count";
      const command = { id: 0, kind, roomId, by, version: 1, n: 1 + this.random(3), deletedAt: null, answers: [] };
      const said = by.says(this.#text({ ...command, id }));
      this.#commands.set(id, { ...command, id });
      for (let edits = this.random(3); edits > 0; edits--) this.#later(20_000, () => this.#edit(id, said));
      if (kind !== "same" && this.random(8) === 0) this.#later(20_000, () => this.#delete(id, said));
    }
  }

  /** The faults at the end. */
  problems(): string[] {
    const mine = this.#rooms.flatMap((id) => this.#site.room(id).messages.filter((one) => this.#isAnswer(one)));
    const byWord = new Map<string, ServerMessage[]>();
    for (const message of mine) {
      const [word = "?"] = /^w\d+(?=v)/.exec(textOf(message)) ?? [];
      byWord.set(word, [...(byWord.get(word) ?? []), message]);
    }
    const commands = [...this.#commands.values()];
    const same = commands.filter(({ kind }) => kind === "same").length;
    const found = mine.filter(({ source }) => source.startsWith("the same")).length;
    const odd = (byWord.get("?") ?? []).map(textOf).filter((text) => !/^(the same|tick|tack)/.test(text));
    return [
      ...commands.flatMap((command) => this.#problemsOf(command, byWord.get(`w${command.id}`) ?? [])),
      ...(found === same ? [] : [`${found} of ${same} said the same`]),
      ...odd.map((text) => `unexpected: ${text}`),
    ];
  }

  #problemsOf(command: Command, found: readonly ServerMessage[]): string[] {
    if (command.kind === "same") return found.length === 0 ? [] : [`${this.#text(command)}: ${found.map(textOf)}`];
    const word = wordOf(command);
    const { deletedAt } = command;
    if (deletedAt !== null)
      return found
        .filter((message) => !isOlder(message, deletedAt))
        .map(({ source }) => `answer to a deletion: ${source}`);
    const current = found.filter((message) => textOf(message).startsWith(word));
    const complain = (what: string): string[] => [
      `${what} to ${this.#text(command)}: ${found.map(({ timeStamp, revisions }) => `${timeStamp} ${revisions.map(({ source }) => source?.slice(0, 40)).join(" → ")}`).join("; ")}`,
    ];
    // A result that comes after the window is a new message.
    const [progress, result] = current;
    const isLate = command.kind === "work" && progress && result && isOlder(progress, result.timeStamp);
    if (!this.#isRight(command, (isLate ? [result] : current).map(textOf))) return complain("wrong answers");
    // An answer that can no longer be edited or deleted stays, and a new one follows.
    const newest = Math.max(...current.map(({ timeStamp }) => timeStamp));
    const left = found.filter((message) => !current.includes(message));
    return left.every((message) => isOlder(message, newest)) ? [] : complain("old answers");
  }

  #isRight(command: Command, texts: readonly string[]): boolean {
    const word = wordOf(command);
    if (command.kind === "count") {
      const expected = Array.from({ length: command.n }, (_, at) => `${word} ${at + 1} of ${command.n}`);
      return JSON.stringify(texts) === JSON.stringify(expected);
    }
    if (command.kind === "work") return JSON.stringify(texts) === JSON.stringify([`${word} is done`]);
    if (command.kind === "long")
      return (
        texts.join(" ") ===
        Array(command.n * 60)
          .fill(word)
          .join(" ")
      );
    const [question, answer, ...more] = texts;
    const given = /^(w\d+v\d+) is (.*)$/.exec(answer ?? "")?.[2];
    return question === `${word} or not?` && more.length === 0 && command.answers.includes(given ?? "");
  }

  #isAnswer({ userId, deleted }: ServerMessage): boolean {
    return userId === this.#bot.id && !deleted;
  }

  #text(command: Command): string {
    const { kind, n } = command;
    const number = kind === "count" ? ` ${n}` : kind === "long" ? ` ${n * 60}` : "";
    return `!!${kind}${number} ${wordOf(command)}`;
  }

  #edit(id: number, said: ServerMessage): void {
    const command = this.#commands.get(id);
    if (!command || command.deletedAt !== null) return;
    command.version += 1;
    command.n = 1 + this.random(3);
    command.by.edits(said, this.#text(command));
  }

  #delete(id: number, said: ServerMessage): void {
    const command = this.#commands.get(id);
    if (!command) return;
    command.by.deletes(said);
    command.deletedAt = this.#now;
  }

  /** The person of a question answers it, as a reply or, if it is their only open one, just so. */
  #answer(questionId: number): void {
    const question = this.#site.message(questionId);
    const [, id, version] = /^w(\d+)v(\d+) or not/.exec(question ? textOf(question) : "") ?? [];
    const command = this.#commands.get(Number(id));
    if (!question || !command || question.deleted || command.answers.includes(`yes${version}`)) return;
    command.answers.push(`yes${version}`);
    command.by.says(`yes${version}`, { replyTo: questionId });
  }

  #later(mostMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, this.random(mostMs) / this.#speed);
    this.#timers.add(timer);
  }
}

function isOlder({ timeStamp }: ServerMessage, than: number): boolean {
  return timeStamp < than - OLD_S;
}

function wordOf({ id, version }: Command): string {
  return `w${id}v${version}`;
}

/** The text without the address of a reply. */
function textOf({ source }: ServerMessage): string {
  return source.replace(/^:\d+ /, "");
}
