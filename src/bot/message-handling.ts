/** Handles one message: picks the handler that may take it, and says why if none may. */
import type { Arrived } from "./arrival.js";
import { numberOr, sourceOf } from "./arrival.js";
import type { Entry } from "./composer.js";
import { BotContext, CommandContext, HearsContext } from "./context.js";
import type { ContextParts } from "./context-parts.js";
import { type Cooldowns, Once } from "./limits.js";
import type { Match, Matcher } from "./matcher.js";
import { formatDuration, nearest, readArguments } from "./pattern/index.js";
import { answersOf } from "./recovery.js";
import type { Run } from "./run.js";
import type { AnswerRecord, CommandRecord, RunLog } from "./run-log.js";
import { keyOfEvent, type Runner } from "./runner.js";
import type { Scope } from "./scope.js";
import type { Statistics } from "./statistics.js";
import type { Turn } from "./turns.js";

/** The parts of {@link MessageHandling}. */
export interface HandlingParts {
  readonly scope: Scope;
  readonly runs: RunLog;
  readonly runner: Runner;
  readonly cooldowns: Cooldowns;
  readonly statistics: Statistics;
  readonly contexts: ContextParts;
  readonly matcher: () => Matcher;
  /** The prefix to show. */
  readonly prefix: string;
  readonly suggests: boolean;
  /** Notes that a person was answered. */
  readonly answered: (who: string) => void;
}

/** The period in which a refusal or a suggestion is said once, in milliseconds. */
const SAY_ONCE_MS = 600_000;

type Call = Arrived & { readonly run: Run; readonly made: (c: BotContext) => void };

export class MessageHandling {
  readonly #parts: HandlingParts;
  readonly #refusals: Once;

  constructor(parts: HandlingParts) {
    this.#parts = parts;
    this.#refusals = new Once(parts.scope.clock, SAY_ONCE_MS);
  }

  /** Whether an unknown command may be answered with a suggestion. */
  get suggests(): boolean {
    return this.#parts.suggests;
  }

  /** Runs the first handler that takes a message. Resolves to false if the bot stopped meanwhile. */
  async handle(arrived: Arrived, matches: readonly Match[], turn: Turn, release: () => void): Promise<boolean> {
    const { runner, runs, scope } = this.#parts;
    const { event, room } = arrived;
    // An edit to ordinary talk only takes away the answers of the run that it supersedes.
    const known = runs.find(room.site.host, event.messageId);
    if (matches.length === 0 && !this.suggests && !known) return true;
    const key = keyOfEvent(event);
    const previous = known && known.run !== key ? await answersOf(known, room.client) : [];
    if (turn.isSuperseded) return true;
    if (scope.isStopping) return false;
    const subject = {
      key,
      room,
      record: this.#recordOf(arrived, known, previous),
      // Most handlers need no more of it than its id.
      get message() {
        return event.message;
      },
    };
    const first = matches[0]?.entry;
    const about = { name: first?.name ?? "unknown command", timeoutMs: first?.about.timeoutMs, release };
    const result = await runner.perform(subject, about, async (run, made) => {
      turn.begin(run);
      const call = { ...arrived, run, made };
      await this.#offer(call, matches, 0);
      if (run.answers.length > 0) this.#parts.answered(`${room.site.host}/${numberOr(event.data.user_id)}`);
    });
    if (result !== undefined) this.#parts.contexts.asks.forget(subject.record);
    return result !== undefined;
  }

