/** A running bot: puts the parts together, listens to the rooms, and ends everything. */
import {
  type ChatEvent,
  type Client,
  type Clock,
  Invitation,
  isChatError,
  type Room,
  systemClock,
  type Watch,
} from "../index.js";
import { sleep } from "../util/clock.js";
import { markHandled } from "../util/promises.js";
import { Accounts } from "./accounts.js";
import { Addressing } from "./addressed.js";
import type { Answer } from "./answer.js";
import { Asks } from "./asks.js";
import type { Bot } from "./bot.js";
import type { BotSettings, Invited } from "./bot-options.js";
import { BoundedMap } from "./bounded-map.js";
import type { BotContext } from "./context.js";
import type { ContextParts } from "./context-parts.js";
import { Dispatcher } from "./dispatcher.js";
import { sendDistinct } from "./distinct.js";
import { Failures } from "./failures.js";
import { Cooldowns, Guards } from "./limits.js";
import type { Matcher } from "./matcher.js";
import { MessageHandling } from "./message-handling.js";
import { Owners } from "./owners.js";
import { Permissions } from "./permissions.js";
import { Rooms } from "./rooms.js";
import { RunLog } from "./run-log.js";
import { Runner } from "./runner.js";
import { Scope } from "./scope.js";
import { Statistics } from "./statistics.js";
import { memoryStore, openStore, type Store, scoped } from "./store/index.js";
import type { Timetable } from "./time/timetable.js";

/** The parts of an {@link Engine} that come from its bot. */
export interface EngineParts {
  readonly bot: Bot;
  readonly settings: BotSettings;
  readonly matcher: () => Matcher;
  readonly onError: () => ((error: unknown, c: BotContext | null) => unknown) | undefined;
  readonly timetable: (engine: Engine) => Timetable;
}

const MAX_ROOMS = 20;
/** The most rooms whose latest answers are remembered. */
const MAX_LATEST = 500;
const MAX_ANSWERS = 20;
/** How long a stopping bot waits for its handlers, in milliseconds. */
const DRAIN_MS = 10_000;

export class Engine {
  readonly clock: Clock;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly scope: Scope;
  readonly runner: Runner;
  readonly statistics: Statistics = new Statistics();
  readonly failures: Failures;
  readonly owners: Owners;
  readonly contexts: ContextParts;
  readonly startedAt: number;
  /** Resolves when the bot is stopped; rejects when listening to a home room ends for good. */
  readonly ended: Promise<void>;
  readonly #parts: EngineParts;
  readonly #dispatcher: Dispatcher;
  readonly #runs: RunLog;
  readonly #asks: Asks;
  readonly #cooldowns: Cooldowns;
  readonly timetable: Timetable;
  readonly #watches = new Map<Room, Watch>();
  readonly #latest = new BoundedMap<Room, Answer[]>(MAX_LATEST);
  readonly #listenings: { close(): void }[] = [];
  #end: { resolve(): void; reject(reason: unknown): void } = { resolve() {}, reject() {} };
  #stopping: Promise<void> | undefined;
  #inviting: Promise<void> = Promise.resolve();

