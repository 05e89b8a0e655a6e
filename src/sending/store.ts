/**
 * The interface of the store of actions that survive restarts: queued ones, and the outcomes of those with a key. The
 * state file implements it.
 */
import type { ReplyForm } from "../protocol/actions/messages.js";

/** A queued action: a message to post, or an edit. */
export interface StoredAction {
  /** A unique id of our own. */
  readonly id: string;
  /** The caller's idempotency key. */
  readonly key?: string;
  readonly kind: "post" | "edit";
  readonly roomId: number;
  /** The message to edit. */
  readonly messageId?: number;
  readonly text: string;
  readonly replyTo?: number;
  readonly replyForm?: ReplyForm;
  /** When it was called, in milliseconds since the epoch. */
  readonly at: number;
  /**
   * For an action with a key: the newest unacknowledged event of each room at the call. The key is kept until the
   * cursors of these rooms have passed them, and then for its time to live.
   */
  readonly during?: Readonly<Record<number, number>>;
}

/** The outcome of an action. */
export interface StoredOutcome {
  readonly id: string;
  readonly roomId: number;
  /** The message that was posted or edited. */
  readonly messageId: number;
}

/** An action with a key: queued or done. */
export interface KeyedAction {
  readonly action: StoredAction;
  /** The message; null until it is done. */
  readonly messageId: number | null;
}

/** Stores actions. Its methods never throw: a failed write is kept in memory and retried. */
export interface ActionStore {
  /** Stores everything noted in `act` atomically. */
  together(act: () => void): void;
  noteQueued(action: StoredAction): void;
  noteDone(outcome: StoredOutcome): void;
  /** Notes that a queued action is attempted before those queued earlier, so that a restart looks it up before them. */
  noteFirst(id: string): void;
  /** Notes that it was refused or is no longer wanted; its key may be used again. */
  noteDropped(id: string): void;
  /** The action with this key, if it is queued, or done and not yet expired. */
  keyed(key: string): KeyedAction | undefined;
}
