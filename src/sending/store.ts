/** The store of actions over restarts: those that wait, and the outcome of those with a key. The state file is one. */
import type { ReplyForm } from "../protocol/actions/messages.js";

/** An action that waits: a message to post, or an edit. */
export interface StoredAction {
  /** Our own unique id. */
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
  /** When it was called for, in milliseconds since the epoch. */
  readonly at: number;
  /**
   * For an action with a key: the newest event of each room that was still open when it was called for. The key is kept
   * until the cursors of these rooms have passed them, and then for its time to live.
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

/** An action with a key: still waiting, or done. */
export interface KeyedAction {
  readonly action: StoredAction;
  /** The message, once it is done. */
  readonly messageId: number | null;
}

/** Stores actions. Its methods never throw: a write that fails is kept in memory and retried. */
export interface ActionStore {
  /** Everything noted inside is stored whole or not at all. */
  together(act: () => void): void;
  noteQueued(action: StoredAction): void;
  noteDone(outcome: StoredOutcome): void;
  /** It was refused for good, or is no longer wanted; its key may be used again. */
  noteDropped(id: string): void;
  /** The action with this key, if it waits, or was done and its time to live is not over. */
  keyed(key: string): KeyedAction | undefined;
}