  /** Opens the store and the clients, and listens to the rooms. Resolves when events arrive from all of them. */
  static async start(parts: EngineParts, rooms: readonly Room[], signal: AbortSignal): Promise<Engine> {
    const { settings } = parts;
    const accounts = new Accounts();
    const store = await openedStore(rooms, async () => {
      await accounts.open(rooms, signal, (error) => settings.print("bot: a message of the last process", error));
      return typeof settings.store === "string" ? openStore(settings.store) : (settings.store ?? memoryStore());
    });
    const engine = new Engine(parts, accounts, store);
    try {
      await engine.#open(rooms);
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  constructor(parts: EngineParts, accounts: Accounts, store: Store) {
    const { settings, matcher, bot } = parts;
    this.#parts = parts;
    this.accounts = accounts;
    this.store = store;
    this.clock = settings.clock ?? accounts.clients[0]?.clock ?? systemClock;
    this.startedAt = this.clock.now();
    this.ended = markHandled(new Promise((resolve, reject) => (this.#end = { resolve, reject })));
    const { clock } = this;
    const permissions = new Permissions({ clock, store, owners: settings.owners, allowed: settings.allowed });
    this.scope = new Scope({ clock, store, permissions, rooms: new Rooms(store), durable: accounts.durable });
    const { scope } = this;
    this.owners = new Owners(clock, (text) => this.tellOwners(text));
    this.failures = new Failures({
      onError: parts.onError,
      apology: settings.apology,
      print: settings.print,
      tellOwners: (text) => this.owners.tell(text),
    });
    const report = (error: unknown): void => this.failures.report(error, "the store");
    this.#runs = new RunLog({ store, clock, windowMs: settings.windowMs, report });
    this.#asks = new Asks(clock, (record) => this.#runs.save(record));
    this.#cooldowns = new Cooldowns(store, clock, report);
    const guards = new Guards(settings.flood, clock);
    this.runner = new Runner({
      scope,
      runs: this.#runs,
      failures: this.failures,
      statistics: this.statistics,
      windowMs: settings.windowMs,
      timeoutMs: settings.timeoutMs,
      answered: (room, answer) => this.#answered(room, answer),
    });
    this.timetable = parts.timetable(this);
    this.contexts = {
      bot,
      clock,
      store: scoped(store, "data"),
      asks: this.#asks,
      windowMs: settings.windowMs,
      sessionOf: (room, userId) => scoped(store, "session", room.site.host, String(room.id), String(userId)),
      save: (record) => this.#runs.save(record),
      later: (what, room, ids, afterMs) => this.timetable.followUps.set(what, room, ids, afterMs),
    };
    const addressing = new Addressing(settings.prefixes, settings.names, settings.mentions);
    const handling = new MessageHandling({
      scope,
      runs: this.#runs,
      runner: this.runner,
      cooldowns: this.#cooldowns,
      statistics: this.statistics,
      contexts: this.contexts,
      matcher,
      prefix: bot.prefix,
      suggests: settings.suggests,
      answered: (who) => guards.answered(who),
    });
    this.#dispatcher = new Dispatcher({
      scope,
      matcher,
      addressing,
      runs: this.#runs,
      runner: this.runner,
      asks: this.#asks,
      guards,
      cooldowns: this.#cooldowns,
      statistics: this.statistics,
      contexts: this.contexts,
      handling,
      options: settings,
      ownName: (room) => accounts.nameAt(room.client),
      noteOwn: (room, id) => accounts.noteOwn(room.client, id),
      isOwn: (room, id) => accounts.isOwn(room.client, id),
      heard: (room) => this.timetable.heard(room),
      muted: (room, userId, reason) => this.#muted(room, userId, reason),
    });
  }

  /** The number of messages that wait for their turn, and of questions that wait for people. */
  get waiting(): { readonly messages: number; readonly questions: number } {
    return { messages: this.#dispatcher.waiting, questions: this.#asks.size };
  }

  /** The latest answers in a room, the newest last. */
  latestAnswers(room: Room): readonly Answer[] {
    return this.#latest.get(room) ?? [];
  }

  /** The state of listening to each room. */
  get rooms(): readonly { readonly room: Room; readonly isHome: boolean }[] {
    return this.scope.rooms.list;
  }

  /** Enters a room and keeps it. */
  async join(room: Room, by: number | null): Promise<void> {
    if (this.scope.rooms.has(room)) return;
    await this.#listen({ room, isHome: false, by });
  }

  /** Leaves a room and forgets it. */
  async leave(room: Room): Promise<void> {
    const watch = this.#watches.get(room);
    this.#watches.delete(room);
    watch?.close();
    this.timetable.forget(room);
    await this.scope.rooms.remove(room);
    try {
      await room.leave();
    } catch (error) {
      // A bot that stops leaves all rooms.
      if (!(this.scope.isStopping && isChatError(error, "CLOSED"))) throw error;
    }
  }

  /** Says a text in every room with the role `owners`. Never rejects. */
  tellOwners(text: string): void {
    for (const room of this.scope.rooms.choose("owners"))
      sendDistinct(text, (said) => room.sendMessage(said, { split: "words", priority: "low" })).catch(
        (error: unknown) => this.failures.report(error, "telling the owners"),
      );
  }

  /** Stops: waits for handlers, then leaves and ends everything. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #open(rooms: readonly Room[]): Promise<void> {
    const { settings } = this.#parts;
    await Promise.all([
      this.#runs.load(),
      this.scope.permissions.load(),
      this.#cooldowns.load(),
      this.timetable.load(),
    ]);
    // Without a state, the events of open runs do not come again, and nobody waits for those answers.
    const hosts = new Set([...this.accounts.durable].map(({ site }) => site.host));
    this.#asks.park(this.#runs.open.filter(({ host }) => hosts.has(host)));
    const home = rooms.map((room) => ({ room, isHome: true, by: null }));
    const kept = (await this.scope.rooms.kept(this.accounts.clients)).filter(({ room }) => !rooms.includes(room));
    const onAny = (event: ChatEvent): unknown => (event instanceof Invitation ? this.#onPersonal(event) : undefined);
    if (settings.invitations)
      for (const client of this.accounts.clients) this.#listenings.push(client.watch(onAny, { concurrency: 1 }));
    await Promise.all([
      ...home.map((entry) => this.#listen(entry)),
      // A room that was closed to the bot while it was away does not keep it from the others.
      ...kept.map((entry) => this.#listen(entry).catch((error: unknown) => this.#cannotEnter(entry.room, error))),
    ]);
    // They were entered side by side.
    this.scope.rooms.arrange([...home, ...kept].map(({ room }) => room));
    for (const [role, choice] of Object.entries(settings.roles))
      this.scope.rooms.setRole(role, this.scope.rooms.choose(choice));
    await this.timetable.start();
  }

  async #listen(entry: { readonly room: Room; readonly isHome: boolean; readonly by: number | null }): Promise<void> {
    const { room, isHome } = entry;
    const watch = room.watch((event) => this.#onEvent(event, room), { ack: "manual" });
    this.#watches.set(room, watch);
    let isIn = false;
    watch.closed.then(
      () => this.#roomEnded(room),
      (error: unknown) => (isIn ? this.#roomFailed(room, isHome, error) : undefined),
    );
    try {
      await watch.ready;
      isIn = true;
      await this.scope.rooms.add(entry);
      this.timetable.heard(room);
    } catch (error) {
      watch.close();
      this.#watches.delete(room);
      throw error;
    }
  }

  #onEvent(event: ChatEvent, room: Room): void {
    // Invitations come to listeners of all rooms.
    if (event.data.room_id !== undefined && event.data.room_id !== room.id) {
      event.done();
      return;
    }
    this.#dispatcher.onEvent(event, room);
  }

  /** Invitations are handled one after the other, so that no two of them take the last free place. */
  async #onPersonal(event: Invitation): Promise<void> {
    if (!event.room || event.byYou) return;
    const { room } = event;
    const handled = this.#inviting.then(() => this.#onInvitation(event, room));
    this.#inviting = handled.catch(() => {});
    await handled;
  }

  async #onInvitation(event: Invitation, room: Room): Promise<void> {
    const { invitations } = this.#parts.settings;
    if (!invitations) return;
    const invited = { room, by: event.user?.id ?? null };
    if (this.scope.rooms.has(room) || this.scope.rooms.list.length >= (invitations.most ?? MAX_ROOMS)) return;
    if (!this.scope.permissions.isHeard(room.site.host, invited.by) || !(await this.#mayInvite(invited))) return;
    try {
      await this.join(room, invited.by);
    } catch (error) {
      return this.#cannotEnter(room, error);
    }
    if (invitations.greeting !== undefined)
      await sendDistinct(invitations.greeting, (said, suffix) =>
        room.sendMessage(said, { key: `bot ${event.id} greeting${suffix}` }),
      );
  }

  async #mayInvite(invited: Invited): Promise<boolean> {
    const { from } = this.#parts.settings.invitations ?? { from: "owners" };
    if (typeof from === "function") return from(invited);
    if (from === "anybody" || this.scope.permissions.isOwner(invited.by)) return true;
    return from === "room-owners" && invited.by !== null && invited.room.isOwner(invited.by);
  }

  #cannotEnter(room: Room, error: unknown): void {
    this.failures.report(error, `room ${room.id}, where the bot was invited`);
  }

  #roomEnded(room: Room): void {
    this.#watches.delete(room);
  }

  #roomFailed(room: Room, isHome: boolean, error: unknown): void {
    this.#watches.delete(room);
    if (this.scope.isStopping) return;
    if (isHome) {
      this.#end.reject(error);
      return;
    }
    this.failures.report(error, `listening to room ${room.id} ended`);
    this.owners.tell(`I can no longer listen to room ${room.id}.`);
    this.scope.rooms.remove(room).catch((failure: unknown) => this.failures.report(failure, "the store"));
  }

