/**
 * What a bot must not forget when it is killed: how far it has heard in each room, and what it wanted to say and is not
 * known to have said. An append-only file of JSON lines; a torn last line is what was under way when the power went.
 */
import { UsageError } from "../errors/index.js";
import { isRecord, numberOf, stringOf } from "../protocol/values.js";
import type { ActionStore, KeyedAction, StoredAction, StoredOutcome } from "../sending/store.js";
import { BadLine, LineFile } from "../storage/json-lines.js";

/** What the file says. */
export interface StoredState {
  readonly cursors: Map<number, number>;
  /** The newest message posted in each room. */
  readonly posted: Map<number, number>;
  /** In the order in which they were asked for. */
  readonly sends: Map<string, StoredAction>;
  /** What was done with a key, by key. */
  readonly keyed: Map<string, KeyedAction>;
}

export class StateFile implements ActionStore {
  readonly #path: string;
  readonly #file: LineFile;
  readonly #state: StoredState;
  #lines: string[] = [];
  #depth = 0;
  #isClosed = false;

  private constructor(path: string, file: LineFile, state: StoredState) {
    this.#path = path;
    this.#file = file;
    this.#state = state;
  }

  /**
   * Reads the file, writes it anew without what is over, and opens it.
   * @throws {BAD_ARGUMENT} when it is of another host, or can't be read or written.
   */
  static open(path: string, host: string): { file: StateFile; state: StoredState } {
    try {
      const state: StoredState = { cursors: new Map(), posted: new Map(), sends: new Map(), keyed: new Map() };
      LineFile.read(path, (entry) => {
        if (isRecord(entry)) apply(entry, state, path, host);
      });
      return { file: new StateFile(path, LineFile.replace(path, snapshot(state, host)), state), state };
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (error instanceof BadLine) {
        throw new UsageError(`${path} is not a state file (line ${error.line}); delete it or name another`);
      }
      throw new UsageError(`the state file ${path} can not be used; check that its folder exists and is writable`, {
        cause: error,
      });
    }
  }

  /** Whatever is noted inside is written at once, so that it is there whole or not at all. */
  together(act: () => void): void {
    this.#depth += 1;
    try {
      act();
    } finally {
      this.#depth -= 1;
      this.#flush();
    }
  }

  noteCursor(roomId: number, cursor: number): void {
    this.#note({ cursor: { [roomId]: cursor } });
  }

  noteQueued(queued: StoredAction): void {
    this.#act({ queued });
  }

  noteDone({ id, roomId, messageId }: StoredOutcome): void {
    this.#act({ sent: { key: id, roomId, id: messageId } });
  }

  noteDropped(id: string): void {
    this.#act({ dropped: id });
  }

  keyed(key: string): KeyedAction | undefined {
    const waiting = [...this.#state.sends.values()].find((action) => action.key === key);
    return waiting ? { action: waiting, messageId: null } : this.#state.keyed.get(key);
  }

  #act(entry: Record<string, unknown>): void {
    applyAction(entry, this.#state);
    this.#note(entry);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#file.close();
  }

  #note(line: object): void {
    if (this.#isClosed) return;
    this.#lines.push(JSON.stringify(line));
    this.#flush();
  }

  #flush(): void {
    if (this.#depth > 0 || this.#lines.length === 0) return;
    try {
      this.#file.append(this.#lines);
      this.#lines = [];
    } catch (error) {
      throw new UsageError(`the state file ${this.#path} can not be written; is the disk full?`, { cause: error });
    }
  }
}

function apply(entry: Record<string, unknown>, state: StoredState, path: string, host: string): void {
  const { cursor, host: of } = entry;
  if (of !== undefined && of !== host) throw new UsageError(`${path} keeps the state of ${String(of)}, not of ${host}`);
  if (isRecord(cursor))
    for (const [room, id] of Object.entries(cursor)) state.cursors.set(Number(room), numberOf(id) ?? 0);
  applyAction(entry, state);
}

function applyAction(entry: Record<string, unknown>, { posted, sends, keyed }: StoredState): void {
  const { queued, sent, dropped } = entry;
  if (isStoredAction(queued)) sends.set(queued.id, queued);
  if (isRecord(sent)) {
    const [roomId, id] = [numberOf(sent.roomId) ?? 0, numberOf(sent.id) ?? 0];
    posted.set(roomId, Math.max(id, posted.get(roomId) ?? 0));
    const action = sends.get(stringOf(sent.key) ?? "");
    if (action?.key !== undefined) keyed.set(action.key, { action, messageId: id });
    sends.delete(action?.id ?? "");
  }
  if (typeof dropped === "string") sends.delete(dropped);
}

function isStoredAction(value: unknown): value is StoredAction {
  return (
    isRecord(value) &&
    typeof value.id === "string" &&
    typeof value.roomId === "number" &&
    typeof value.text === "string" &&
    typeof value.at === "number"
  );
}

function snapshot({ cursors, posted, sends, keyed }: StoredState, host: string): string[] {
  const lines: object[] = [{ host }];
  if (cursors.size > 0) lines.push({ cursor: Object.fromEntries(cursors) });
  for (const [roomId, id] of posted) lines.push({ sent: { key: "", roomId, id } });
  for (const { action, messageId } of keyed.values())
    lines.push({ queued: action }, { sent: { key: action.id, roomId: action.roomId, id: messageId } });
  for (const queued of sends.values()) lines.push({ queued });
  return lines.map((line) => JSON.stringify(line));
}
