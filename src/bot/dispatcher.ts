/**
 * From an event to the handlers that take it. A message is dispatched once, although a mention and a reply come as
 * events of their own; an edit repeats the command that it changes.
 */
import {
  AccessLevelChanged,
  type ChatEvent,
  type ChatMessageEvent,
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  MessageReply,
  type Room,
  UserNameOrAvatarChanged,
} from "../index.js";
import type { Addressing } from "./addressed.js";
import { type Arrived, numberOr, sourceOf, unheardOf } from "./arrival.js";
import type { Asks } from "./asks.js";
import { BoundedMap } from "./bounded-map.js";
import type { Entry } from "./composer.js";
import { type BotContext, EventContext } from "./context.js";
import type { ContextParts } from "./context-parts.js";
import { Lanes } from "./lanes.js";
import type { Cooldowns, Guards } from "./limits.js";
import type { Match, Matcher } from "./matcher.js";
import type { MessageHandling } from "./message-handling.js";
import { splitCommand } from "./pattern/index.js";
import { quickTextOf } from "./quick-text.js";
import type { Placed } from "./rallies.js";
import { answersOf } from "./recovery.js";
import type { CommandRecord, RunLog } from "./run-log.js";
import { keyOfEvent, type Runner } from "./runner.js";
import type { Scope } from "./scope.js";
import type { Statistics } from "./statistics.js";
import { type Turn, Turns } from "./turns.js";

/** The parts of a {@link Dispatcher}. */
export interface DispatcherParts {
  readonly scope: Scope;
  readonly matcher: () => Matcher;
  readonly addressing: Addressing;
  readonly runs: RunLog;
  readonly runner: Runner;
  readonly asks: Asks;
  readonly guards: Guards;
  readonly cooldowns: Cooldowns;
  readonly statistics: Statistics;
  readonly contexts: ContextParts;
  readonly handling: MessageHandling;
  readonly options: DispatchOptions;
  /** The name of the bot's account at a room's site. */
  ownName(room: Room): string;
  /** Notes a message of the bot. */
  noteOwn(room: Room, messageId: number): void;
  /** Whether a message was noted as the bot's. */
  isOwn(room: Room, messageId: number): boolean;
  /** Somebody has said something in a room. */
  heard(room: Room): void;
  /** A person is not heard for a while. */
  muted(room: Room, userId: number, reason: "flood" | "loop"): void;
}

/** The options of a bot that concern the dispatch. */
export interface DispatchOptions {
  readonly order: "user" | "room" | "none";
  readonly windowMs: number;
  readonly maxAgeMs: number;
  readonly runsEdits: boolean;
  readonly deletesAnswers: boolean;
}

