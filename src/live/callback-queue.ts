/** Runs a `watch` callback: immediately while it keeps up, otherwise queued in order, separately for each room. */
import { callSafely } from "../util/call-safely.js";
import { markHandled } from "../util/promises.js";
import { Backlog, type BacklogOptions, type LostRange } from "./backlog.js";
import { type ChatEvent, withAcknowledge } from "./events.js";
import type { Delivery, Receiver } from "./subscription.js";

/** When an event is acknowledged: `auto` when the callback has finished, `manual` when it calls `event.done()`. */
export type Acknowledgement = "auto" | "manual";

/** Options of a {@link CallbackQueue}. */
export interface CallbackQueueOptions extends BacklogOptions {
  readonly callback: (event: ChatEvent) => unknown;
  readonly ack: Acknowledgement;
  /** The maximum number of concurrent calls for each room. */
  readonly concurrency: number;
  readonly overflowError: () => Error;
  /** Adds the caller's position in the code to the reason that ended listening. */
  readonly withCallSite: (reason: unknown) => unknown;
  /** Creates the gap notice that replaces dropped events. */
  readonly gapOf: (roomId: number, lost: LostRange) => ChatEvent;
  readonly reportUnhandled: (error: unknown) => void;
}

/** The queue of one room. */
interface Lane {
  readonly roomId: number;
  readonly waiting: Backlog<ChatEvent>;
  running: number;
}

export class CallbackQueue implements Receiver {
  /** Resolves when the queue is closed; rejects when listening ended permanently. */
  readonly closed: Promise<void>;
  readonly #options: CallbackQueueOptions;
  readonly #lanes = new Map<number, Lane>();
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined;
  #stopListening: () => void = () => {};
  #isClosed = false;

  constructor(options: CallbackQueueOptions) {
    this.#options = options;
    this.closed = markHandled(
      new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
      }),
    );
  }

  /** Sets the function that stops listening. */
  onClose(stopListening: () => void): void {
    this.#stopListening = stopListening;
  }

  onEvent(event: ChatEvent, delivery: Delivery | undefined): void {
    if (this.#isClosed) return;
    // The common case: no call is running in any room.
    const lane = this.#lanes.size === 0 ? undefined : this.#lanes.get(event.data.room_id ?? 0);
    if (!lane || (lane.running < this.#options.concurrency && lane.waiting.isEmpty)) this.#run(event, delivery, lane);
    else if (!lane.waiting.push(event, delivery)) this.#fail(this.#options.overflowError());
  }

  onEnd(reason?: unknown): void {
    if (this.#isClosed) return;
    if (reason === undefined) this.close();
    else this.#fail(reason);
  }

  /** Stops listening; waiting events are discarded. Idempotent. */
  close(): void {
    if (this.#end()) this.#settle?.resolve();
  }

  #fail(reason: unknown): void {
    if (!this.#end()) return;
    const located = this.#options.withCallSite(reason);
    this.#settle?.reject(located);
    this.#options.reportUnhandled(located);
  }

  #end(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#lanes.clear();
    this.#stopListening();
    return true;
  }

  #run(given: ChatEvent, delivery: Delivery | undefined, lane: Lane | undefined): void {
    const { callback, ack, reportUnhandled } = this.#options;
    const isManual = ack === "manual" && delivery !== undefined;
    const event = isManual ? withAcknowledge(given, () => delivery.done()) : given;
    delivery?.take();
    const call = callSafely(callback, reportUnhandled, event);
    if (call) this.#await(call, isManual ? undefined : delivery, lane ?? this.#laneOf(given));
    else if (!isManual) delivery?.done();
  }

  #await(call: Promise<void>, delivery: Delivery | undefined, lane: Lane): void {
    lane.running += 1;
    void call.then(() => {
      lane.running -= 1;
      delivery?.done();
      this.#drain(lane);
    });
  }

  #drain(lane: Lane): void {
    while (!this.#isClosed && lane.running < this.#options.concurrency) {
      const next = lane.waiting.shift();
      if (!next) break;
      const event = next.lost ? this.#options.gapOf(lane.roomId, next.lost) : next.value;
      if (event) this.#run(event, next.delivery, lane);
    }
    if (lane.running === 0 && lane.waiting.isEmpty) this.#lanes.delete(lane.roomId);
  }

  #laneOf(event: ChatEvent): Lane {
    const roomId = event.data.room_id ?? 0;
    const known = this.#lanes.get(roomId);
    if (known) return known;
    const lane = { roomId, waiting: new Backlog<ChatEvent>(this.#options), running: 0 };
    this.#lanes.set(roomId, lane);
    return lane;
  }
}