  /** The record of the run: of the process before if it did not finish it, else a new one that replaces old answers. */
  #recordOf(arrived: Arrived, known: CommandRecord | undefined, previous: AnswerRecord[]): CommandRecord {
    const { event, room } = arrived;
    const run = keyOfEvent(event);
    if (known?.run === run) return Object.assign(known, { at: this.#parts.scope.clock.now() });
    const fresh = {
      run,
      event: event.id ?? 0,
      source: sourceOf(arrived),
      at: this.#parts.scope.clock.now(),
      isOpen: true,
      hasFailed: false,
      answers: [],
      previous,
      steps: {},
      used: known?.used ?? [],
      asked: {},
      question: null,
    };
    if (known) return Object.assign(known, fresh);
    const userId = numberOr(event.data.user_id);
    return { host: room.site.host, roomId: room.id, messageId: event.messageId, userId, ...fresh };
  }

  /** Offers a message to its matches from a place on. */
  async #offer(call: Call, matches: readonly Match[], from: number): Promise<void> {
    for (let at = from; at < matches.length; at++) {
      const match = matches[at];
      if (match && (await this.#take(call, match, () => this.#offer(call, matches, at + 1)))) return;
    }
    if (matches.every(({ entry }) => entry.isForUnknown)) await this.#suggest(call);
  }

  async #take(call: Call, match: Match, next: () => Promise<void>): Promise<boolean> {
    const { contexts, runner, scope } = this.#parts;
    const { entry } = match;
    const { event, room, run } = call;
    if (!scope.isIn(room, entry.about.rooms)) return false;
    if (entry.steps.length > 0 || entry.about.needs.length > 0) {
      const plain = new BotContext(contexts, run, event);
      call.made(plain);
      if (!(await runner.passesFilters(entry, plain))) return false;
      if (!(await scope.permissions.meets(entry.about.needs, plain))) {
        await this.#refuse(call, `needs ${entry.name}`, "You may not do that here.");
        return true;
      }
    }
    const c = await this.#contextOf(call, match);
    if (!c) return true;
    const waitMs = await this.#waitOf(call, entry);
    if (waitMs > 0) {
      await this.#refuse(call, `cooldown ${entry.name}`, `Please wait ${formatDuration(waitMs)}.`);
      return true;
    }
    call.made(c);
    await runner.callHandler(entry, c, next);
    return true;
  }

  /** Uses the cooldown of a handler, once for each message. Resolves to the milliseconds to wait instead. */
  async #waitOf({ event, room, run }: Call, { name, about }: Entry): Promise<number> {
    const { cooldowns, scope } = this.#parts;
    const userId = numberOr(event.data.user_id);
    const used = run.subject.record?.used ?? [];
    if (!about.cooldownMs || userId === null || scope.permissions.isOwner(userId) || used.includes(name)) return 0;
    const use = { host: room.site.host, roomId: room.id, userId, cause: event.messageId };
    const waitMs = await cooldowns.use(name, about.cooldownMs, use);
    if (waitMs === 0) used.push(name);
    return waitMs;
  }

  /** The context for a handler; undefined for a wrong call, which is answered with the usage. */
  async #contextOf(call: Call, { entry, match }: Match): Promise<BotContext | undefined> {
    const { contexts, prefix, scope } = this.#parts;
    const { event, room, run, rest, command = "", isEdit, addressed } = call;
    const { pattern } = entry;
    const made = { name: command, markdown: rest, isEdit, addressedBy: addressed?.by ?? "prefix" };
    if (entry.isForUnknown) return new CommandContext(contexts, run, event, { args: {}, ...made });
    if (!pattern) return new HearsContext(contexts, run, event, match ?? wholeOf(event.textContent ?? ""));
    const repliedTo = event.parentId === null ? null : room.client.getMessage(event.parentId);
    const env = { clock: scope.clock, room, client: room.client, user: event.user, repliedTo };
    const read = await readArguments(pattern, rest, env);
    if (read.ok) return new CommandContext(contexts, run, event, { args: read.args, ...made });
    await run.say(`Usage: ${prefix}${pattern.usage} (${read.reason})`, { isReply: true });
    return undefined;
  }

  async #suggest(call: Call): Promise<void> {
    const { matcher, prefix, suggests } = this.#parts;
    const { command, addressed, unheard } = call;
    if (!suggests || command === undefined || !addressed || addressed.by === "reply" || unheard.length > 0) return;
    const meant = nearest(command, matcher().names);
    if (meant !== undefined) await this.#refuse(call, "unknown", `Did you mean ${prefix}${meant}?`);
  }

  /** Says a refusal to a person once in a while. */
  async #refuse({ event, room, run }: Call, what: string, text: string): Promise<void> {
    this.#parts.statistics.refused += 1;
    const subject = `${room.site.host}/${numberOr(event.data.user_id)} ${what}`;
    // An edited or repeated call may say it again: its answer is edited.
    const isAgain = (run.subject.record?.previous.length ?? 0) > 0;
    if (this.#refusals.first(subject) || isAgain) await run.say(text, { isReply: true });
  }
}

/** A match of a whole text. */
function wholeOf(text: string): RegExpExecArray {
  return /^.*$/s.exec(text) ?? ([] as never);
}
