/** A subscription to one room or to all rooms. It owns its events until they are acknowledged; its end returns them. */
import type { ChatEvent } from "./events.js";
import type { OpenEvent, RoomProgress } from "./progress.js";

/** The receiving side of a listener. */
export interface Receiver {
  /**
   * @param delivery - call `take` when a handler gets the event and `done` when it is handled; undefined without a
   *   state file
   */
  onEvent(event: ChatEvent, delivery: Delivery | undefined): void;
  /** Called when no more events will come; with a reason if listening ended permanently. */
  onEnd(reason?: unknown): void;
}

/** An event that one listener has not acknowledged yet. */
export class Delivery {
  readonly event: OpenEvent;
  readonly progress: RoomProgress;
  readonly #owner: Subscription;
  #isTaken = false;

  constructor(event: OpenEvent, progress: RoomProgress, owner: Subscription) {
    this.event = event;
    this.progress = progress;
    this.#owner = owner;
  }

  /** Whether a handler has the event. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Notes that a handler gets the event now. */
  take(): void {
    this.#isTaken = true;
  }

  /** Acknowledges the event, because it was handled or dropped. Idempotent. */
  done(): void {
    if (this.#owner.release(this)) this.progress.finish(this.event);
  }
}

export class Subscription {
  readonly #receiver: Receiver;
  readonly #held = new Set<Delivery>();
  #isClosed = false;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Delivers an event to the listener. */
  deliver(event: ChatEvent, open: OpenEvent | undefined, progress: RoomProgress | undefined): void {
    if (!open || !progress) {
      this.#receiver.onEvent(event, undefined);
      return;
    }
    const delivery = new Delivery(open, progress, this);
    this.#held.add(delivery);
    this.#receiver.onEvent(event, delivery);
  }

  /** Releases a delivery; returns false if it was already released. @internal */
  release(delivery: Delivery): boolean {
    return this.#held.delete(delivery);
  }

  /**
   * Ends the subscription and releases its unacknowledged events. If other listeners remain, they count as acknowledged
   * for this one. The last listener of a room leaves events that no handler has unacknowledged; a running handler may
   * still finish.
   * @param isLast - whether no listener of the room remains
   */
  end(isLast: boolean): void {
    this.#isClosed = true;
    for (const delivery of this.#held) {
      if (isLast && delivery.isTaken) continue;
      this.#held.delete(delivery);
      if (isLast) delivery.progress.abandon([delivery.event]);
      else delivery.progress.finish(delivery.event);
    }
  }

  /** Tells the listener that no more events will come. */
  notifyEnd(reason?: unknown): void {
    this.#receiver.onEnd(reason);
  }
}
