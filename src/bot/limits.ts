/** How often: cooldowns of handlers, a guard against floods, and one against bots that answer each other. */
import type { Clock } from "../index.js";
import { BoundedMap } from "./bounded-map.js";
import type { About } from "./handler-options.js";
import { type Placed, Rallies } from "./rallies.js";
import type { Json, Store } from "./store/index.js";

/** One use of a handler. */
export interface Use {
  readonly host: string;
  readonly roomId: number;
  readonly userId: number;
  /** The message or event that asks for it: its repetition and its edits do not wait. */
  readonly cause: number;
}

/** Limits on the commands of one person. */
export interface FloodRule {
  readonly commands: number;
  readonly perMs: number;
  readonly muteMs: number;
}

const COOLDOWNS = "cooldown/";
const MAX_KEYS = 10_000;
/** A message this soon after an answer, in milliseconds, is one that a program may have written. */
const REFLEX_MS = 2_000;
/** The number of such messages in a row that make a loop. */
const LOOP_TURNS = 10;
/**
 * The number of replies in a row to answers to oneself that make a loop at any speed: in a busy room the server's throttle
 * delays the answers of other bots by more than {@link REFLEX_MS}.
 */
const RALLY_TURNS = 40;

/** Cooldowns, kept in the store. */
export class Cooldowns {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Hears of a store that fails. */
  readonly #report: (error: unknown) => void;
  readonly #uses = new BoundedMap<string, { readonly at: number; readonly cause: number; readonly until: number }>(
    MAX_KEYS,
  );

  constructor(store: Store, clock: Clock, report: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#report = report;
  }

  /** Reads the uses of the last process, and removes those that count no more. */
  async load(): Promise<void> {
    const old: string[] = [];
    for await (const [key, value] of this.#store.list(COOLDOWNS)) {
      const use = useOf(value);
      if (use && use.until > this.#clock.now()) this.#uses.set(key, use);
      else old.push(key);
    }
    for (const key of old) await this.#store.delete(key);
  }

  /** Notes a use. Resolves to the milliseconds to wait instead, if it comes too early. */
  async use(name: string, cooldown: About["cooldownMs"], { host, roomId, userId, cause }: Use): Promise<number> {
    if (!cooldown) return 0;
    const now = this.#clock.now();
    const scopes = [
      [`user/${host}/${userId}`, cooldown.perUser],
      [`room/${host}/${roomId}`, cooldown.perRoom],
      ["all", cooldown.all],
    ] as const;
    const active = scopes
      .filter(([, ms]) => ms > 0)
      .map(([scope, ms]) => ({ key: `${COOLDOWNS}${name}/${scope}`, ms }));
    const waits = active.map(({ key, ms }) => {
      const last = this.#uses.get(key);
      return last && last.cause !== cause ? last.at + ms - now : 0;
    });
    const wait = Math.max(0, ...waits);
    if (wait > 0) return wait;
    for (const { key, ms } of active) {
      const use = { at: now, cause, until: now + ms };
      const forgotten = this.#uses.set(key, use);
      await this.#store.set(key, use).catch(this.#report);
      // The store is bounded by the same limit: people come and go, and a bot may run for years.
      if (forgotten !== undefined) await this.#store.delete(forgotten).catch(this.#report);
    }
    return 0;
  }
}

function useOf(value: Json): { readonly at: number; readonly cause: number; readonly until: number } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const [at, cause, until] = ["at", "cause", "until"].map((name): unknown => Reflect.get(value, name));
  if (typeof at !== "number" || typeof cause !== "number" || typeof until !== "number") return undefined;
  return { at, cause, until };
}

/** Why a person is not heard for a while. */
export type MuteReason = "flood" | "loop";

/** A message that the bot is about to handle. */
export interface AdmittedMessage extends Placed {
  /** The person, by host and id. */
  readonly who: string;
  readonly text: string;
}

interface Person {
  times: number[];
  turns: number;
  lastText: string;
  answeredAt: number;
  mutedUntil: number;
}

/** The guards against floods and loops. In memory: a restart forgives. */
export class Guards {
  readonly #rule: FloodRule | undefined;
  readonly #clock: Clock;
  readonly #people = new BoundedMap<string, Person>(MAX_KEYS);
  readonly #rallies = new Rallies();

  constructor(rule: FloodRule | undefined, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  /**
   * Notes a message that the bot is about to handle, by the time when it was said. Returns true if it may; a reason if
   * this message mutes the person; false if they are muted already.
   */
  admit(message: AdmittedMessage, now: number = this.#clock.now()): true | false | MuteReason {
    const rule = this.#rule;
    if (!rule) return true;
    const { who, text } = message;
    const person = this.#people.get(who) ?? {
      times: [],
      turns: 0,
      lastText: "",
      answeredAt: -REFLEX_MS,
      mutedUntil: 0,
    };
    this.#people.set(who, person);
    if (person.mutedUntil > now) return false;
    const isReflex = now - person.answeredAt <= REFLEX_MS && person.answeredAt >= (person.times.at(-1) ?? 0);
    person.turns = isReflex || (person.turns > 0 && text === person.lastText) ? person.turns + 1 : 0;
    person.lastText = text;
    person.times = [...person.times.filter((time) => time > now - rule.perMs), now];
    const rally = this.#rallies.said(message, who, now);
    const isLoop = person.turns >= LOOP_TURNS || rally >= RALLY_TURNS;
    const reason = isLoop ? "loop" : person.times.length > rule.commands ? "flood" : undefined;
    if (!reason) return true;
    person.mutedUntil = now + rule.muteMs;
    person.turns = 0;
    person.times = [];
    this.#rallies.forget(who);
    return reason;
  }

  /** Notes an answer to a person. */
  answered(who: string): void {
    const person = this.#people.get(who);
    if (person) person.answeredAt = this.#clock.now();
  }

  /** Notes a message of the bot. */
  said(message: Placed): void {
    if (this.#rule) this.#rallies.answered(message);
  }
}

/** Says something once for each subject and period, such as a refusal. */
export class Once {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #said = new BoundedMap<string, number>(MAX_KEYS);

  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock;
    this.#periodMs = periodMs;
  }

  /** Whether this is the first time in the period. */
  first(subject: string): boolean {
    const now = this.#clock.now();
    const last = this.#said.get(subject);
    if (last !== undefined && now - last < this.#periodMs) return false;
    this.#said.set(subject, now);
    return true;
  }
}
