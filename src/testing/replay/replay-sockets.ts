/** The sockets of a replay: each opens as recorded, and its frames come at their times. */
import type { WebSocket } from "ws";
import { type Cassette, isSocket, type Numbered, type SocketEntry } from "../../cassette/format.js";
import type { ManualClock } from "../../util/manual-clock.js";
import { addressOf, type Tape } from "./tape.js";

/** How long frames wait for a write that was recorded before them, in milliseconds of the clock. */
const PATIENCE_MS = 10_000;

/** Codes that a close frame may carry. */
const isCode = (code: number): boolean =>
  code === 1000 ||
  (code >= 1001 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
  (code >= 3000 && code <= 4999);

interface Run {
  readonly entries: readonly Numbered<SocketEntry>[];
  next: number;
  socket: WebSocket | null;
}

export class ReplaySockets {
  readonly #tape: Tape;
  readonly #clock: ManualClock;
  /** The moment of the clock at which the recording began. */
  readonly #began: number;
  readonly #waiting: Run[];
  readonly #open: Run[] = [];

  constructor({ entries }: Cassette, tape: Tape, clock: ManualClock, began: number) {
    this.#tape = tape;
    this.#clock = clock;
    this.#began = began;
    const runs = new Map<number, Numbered<SocketEntry>[]>();
    for (const entry of entries.filter(isSocket)) {
      const run = runs.get(entry.socket) ?? [];
      run.push(entry);
      runs.set(entry.socket, run);
    }
    this.#waiting = [...runs.values()].map((own) => ({ entries: own, next: 0, socket: null }));
  }

  /** How many recorded sockets nobody has opened yet. */
  get left(): number {
    return this.#waiting.length;
  }

  /** Opens the first recorded socket of an address, whatever its cursor; null when there is none, or it failed then. */
  open(address: string): ((socket: WebSocket) => void) | null {
    const at = this.#waiting.findIndex(({ entries }) => wayOf(addressOf(entries[0]?.open ?? "")) === wayOf(address));
    const [run] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (!run || run.entries[0]?.failed !== undefined) return null;
    return (socket) => {
      socket.on("error", () => socket.terminate());
      run.socket = socket;
      run.next = 1;
      this.#open.push(run);
      this.#go(run);
    };
  }

  /** A request was made: what waits for it may come now. */
  wake(): void {
    for (const run of this.#open) this.#go(run);
  }

  #go(run: Run): void {
    for (let entry = run.entries[run.next]; entry && run.socket; entry = run.entries[run.next]) {
      const due = this.#began + entry.at;
      const late = this.#clock.now() - due;
      if (late < 0) {
        this.#clock.setTimeout(() => this.#go(run), -late);
        return;
      }
      if (late < PATIENCE_MS && this.#tape.writeBefore(entry.line)) {
        this.#clock.setTimeout(() => this.#go(run), PATIENCE_MS - late);
        return;
      }
      run.next++;
      play(entry, run.socket);
    }
  }
}

function play({ frame, closed }: SocketEntry, socket: WebSocket): void {
  if (frame !== undefined) socket.send(frame);
  else if (closed !== undefined && isCode(closed)) socket.close(closed);
  else if (closed !== undefined) socket.terminate();
}

function wayOf(address: string): string {
  return address.replace(/\?.*$/, "");
}