  #answered(room: Room, answer: Answer): void {
    for (const { id } of answer.messages) this.accounts.noteOwn(room.client, id);
    this.#latest.set(room, [...(this.#latest.get(room) ?? []), answer].slice(-MAX_ANSWERS));
  }

  #muted(room: Room, userId: number, reason: "flood" | "loop"): void {
    const { muteMs = 0 } = this.#parts.settings.flood ?? {};
    const why = reason === "loop" ? "answers me like a program" : "sends too many commands";
    this.failures.note(`user ${userId} in room ${room.id} ${why}; not heard for ${muteMs / 1_000} s`);
    this.owners.tell(`User ${userId} in room ${room.id} ${why}; I do not hear them for a while.`);
  }

  async #stop(): Promise<void> {
    const drained = this.#drained();
    this.scope.stop();
    for (const listening of this.#listenings) listening.close();
    await drained;
    this.runner.abort(new Error("the bot stops"));
    await this.timetable.close();
    this.owners.close();
    // Logging out ends the watches. Closing one would count the events of handlers that wait for people as handled.
    await Promise.allSettled(this.accounts.clients.map((client: Client) => client.logout()));
    if (this.store !== this.#parts.settings.store) await this.store.close();
    this.#end.resolve();
  }

  /** Resolves when no handler runs but those that wait for people, or after the time for that. */
  async #drained(): Promise<void> {
    const limit = new AbortController();
    await Promise.race([this.runner.idle(), sleep(this.clock, DRAIN_MS, limit.signal).catch(() => {})]);
    limit.abort();
  }
}

/** Opens the clients and the store. Logs the clients out if that fails, so that nothing of them keeps running. */
async function openedStore(rooms: readonly Room[], open: () => Promise<Store>): Promise<Store> {
  try {
    return await open();
  } catch (error) {
    await Promise.allSettled([...new Set(rooms.map(({ client }) => client))].map((client) => client.logout()));
    throw error;
  }
}
