/**
 * The order in which a replay plays answers and frames: that of the recording, none before its time. A frame also waits
 * for the requests that were recorded before it, because it may be what came of them.
 */
import type { WebSocket } from "ws";
import { type AnsweredEntry, type Cassette, isSocket, type Numbered, type SocketEntry } from "../../cassette/format.js";
import type { ManualClock } from "../../util/manual-clock.js";
import { addressOf, type Tape } from "./tape.js";

/** How long frames wait for requests that nobody makes, in milliseconds of the clock. */
const PATIENCE_MS = 10_000;

interface Item {
  readonly line: number;
  /** When it was recorded, on the clock of the replay. */
  readonly due: number;
  readonly isAnswer: boolean;
  play(): void;
}

interface Run {
  readonly entries: readonly Numbered<SocketEntry>[];
}

export class Program {
  readonly #tape: Tape;
  readonly #clock: ManualClock;
  readonly #began: number;
  /** The sockets that nobody has opened yet. */
  readonly #sockets: Run[];
  #items: Item[] = [];
  #timer: { cancel(): void } | undefined;

  /** @param began - the moment of the clock at which the recording began */
  constructor({ entries }: Cassette, tape: Tape, clock: ManualClock, began: number) {
    this.#tape = tape;
    this.#clock = clock;
    this.#began = began;
    const runs = new Map<number, Numbered<SocketEntry>[]>();
    for (const entry of entries.filter(isSocket)) runs.set(entry.socket, [...(runs.get(entry.socket) ?? []), entry]);
    this.#sockets = [...runs.values()].map((own) => ({ entries: own }));
  }

  /** How many answers wait for their time. */
  get held(): number {
    return this.#items.filter(({ isAnswer }) => isAnswer).length;
  }

  /** How many recorded sockets nobody has opened yet. */
  get socketsLeft(): number {
    return this.#sockets.length;
  }

  /** Plays an answer when its time has come. */
  answer(answered: Numbered<AnsweredEntry>, play: () => void): void {
    this.#add([{ line: answered.line, due: this.#began + answered.at, isAnswer: true, play }]);
  }

  /** Opens the first recorded socket of an address, whatever its cursor; null when there is none, or it failed then. */
  open(address: string): ((socket: WebSocket) => void) | null {
    const at = this.#sockets.findIndex(({ entries }) => wayOf(addressOf(entries[0]?.open ?? "")) === wayOf(address));
    const [run] = at < 0 ? [] : this.#sockets.splice(at, 1);
    const [first, ...rest] = run?.entries ?? [];
    if (!first || first.failed !== undefined) return null;
    return (socket) => {
      socket.on("error", () => socket.terminate());
      this.#add(
        rest.map((entry) => ({
          line: entry.line,
          due: this.#began + entry.at,
          isAnswer: false,
          play: () => playOn(socket, entry),
        })),
      );
    };
  }

  /** Plays what may be played now, and comes back when more may be. */
  run(): void {
    const now = this.#clock.now();
    const left: Item[] = [];
    let next = Number.POSITIVE_INFINITY;
    let isBlocked = false;
    for (const item of this.#items) {
      const late = now - item.due;
      const waits = !item.isAnswer && late < PATIENCE_MS && (isBlocked || this.#tape.askedBefore(item.line));
      if (late >= 0 && !waits) {
        item.play();
        continue;
      }
      left.push(item);
      isBlocked ||= !item.isAnswer;
      next = Math.min(next, late < 0 ? item.due : item.due + PATIENCE_MS);
    }
    this.#items = left;
    this.#timer?.cancel();
    this.#timer = Number.isFinite(next) ? this.#clock.setTimeout(() => this.run(), next - now) : undefined;
  }

  #add(items: readonly Item[]): void {
    this.#items = [...this.#items, ...items].sort((one, other) => one.line - other.line);
    this.run();
  }
}

function playOn(socket: WebSocket, { frame, closed }: SocketEntry): void {
  if (frame !== undefined) socket.send(frame);
  else if (closed !== undefined && mayBeSent(closed)) socket.close(closed);
  else if (closed !== undefined) socket.terminate();
}

/** Codes that a close frame may carry (RFC 6455); the others stand for an end without one. */
function mayBeSent(code: number): boolean {
  return (
    code === 1000 || (code >= 1007 && code <= 1014) || (code >= 1001 && code <= 1003) || (code >= 3000 && code < 5000)
  );
}

function wayOf(address: string): string {
  return address.replace(/\?.*$/, "");
}
