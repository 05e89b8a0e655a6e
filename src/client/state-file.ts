/**
 * What a bot must not forget when it is killed: how far it has heard in each room, and what it wanted to say and is not
 * known to have said. An append-only file of JSON lines; a torn last line is what was under way when the power went.
 */
import { UsageError } from "../errors/index.js";
import type { CursorStore } from "../live/cursors.js";
import { isRecord, numberOf, stringOf } from "../protocol/values.js";
import type { StoredSend } from "../sending/actions.js";
import { BadLine, LineFile } from "../storage/json-lines.js";

/** What the file says. */
export interface StoredState {
  readonly marks: Map<number, { cursor: number; done: number[] }>;
  /** The newest message posted in each room. */
  readonly posted: Map<number, number>;
  /** In the order in which they were asked for. */
  readonly sends: Map<string, StoredSend>;
}

export class StateFile implements CursorStore {
  readonly #path: string;
  readonly #file: LineFile;
  #lines: string[] = [];
  #depth = 0;
  #isClosed = false;

  private constructor(path: string, file: LineFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Reads the file, writes it anew without what is over, and opens it.
   * @throws {BAD_ARGUMENT} when it is of another host, or can't be read or written.
   */
  static open(path: string, host: string): { file: StateFile; state: StoredState } {
    try {
      const state: StoredState = { marks: new Map(), posted: new Map(), sends: new Map() };
      LineFile.read(path, (entry) => {
        if (isRecord(entry)) apply(entry, state, path, host);
      });
      return { file: new StateFile(path, LineFile.replace(path, snapshot(state, host))), state };
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

  noteDone(roomId: number, id: number): void {
    this.#note({ done: { [roomId]: id } });
  }

  noteQueued(queued: StoredSend): void {
    this.#note({ queued });
  }

  noteSent(key: string, roomId: number, id: number): void {
    this.#note({ sent: { key, roomId, id } });
  }

  /** The message was refused for good, or is not wanted any more. */
  noteDropped(key: string): void {
    this.#note({ dropped: key });
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

function apply(
  entry: Record<string, unknown>,
  { marks, posted, sends }: StoredState,
  path: string,
  host: string,
): void {
  const { cursor, done, queued, sent, dropped, host: of } = entry;
  if (of !== undefined && of !== host) throw new UsageError(`${path} keeps the state of ${String(of)}, not of ${host}`);
  if (isRecord(cursor)) {
    for (const [room, id] of Object.entries(cursor)) {
      const at = numberOf(id) ?? 0;
      const before = marks.get(Number(room))?.done ?? [];
      marks.set(Number(room), { cursor: at, done: before.filter((other) => other > at) });
    }
  }
  if (isRecord(done)) {
    for (const [room, ids] of Object.entries(done)) {
      for (const id of Array.isArray(ids) ? ids : [ids]) marks.get(Number(room))?.done.push(numberOf(id) ?? 0);
    }
  }
  if (isStoredSend(queued)) sends.set(queued.key, queued);
  if (isRecord(sent)) {
    const [roomId, id] = [numberOf(sent.roomId) ?? 0, numberOf(sent.id) ?? 0];
    posted.set(roomId, Math.max(id, posted.get(roomId) ?? 0));
    sends.delete(stringOf(sent.key) ?? "");
  }
  if (typeof dropped === "string") sends.delete(dropped);
}

function isStoredSend(value: unknown): value is StoredSend {
  return (
    isRecord(value) &&
    typeof value.key === "string" &&
    typeof value.roomId === "number" &&
    typeof value.text === "string" &&
    typeof value.at === "number"
  );
}

function snapshot({ marks, posted, sends }: StoredState, host: string): string[] {
  const lines: object[] = [{ host }];
  if (marks.size > 0)
    lines.push({ cursor: Object.fromEntries([...marks].map(([room, { cursor }]) => [room, cursor])) });
  const beyond = [...marks].filter(([, { done }]) => done.length > 0).map(([room, { done }]) => [room, done]);
  if (beyond.length > 0) lines.push({ done: Object.fromEntries(beyond) });
  for (const [roomId, id] of posted) lines.push({ sent: { key: "", roomId, id } });
  for (const queued of sends.values()) lines.push({ queued });
  return lines.map((line) => JSON.stringify(line));
}
