/**
 * The state of a client, built by applying entries. The entries are the same whether they come from the file or are
 * new. Pure: does no I/O.
 */
import { UsageError } from "../errors/index.js";
import type { RoomMark } from "../live/cursors.js";
import { countOf, isRecord, itemsOf, numberOf, stringOf } from "../protocol/values.js";
import type { KeyedAction, StoredAction } from "../sending/store.js";
import { CorruptLineError } from "../storage/json-lines.js";

/** The version of the file format. Version 1 has no version line; its entries can still be read. */
const VERSION = 2;

/** A finished action with an idempotency key. */
interface DoneAction {
  readonly action: StoredAction;
  readonly messageId: number;
  /** When all events that were unacknowledged at the call had been acknowledged; null while some have not. */
  passedAt: number | null;
}

export class StoredState {
  readonly #host: string;
  readonly #keyTtlMs: number;
  readonly #path: string;
  readonly #cursors = new Map<number, number>();
  readonly #done = new Map<number, Set<number>>();
  readonly #posted = new Map<number, number>();
  readonly #waiting = new Map<string, StoredAction>();
  /** The id of the queued action with each key. */
  readonly #waitingKeys = new Map<string, string>();
  readonly #doneKeys = new Map<string, DoneAction>();
  /** Keys in {@link #doneKeys} whose events are not all acknowledged. */
  readonly #open = new Set<string>();
  #hasHeader = false;

  constructor(host: string, keyTtlMs: number, path: string) {
    this.#host = host;
    this.#keyTtlMs = keyTtlMs;
    this.#path = path;
  }

  /** Whether the header line has been read. */
  get hasHeader(): boolean {
    return this.#hasHeader;
  }