const MAX_PINGS = 200;
/** How long after the start events may come that happened before it, in milliseconds. */
const CATCH_UP_MS = 300_000;
/** The most messages that wait for their turn. */
const MAX_WAITING = 10_000;

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new Lanes();
  readonly #turns = new Turns();
  /** Messages that reply to the bot, whose post has not arrived. */
  readonly #replies = new BoundedMap<number, true>(MAX_PINGS);

  readonly #startedAt: number;
  readonly #startedSecond: number;
  /** Rooms with a message that was posted after the start: what comes later happens now. */
  readonly #current = new WeakSet<Room>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#startedAt = parts.scope.clock.now();
    this.#startedSecond = Math.floor(this.#startedAt / 1_000);
  }

  /** The number of messages that wait for their turn. */
  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** Handles an event of a room, and acknowledges it when everything that it causes is done. */
  onEvent(event: ChatEvent, room: Room): void {
    if (this.#parts.scope.isStopping) return;
    this.#parts.statistics.lastEventAt = event.receivedAt;
    const observers = this.#parts.matcher().observers(event);
    const task = this.#take(event, room);
    if (observers.length === 0 && !task) {
      event.done();
      return;
    }
    const work = task ? [task] : [];
    for (const entry of observers) {
      const observation = this.#observe(entry, event, room);
      if (observation) work.push(observation);
    }
    if (work.length === 0) event.done();
    else if (work.length === 1) void work[0]?.then((isDone) => (isDone ? event.done() : undefined));
    else void Promise.all(work).then((ended) => (ended.every(Boolean) ? event.done() : undefined));
  }

  /** Notes what an event tells, and handles what it says; most events are posts. */
  #take(event: ChatEvent, room: Room): Promise<boolean> | undefined {
    if (event instanceof MessagePosted) {
      this.#notePost(event, room);
      return this.#said(event, room, false);
    }
    if (event instanceof MessageEdited) return this.#said(event, room, true);
    if (event instanceof MessageDeleted) return this.#deleted(event, room);
    if (event instanceof MessageReply && !event.byYou) this.#replies.set(event.messageId, true);
    else if (event instanceof AccessLevelChanged || event instanceof UserNameOrAvatarChanged) {
      const id = (event.targetUser ?? event.user)?.id;
      if (id !== undefined) this.#parts.scope.permissions.forget(room.site.host, id);
    }
    return undefined;
  }

  #notePost(event: MessagePosted, room: Room): void {
    if (event.timeStamp >= this.#startedSecond && !this.#current.has(room)) this.#current.add(room);
    if (event.byYou) {
      this.#parts.noteOwn(room, event.messageId);
      this.#parts.guards.said(placeOf(event, room));
    } else this.#parts.heard(room);
  }

  /** Runs an `on` handler; one handler sees the events of a room one after the other. */
  #observe(entry: Entry, event: ChatEvent, room: Room): Promise<boolean> | undefined {
    const { scope, runner, contexts } = this.#parts;
    if (event.byYou && !entry.about.also.has("own")) return undefined;
    if (!scope.isIn(room, entry.about.rooms)) return undefined;
    if (!scope.permissions.isHeard(room.site.host, numberOr(event.data.user_id))) return undefined;
    const message = "message" in event ? (event as ChatMessageEvent).message : null;
    const subject = { key: `bot ${event.id ?? event.receivedAt}:${entry.name}`, room, message, record: null };
    const act = async (release: () => void): Promise<boolean> => {
      const { name, about } = entry;
      const result = await runner.perform(subject, { name, timeoutMs: about.timeoutMs, release }, async (run, made) => {
        const c: BotContext = new EventContext(contexts, run, event);
        made(c);
        if (!(await runner.passesFilters(entry, c)) || !(await scope.permissions.meets(about.needs, c))) return;
        if (await this.#comesTooEarly(entry, event, room)) return;
        await runner.callHandler(entry, c, async () => {});
      });
      return result !== undefined;
    };
    return this.#inLane(`on ${entry.name} ${room.site.host}/${room.id}`, act);
  }

  /** Whether a handler of events has to wait longer since its last use. */
  async #comesTooEarly({ name, about }: Entry, event: ChatEvent, room: Room): Promise<boolean> {
    const userId = numberOr(event.data.user_id);
    if (!about.cooldownMs || this.#parts.scope.permissions.isOwner(userId)) return false;
    const use = { host: room.site.host, roomId: room.id, userId: userId ?? 0, cause: event.id ?? event.receivedAt };
    return (await this.#parts.cooldowns.use(name, about.cooldownMs, use)) > 0;
  }

  /** A quick look that most messages do not pass. */
  #concernsNobody(event: ChatMessageEvent, room: Room): boolean {
    const { addressing, asks, matcher, runs } = this.#parts;
    if (asks.isWaiting || this.#repliesToMe(event, room)) return false;
    const { messageId } = event;
    const { host } = room.site;
    if (this.#turns.current(host, messageId) || runs.find(host, messageId)) return false;
    const html = event.content ?? "";
    if (addressing.mayAddress(html, this.#parts.ownName(room))) return false;
    const handlers = matcher();
    return !handlers.hearsText || !handlers.hears(quickTextOf(html) ?? event.textContent ?? "");
  }

  #said(event: ChatMessageEvent, room: Room, isEdit: boolean): Promise<boolean> | undefined {
    if (this.#concernsNobody(event, room)) return undefined;
    const isReplyToMe = this.#repliesToMe(event, room);
    this.#replies.delete(event.messageId);
    const known = this.#parts.runs.find(room.site.host, event.messageId);
    const arrived = this.#arrivalOf(event, room, isReplyToMe, isEdit);
    const taken = isEdit || event.byYou ? undefined : this.#answersQuestion(event, room, arrived);
    if (taken) return taken.then(async (isAnswer) => isAnswer || ((await this.#dispatch(arrived, known)) ?? true));
    return this.#dispatch(arrived, known);
  }

  /** Hands a message to the handlers that match it, in its lane. */
  #dispatch(arrived: Arrived, known: CommandRecord | undefined): Promise<boolean> | undefined {
    const { handling, scope, options, statistics } = this.#parts;
    const { event, room, isEdit } = arrived;
    const { host } = room.site;
    const userId = numberOr(event.data.user_id);
    const matches = this.#matchesOf(arrived);
    const current = this.#turns.current(host, event.messageId);
    const { addressed, unheard } = arrived;
    const mayMeanAnother = unheard.length === 0 && addressed !== undefined && addressed.by !== "reply";
    const isUnknown = matches.length === 0 && mayMeanAnother;
    if (matches.length === 0 && !known && !current && !(isUnknown && handling.suggests)) return undefined;
    if (!scope.permissions.isHeard(host, userId)) return undefined;
    const isTooOld = isEdit
      ? !options.runsEdits || this.#isLateEdit(arrived, current, known)
      : ageOf(event) > options.maxAgeMs;
    if (isTooOld || !this.#isNew(current, known, arrived)) {
      if (isTooOld && !isEdit) statistics.skipped += 1;
      return undefined;
    }
    // A handler that asks for what system users post wants all of it.
    const isPerson = userId !== null && userId > 0 && !event.byYou;
    if (!known && !current && isPerson && !this.#admits(room, userId, event)) return undefined;
    if (this.#lanes.waiting >= MAX_WAITING) {
      statistics.skipped += 1;
      return undefined;
    }
    const lane = { user: `${host}/${room.id}/${userId}`, room: `${host}/${room.id}`, none: `${event.id}` }[
      options.order
    ];
    const said = { event: event.id, source: sourceOf(arrived) };
    return this.#turns.take({ host, messageId: event.messageId }, said, (turn) =>
      this.#inLane(lane, async (release) => {
        await turn.isFree;
        return turn.isSuperseded || handling.handle(arrived, matches, turn, release);
      }),
    );
  }

  /** Whether there is anything to do for a message that was handled before, or is being handled. */
  #isNew(current: Turn | undefined, known: CommandRecord | undefined, arrived: Arrived): boolean {
    const { event } = arrived;
    if (current) return !isBefore(event, current.event) && current.source !== sourceOf(arrived);
    if (!known) return true;
    if (known.run === keyOfEvent(event)) return known.isOpen;
    return !isBefore(event, known.event) && (known.hasFailed || known.source !== sourceOf(arrived));
  }

  /**
   * Whether an edit was made after the window, by a moderator. One that seems so only because the bot was away, or because
   * the command waited for its turn, was not.
   */
  #isLateEdit({ event, room }: Arrived, current: Turn | undefined, known: CommandRecord | undefined): boolean {
    const { windowMs } = this.#parts.options;
    if (ageOf(event) <= windowMs || current || this.#isCatchUp(event, room)) return false;
    return !known || (known.run !== keyOfEvent(event) && event.receivedAt > known.at + windowMs);
  }

  /** Whether an event seems to have happened while the bot was away. */
  #isCatchUp(event: ChatMessageEvent, room: Room): boolean {
    return !this.#current.has(room) && event.receivedAt < this.#startedAt + CATCH_UP_MS;
  }

  #repliesToMe(event: ChatMessageEvent, room: Room): boolean {
    if (this.#replies.has(event.messageId)) return true;
    if (!event.isReply) return false;
    return event.repliesToYou || (event.parentId !== null && this.#parts.isOwn(room, event.parentId));
  }

  #arrivalOf(event: ChatMessageEvent, room: Room, isReplyToMe: boolean, isEdit: boolean): Arrived {
    const { addressing } = this.#parts;
    const html = event.content ?? "";
    const origin = room.site.chatOrigin;
    const addressed = addressing.read({ html, isReplyToMe, origin, ownName: this.#parts.ownName(room) });
    const { name, rest = "" } = (addressed && splitCommand(addressed.rest)) ?? {};
    const unheard = unheardOf(event, html);
    return { event, room, addressed, command: name, rest, unheard, isEdit };
  }

  #matchesOf({ command, event, unheard }: Arrived): readonly Match[] {
    const matcher = this.#parts.matcher();
    if (command === undefined && !matcher.hearsText) return [];
    const text = matcher.hearsText ? (event.textContent ?? "") : "";
    const matches = matcher.matches(command, text);
    if (unheard.length === 0) return matches;
    return matches.filter(({ entry }) => unheard.every((what) => entry.about.also.has(what)));
  }

  #answersQuestion(event: ChatMessageEvent, room: Room, arrived: Arrived): Promise<boolean> | undefined {
    const { by = "reply" } = arrived.addressed ?? {};
    const text = event.textContent ?? "";
    // "@Bot yes" is an answer, unless the bot has a command of that name.
    const isKnown = this.#parts.matcher().commands(arrived.command ?? "").length > 0;
    const isCalled = by === "mention" || by === "name";
    return this.#parts.asks.take({
      room,
      userId: numberOr(event.data.user_id),
      messageId: event.messageId,
      parentId: event.isReply ? event.parentId : null,
      text: isCalled && !isKnown ? text.replace(/^\s*\S+\s*/, "") : text,
      isCommand: by === "prefix" || (isCalled && isKnown),
    });
  }

  #admits(room: Room, userId: number, event: ChatMessageEvent): boolean {
    if (this.#parts.scope.permissions.isOwner(userId)) return true;
    // Messages that were said while the bot was away come all at once.
    const saidAt = this.#isCatchUp(event, room) ? event.timeStamp * 1_000 : undefined;
    const message = { who: `${room.site.host}/${userId}`, text: event.content ?? "", ...placeOf(event, room) };
    const admitted = this.#parts.guards.admit(message, saidAt);
    if (admitted === true) return true;
    this.#parts.statistics.refused += 1;
    if (admitted !== false) this.#parts.muted(room, userId, admitted);
    return false;
  }

  /** A deleted command takes its answers along, and those that it would still get. */
  #deleted(event: MessageDeleted, room: Room): Promise<boolean> | undefined {
    const { runs, options } = this.#parts;
    if (!options.deletesAnswers) return undefined;
    const { messageId } = event;
    const { host } = room.site;
    if (!this.#turns.current(host, messageId)) {
      const record = runs.find(host, messageId);
      return record && this.#removeAnswers(record, room);
    }
    return this.#turns.supersede(host, messageId).then(async () => {
      const record = runs.find(host, messageId);
      return record ? this.#removeAnswers(record, room) : true;
    });
  }

  async #removeAnswers(record: CommandRecord, room: Room): Promise<boolean> {
    const { runs, runner, options, scope } = this.#parts;
    for (const answer of await answersOf(record, room.client))
      if (scope.clock.now() - answer.at < options.windowMs) await runner.removeMessages(room, answer.ids);
    await runs.remove(record);
    return !scope.isStopping;
  }

  #inLane(lane: string, act: (release: () => void) => Promise<boolean>): Promise<boolean> {
    let result = false;
    return this.#lanes
      .run(lane, async (release) => {
        if (!this.#parts.scope.isStopping) result = await act(release);
      })
      .then(() => result);
  }
}

function placeOf(event: ChatMessageEvent, room: Room): Placed {
  return { host: room.site.host, id: event.messageId, parentId: event.parentId };
}

/** How long ago a message was posted when its event arrived, in milliseconds. Events of edits have that time too. */
function ageOf(event: ChatMessageEvent): number {
  return event.receivedAt - event.timeStamp * 1_000;
}

/** Whether an event came before one that was handled already. */
function isBefore(event: ChatMessageEvent, handled: number | null): boolean {
  return event.id !== null && handled !== null && event.id < handled;
}
