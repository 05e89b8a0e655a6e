/**
 * Schedules the answers and frames of a replay in recorded order, none before its time. A frame also waits for the
 * requests recorded before it, because they may have caused it.
 */
import type { WebSocket } from "ws";
import { type AnsweredEntry, type Cassette, isSocket, type Numbered, type SocketEntry } from "../../cassette/format.js";
import type { ManualClock } from "../../util/manual-clock.js";
import { addressOf, type RequestMatcher } from "./request-matcher.js";

/** How long frames wait for requests that the client never makes, in milliseconds of the clock. */
const PATIENCE_MS = 10_000;

interface PlaybackItem {
  readonly line: number;
  /** When it was recorded, on the clock of the replay. */
  readonly due: number;
  readonly isAnswer: boolean;
  play(): void;
}

interface RecordedSocket {
  readonly entries: readonly Numbered<SocketEntry>[];
}

export class Playback {
  readonly #matcher: RequestMatcher;
  readonly #clock: ManualClock;
  readonly #began: number;
  /** Recorded sockets that the client has not opened yet. */
  readonly #sockets: RecordedSocket[];
  #items: PlaybackItem[] = [];
  #timer: { cancel(): void } | undefined;

  /** @param began - the time of the replay's clock at which the recording starts */
  constructor({ entries }: Cassette, matcher: RequestMatcher, clock: ManualClock, began: number) {
    this.#matcher = matcher;
    this.#clock = clock;
    this.#began = began;
    const runs = new Map<number, Numbered<SocketEntry>[]>();
    for (const entry of entries.filter(isSocket)) runs.set(entry.socket, [...(runs.get(entry.socket) ?? []), entry]);
    this.#sockets = [...runs.values()].map((own) => ({ entries: own }));
  }

  /** How many answers are scheduled. */
  get held(): number {
    return this.#items.filter(({ isAnswer }) => isAnswer).length;
  }

  /** How many recorded sockets the client has not opened yet. */
  get socketsLeft(): number {
    return this.#sockets.length;
  }

  /** Schedules an answer. */
  answer(answered: Numbered<AnsweredEntry>, play: () => void): void {
    this.#add([{ line: answered.line, due: this.#began + answered.at, isAnswer: true, play }]);
  }

  /**
   * Opens the first recorded socket of an address, whatever its cursor; null if there is none, or if it failed to open.
   */
  open(address: string): ((socket: WebSocket) => void) | null {
    const at = this.#sockets.findIndex(
      ({ entries }) => withoutQuery(addressOf(entries[0]?.open ?? "")) === withoutQuery(address),
    );
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

  /** Plays everything that is due, and schedules the next run. */
  run(): void {
    const now = this.#clock.now();
    const left: PlaybackItem[] = [];
    let next = Number.POSITIVE_INFINITY;
    let isBlocked = false;
    for (const item of this.#items) {
      const late = now - item.due;
      const waits = !item.isAnswer && late < PATIENCE_MS && (isBlocked || this.#matcher.askedBefore(item.line));
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

  #add(items: readonly PlaybackItem[]): void {
    this.#items = [...this.#items, ...items].sort((one, other) => one.line - other.line);
    this.run();
  }
}

function playOn(socket: WebSocket, { frame, closed }: SocketEntry): void {
  if (frame !== undefined) socket.send(frame);
  else if (closed !== undefined && mayBeSent(closed)) socket.close(closed);
  else if (closed !== undefined) socket.terminate();
}

/** Whether a close frame may carry this code (RFC 6455). The other codes mean that the socket ended without one. */
function mayBeSent(code: number): boolean {
  return (
    code === 1000 || (code >= 1007 && code <= 1014) || (code >= 1001 && code <= 1003) || (code >= 3000 && code < 5000)
  );
}

function withoutQuery(address: string): string {
  return address.replace(/\?.*$/, "");
}