  get marks(): ReadonlyMap<number, RoomMark> {
    const rooms = new Set([...this.#cursors.keys(), ...this.#done.keys()]);
    return new Map([...rooms].map((roomId) => [roomId, this.#markOf(roomId)]));
  }

  get posted(): ReadonlyMap<number, number> {
    return this.#posted;
  }

  get waiting(): readonly StoredAction[] {
    return [...this.#waiting.values()];
  }

  keyed(key: string, now: number): KeyedAction | undefined {
    const waiting = this.#waiting.get(this.#waitingKeys.get(key) ?? "");
    if (waiting) return { action: waiting, messageId: null };
    const done = this.#doneKeys.get(key);
    if (!done) return undefined;
    if (!this.#isExpired(done, now)) return { action: done.action, messageId: done.messageId };
    this.#doneKeys.delete(key);
    return undefined;
  }

  /**
   * Applies a line of the file: one entry, or a list of entries that were written atomically.
   * @throws {BAD_ARGUMENT} when the file belongs to another host or has a newer version; a {@link CorruptLineError} for a
   *   malformed entry
   */
  takeLine(line: unknown, number: number, now: number): void {
    if (!this.#hasHeader) this.#takeHeader(line);
    for (const entry of Array.isArray(line) ? line : [line]) {
      if (!isRecord(entry) || !isSound(entry)) throw new CorruptLineError(number);
      this.take(entry, now);
    }
  }

  /** Applies an entry; unknown fields are ignored. */
  take(entry: Readonly<Record<string, unknown>>, now: number): void {
    const { cursor, done, posted, queued, first, sent, passed, dropped } = entry;
    if (isRecord(queued)) this.#takeQueued(queued);
    if (typeof first === "string") this.#putFirst(first);
    if (isRecord(posted)) for (const [room, id] of Object.entries(posted)) this.#post(Number(room), numberOf(id) ?? 0);
    if (isRecord(sent)) this.#takeSent(sent, now);
    if (isRecord(passed)) this.#takePassed(passed);
    if (typeof dropped === "string") this.#drop(dropped);
    if (isRecord(done)) for (const [room, ids] of Object.entries(done)) this.#finish(Number(room), itemsOf(ids));
    if (isRecord(cursor))
      for (const [room, id] of Object.entries(cursor)) this.#advance(Number(room), numberOf(id) ?? 0);
    if (done !== undefined || cursor !== undefined) this.#passKeys(now);
  }

  /** A snapshot of the state, as the lines of a new file. */
  lines(now: number): string[] {
    this.#forgetExpired(now);
    const entries: object[] = [{ state: "chatexchange-ts", version: VERSION, host: this.#host }];
    if (this.#posted.size > 0) entries.push({ posted: Object.fromEntries(this.#posted) });
    for (const { action, messageId, passedAt } of this.#doneKeys.values()) {
      const { id, roomId } = action;
      entries.push({ queued: action });
      entries.push({ sent: { id, roomId, messageId, at: passedAt ?? now } });
      if (passedAt !== null) entries.push({ passed: { key: action.key, at: passedAt } });
    }
    for (const queued of this.#waiting.values()) entries.push({ queued });
    for (const [roomId, ids] of this.#done)
      if (ids.size > 0) entries.push({ done: { [roomId]: [...ids].sort(ascending) } });
    if (this.#cursors.size > 0) entries.push({ cursor: Object.fromEntries(this.#cursors) });
    return entries.map((entry) => JSON.stringify(entry));
  }

  #takeHeader(line: unknown): void {
    const { host, state, version } = isRecord(line) ? line : {};
    if (typeof host !== "string") throw new CorruptLineError(1);
    if (host !== this.#host) throw new UsageError(`${this.#path} holds the state of ${host}, not of ${this.#host}`);
    this.#hasHeader = true;
    if (state === undefined || version === VERSION) return;
    throw new UsageError(
      `${this.#path} has state version ${String(version)}, but this chatexchange-ts supports only versions up to ${VERSION}; ` +
        "update chatexchange-ts or use another path",
    );
  }

  #takeQueued(queued: Readonly<Record<string, unknown>>): void {
    const action = actionOf(queued);
    if (!action) return;
    this.#waiting.set(action.id, action);
    if (action.key !== undefined) this.#waitingKeys.set(action.key, action.id);
  }

  /** Moves a queued action before all others. */
  #putFirst(id: string): void {
    const first = this.#waiting.get(id);
    if (!first) return;
    const others = [...this.#waiting.values()].filter((action) => action !== first);
    this.#waiting.clear();
    for (const action of [first, ...others]) this.#waiting.set(action.id, action);
  }

  /** In version 1 `key` is the id of the action and `id` the message; a snapshot of version 1 has an empty key. */
  #takeSent(sent: Readonly<Record<string, unknown>>, now: number): void {
    const isNew = sent.messageId !== undefined;
    const id = stringOf(isNew ? sent.id : sent.key) ?? "";
    const messageId = numberOf(isNew ? sent.messageId : sent.id) ?? 0;
    const action = this.#waiting.get(id);
    // An edited message may be another author's, or newer than a message of ours that still has to be looked up.
    if (action?.kind !== "edit") this.#post(numberOf(sent.roomId) ?? 0, messageId);
    this.#drop(id);
    if (action?.key === undefined) return;
    const done: DoneAction = { action, messageId, passedAt: null };
    this.#doneKeys.set(action.key, done);
    if (this.#isPassed(action)) done.passedAt = numberOf(sent.at) ?? now;
    else this.#open.add(action.key);
  }

  #takePassed(passed: Readonly<Record<string, unknown>>): void {
    const key = stringOf(passed.key) ?? "";
    const done = this.#doneKeys.get(key);
    if (done) done.passedAt = numberOf(passed.at) ?? null;
    this.#open.delete(key);
  }

  #drop(id: string): void {
    const key = this.#waiting.get(id)?.key;
    this.#waiting.delete(id);
    if (key !== undefined && this.#waitingKeys.get(key) === id) this.#waitingKeys.delete(key);
  }

  #post(roomId: number, messageId: number): void {
    this.#posted.set(roomId, Math.max(messageId, this.#posted.get(roomId) ?? 0));
  }

  #finish(roomId: number, ids: readonly unknown[]): void {
    const done = this.#done.get(roomId) ?? new Set();
    this.#done.set(roomId, done);
    for (const id of ids) if (typeof id === "number") done.add(id);
  }

  #advance(roomId: number, cursor: number): void {
    this.#cursors.set(roomId, cursor);
    const done = this.#done.get(roomId);
    for (const id of done ?? []) if (id <= cursor) done?.delete(id);
    if (done?.size === 0) this.#done.delete(roomId);
  }

  #markOf(roomId: number): RoomMark {
    return { cursor: this.#cursors.get(roomId) ?? 0, done: [...(this.#done.get(roomId) ?? [])].sort(ascending) };
  }

  /** Whether all events that were unacknowledged when the action was called have been acknowledged. */
  #isPassed({ during = {} }: StoredAction): boolean {
    return Object.entries(during).every(([room, id]) => {
      const roomId = Number(room);
      return (this.#cursors.get(roomId) ?? 0) >= id || this.#done.get(roomId)?.has(id) === true;
    });
  }

  #passKeys(now: number): void {
    for (const key of this.#open) {
      const done = this.#doneKeys.get(key);
      if (done && !this.#isPassed(done.action)) continue;
      if (done) done.passedAt = now;
      this.#open.delete(key);
    }
  }

  #isExpired({ passedAt }: DoneAction, now: number): boolean {
    return passedAt !== null && now - passedAt >= this.#keyTtlMs;
  }

  #forgetExpired(now: number): void {
    for (const [key, done] of this.#doneKeys) if (this.#isExpired(done, now)) this.#doneKeys.delete(key);
  }
}

/** Whether the numbers of an entry are valid ids: a bogus cursor that no event reaches would hold back every event. */
function isSound({ cursor = {}, posted = {}, done = {} }: Readonly<Record<string, unknown>>): boolean {
  if (!isRecord(cursor) || !isRecord(posted) || !isRecord(done)) return false;
  const ids = [...Object.values(cursor), ...Object.values(posted), ...Object.values(done).flatMap(idsIn)];
  return ids.every((id) => countOf(id) !== undefined);
}

/** The ids of a list; for anything but a list, one invalid id. */
function idsIn(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [undefined];
}

/** Parses a stored action. Version 1 calls its id `key` and has only messages to post. */
function actionOf(value: Readonly<Record<string, unknown>>): StoredAction | undefined {
  const isNew = value.kind !== undefined;
  const id = stringOf(isNew ? value.id : value.key);
  const { kind = "post", roomId, text, at, messageId, replyTo, replyForm, during } = value;
  if (id === undefined || typeof roomId !== "number" || typeof text !== "string" || typeof at !== "number") return;
  if (kind !== "post" && kind !== "edit") return;
  const key = isNew ? stringOf(value.key) : undefined;
  return {
    id,
    kind,
    roomId,
    text,
    at,
    ...(key === undefined ? {} : { key }),
    ...(typeof messageId === "number" ? { messageId } : {}),
    ...(typeof replyTo === "number" ? { replyTo } : {}),
    ...(replyForm === "prefix" || replyForm === "parentId" ? { replyForm } : {}),
    ...(isRecord(during) ? { during: eventsOf(during) } : {}),
  };
}

function eventsOf(during: Readonly<Record<string, unknown>>): Record<number, number> {
  return Object.fromEntries(
    Object.entries(during).flatMap(([room, id]) => (typeof id === "number" ? [[Number(room), id]] : [])),
  );
}

function ascending(a: number, b: number): number {
  return a - b;
}
