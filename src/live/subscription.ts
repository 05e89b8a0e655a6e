/** One listener of a room, or of all rooms. It owns its events until they are done; its end gives them back. */
import type { ChatEvent } from "./events.js";
import type { OpenEvent, RoomProgress } from "./progress.js";

/** The receiving side of a listener. */
export interface Receiver {
  /** @param delivery - taken when a handler gets the event, done when it was handled; absent without a state. */
  onEvent(event: ChatEvent, delivery: Delivery | undefined): void;
  /** No more events come. With a reason: listening ended for good. */
  onEnd(reason?: unknown): void;
}

/** An event held by one listener. */
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

  /** Whether a handler has got the event. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Notes that a handler gets the event now. */
  take(): void {
    this.#isTaken = true;
  }

  /** Notes that the event was handled, or lost. Idempotent. */
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

  /** Gives an event to the listener. */
  deliver(event: ChatEvent, open: OpenEvent | undefined, progress: RoomProgress | undefined): void {
    if (!open || !progress) {
      this.#receiver.onEvent(event, undefined);
      return;
    }
    const delivery = new Delivery(open, progress, this);
    this.#held.add(delivery);
    this.#receiver.onEvent(event, delivery);
  }

  /** Gives up a delivery; false when it was given back before. @internal */
  release(delivery: Delivery): boolean {
    return this.#held.delete(delivery);
  }

  /**
   * Gives back every event that is not done. While others listen on, these events count as done for this listener. The
   * last listener of a room leaves events undone that no handler has got; a handler that is at work may still finish.
   * @param isLast - the room has no listener after this one
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

  /** Tells the listener that no more events come. */
  tellEnd(reason?: unknown): void {
    this.#receiver.onEnd(reason);
  }
}
